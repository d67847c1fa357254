-- no row: for the rest of this transaction no join looks rows up one by one; both sides are large
set local enable_nestloop = off

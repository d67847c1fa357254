"""Files and feeds into the store: one order of work for every source (read, header, check, place, one transaction)."""

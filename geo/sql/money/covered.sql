-- One row is a source of the book :book; key source_id; first and last day (of the site) up to :today on which it states an entry,
-- of any area. Between them a month without entries had none; before and after them, and on the days missing, nothing is known.
select d.source_id, d.first_on, d.last_on,
       array(select g.missing_on from core.source_gap g where g.source_id = d.source_id order by g.missing_on) as missing
from core.ledger_days(:book, :today) d
order by d.source_id

-- One row is a fault of a load's quarantine, the most frequent first; key fault; rows = rows of the file that have it (a row may have
-- several faults), columns = our names of the columns it was found in, cases = those for which it has a hint of its own, null for the rest.
select fault, count(distinct row_number) as rows,
       array_remove(array_agg(distinct column_name), null) as columns,
       array_agg(distinct params ->> 'case') as cases
from ops.quarantine
where load_id = :load_id
group by fault
order by rows desc, fault

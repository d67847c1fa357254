-- one row is one case open and overdue at E, with the span from its deadline to E
select 'overdue_age' as family, c.*, c.due_by_e as start_at, c.moment as end_at, array['due_at'] as stamps,
       'no_deadline' as no_start, null::text as no_end, null::int as limit_s, null::timestamptz as until_at, null::int as part_s
from open c
where not c.is_orphan and c.is_due

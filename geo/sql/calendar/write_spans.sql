-- one row is one span of office hours; key starts_at; before_s in seconds. Marks of where the calendar begins and ends give way to spans.
insert into ops.office_span (starts_at, ends_at, before_s)
select * from unnest(cast(:starts as timestamptz[]), cast(:ends as timestamptz[]), cast(:before as bigint[]))
on conflict (starts_at) do nothing

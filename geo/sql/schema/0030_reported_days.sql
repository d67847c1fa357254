-- The same answer from the ends of an index instead of every case: a report's day grows with its moment.
create or replace function core.reported_days(starts date, ends date) returns table (first_on date, last_on date, has_any boolean)
  language sql stable security definer set search_path = pg_catalog, pg_temp
begin atomic
  select case when ops.has_scope() then (select i.reported_on from core.incident i where i.reported_at <= ops.clock() order by i.reported_at limit 1) end,
         case when ops.has_scope() then (select i.reported_on from core.incident i where i.reported_at <= ops.clock() order by i.reported_at desc limit 1) end,
         ops.has_scope() and exists (select from core.incident i -- a day is at most so far from its moment, in any zone
           where i.reported_at >= starts::timestamp at time zone 'UTC' - interval '1 day'
             and i.reported_at < ends::timestamp at time zone 'UTC' + interval '1 day'
             and i.reported_at <= ops.clock() and i.reported_on >= starts and i.reported_on < ends);
end;

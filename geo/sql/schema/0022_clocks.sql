-- Working time: the office hours of the site's calendar (config/clocks.toml) in absolute time, written by geo/calendars.py, and what
-- reads them: how much office time lies before a moment, and when a case rested. Working time between two moments is a difference.
create table ops.calendar (
  version    int primary key check (version > 0),
  digest     text not null,
  zone       text not null,
  first_on   date,
  last_on    date,
  written_at timestamptz not null,
  check ((first_on is null) = (last_on is null))
);
comment on table ops.calendar is 'one row is a working calendar of the site, the highest version in force; first_on to last_on = the days of which it knows whether people work, null where it knows none; digest = another text, other working times';

create table ops.office_span (
  starts_at timestamptz primary key,
  ends_at   timestamptz not null check (ends_at >= starts_at),
  before_s  bigint
);
comment on table ops.office_span is 'one row is one span of office hours of the calendar in force; before_s = seconds of office hours before it. The first row is the moment from which the calendar is known, the last one (before_s null) that from which it is not';

grant select on ops.calendar, ops.office_span to cockpit_app, cockpit_load;
grant insert on ops.calendar to cockpit_load;
grant insert, delete on ops.office_span to cockpit_load;

create function ops.office_time(moment timestamptz) returns table (reading_s numeric)
  language sql stable parallel safe rows 1
begin atomic
  select s.before_s + extract(epoch from least(moment, s.ends_at) - s.starts_at)
  from ops.office_span s
  where s.starts_at <= moment
  order by s.starts_at desc
  limit 1;
end;
comment on function ops.office_time(timestamptz) is 'one row: seconds of office hours from the beginning of the calendar to that moment; null, or no row, where the calendar does not know the day';

create function core.rests(incident_id bigint, until timestamptz) returns table (starts_at timestamptz, ends_at timestamptz)
  language sql stable parallel safe rows 1
begin atomic
  select c.occurred_at, least(coalesce(c.next_at, rests.until), rests.until)
  from (
    select t.kind, t.occurred_at, lead(t.occurred_at) over (order by t.occurred_at, t.kind = 'resumed') as next_at
    from (
      select e.kind, e.occurred_at, lag(e.kind) over (order by e.occurred_at, e.kind = 'resumed') as kind_before
      from core.incident_log e
      join core.incident i using (incident_id)
      where e.incident_id = rests.incident_id and e.kind in ('suspended', 'resumed') and e.occurred_at <= ops.clock()
        and (e.actor is not null or e.revision = i.revision)
    ) t
    where t.kind is distinct from t.kind_before
  ) c
  where c.kind = 'suspended' and c.occurred_at < rests.until;
end;
comment on function core.rests(bigint, timestamptz) is 'one row is one time in which the case rested before `until`: suspended to resumed, or up to `until`; of the events that count (the feed''s highest revision, officers), as known at the clock';

insert into ops.column_class (table_name, column_name, class)
select format('ops.%s', c.relname), a.attname, 'public'
from pg_attribute a join pg_class c on c.oid = a.attrelid
where c.oid in ('ops.calendar'::regclass, 'ops.office_span'::regclass) and a.attnum > 0 and not a.attisdropped;

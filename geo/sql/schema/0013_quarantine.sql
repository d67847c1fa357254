-- Quarantine as a place to work: a refused row as received (masked), what a steward decided on it, and the load that solved it.
-- A refused row is open until it is corrected or dismissed (both can be undone), solved by a load that replays it, or moved
-- to that load's own quarantine where it is refused again.
insert into access.role_right (role, may) values ('steward', 'act.correct_refused'), ('operator', 'act.correct_refused');

alter table ops.load
  add column replays int references ops.load,
  add column options jsonb not null default '{}',
  add column corrected jsonb not null default '[]';
comment on column ops.load.replays is 'the load whose quarantined rows this one ran again; null: a file of its own';
comment on column ops.load.options is 'how the file was to be read (source, crs, valid_from …) and where our columns stood, so that its rows can be run again';
comment on column ops.load.corrected is 'one element is a recurring correction (config/corrections) that this load applied, with the number of its rows';

alter table ops.quarantine
  add column solved_by int references ops.load,
  add column moved_to int references ops.load,
  add check (solved_by is null or moved_to is null);
comment on column ops.quarantine.solved_by is 'the load that replayed the row and kept it';
comment on column ops.quarantine.moved_to is 'the load that replayed the row and refused it again: its quarantine holds it now';
grant select (solved_by, moved_to) on ops.quarantine to cockpit_app;

alter table landing.row add column shown text;
comment on column landing.row.shown is 'the row as it may be shown (JSON by heading): personal columns, and those that nobody reads, are null';
grant usage on schema landing to cockpit_app;
grant select (load_id, row_number, shown, expires_on) on landing.row to cockpit_app;

create table ops.decision (
  decision_id  bigint generated always as identity primary key,
  load_id      int not null references ops.load,
  row_number   int not null,
  kind         text not null check (kind in ('corrected', 'dismissed', 'undone')),
  cells        jsonb not null default '{}',
  cells_sealed text,
  is_sealed    boolean not null generated always as (cells_sealed is not null) stored,
  reason       text check (length(reason) <= 200),
  decided_by   text not null,
  decided_at   timestamptz not null,
  check ((kind = 'corrected') = (cells_sealed is not null)),
  check (kind <> 'dismissed' or reason is not null)
);
create index decision_row on ops.decision (load_id, row_number, decision_id);
comment on table ops.decision is 'append-only. one row is what somebody decided on a refused row, the last one counts; cells = heading → new value as it may be shown, cells_sealed = the same in clear, encrypted';
create trigger append_only before delete or truncate on ops.decision for each statement execute function ops.refuse_change();
create trigger append_only_columns before update of decision_id, load_id, row_number, kind, cells, reason, decided_by, decided_at
  on ops.decision for each statement execute function ops.refuse_change();

create view ops.refused_row with (security_invoker = true) as
  select q.load_id, q.row_number, max(q.solved_by) as solved_by, max(q.moved_to) as moved_to,
         case when max(q.solved_by) is not null then 'solved' when max(q.moved_to) is not null then 'moved'
              when max(d.kind) in ('corrected', 'dismissed') then max(d.kind) else 'open' end as state
  from ops.quarantine q
  left join (select distinct on (load_id, row_number) load_id, row_number, kind
             from ops.decision order by load_id, row_number, decision_id desc) d
    on d.load_id = q.load_id and d.row_number = q.row_number
  group by q.load_id, q.row_number;
comment on view ops.refused_row is 'one row is a refused row of a load; state = open, corrected, dismissed, solved (by a load that replayed it) or moved (refused again, in that load)';

alter table ops.decision enable row level security;
create policy viewer_site on ops.decision for select to cockpit_app using (
  (select ops.viewer_may('rows.loads')) and (select ops.viewer_level()) = 'site');
-- who decides is who looks, and only while the row is still in this load's quarantine
create policy decide on ops.decision for insert to cockpit_app with check (
  (select ops.viewer_may('act.correct_refused')) and (select ops.viewer_level()) = 'site'
  and decided_by = coalesce(current_setting('app.viewer', true), '') and decided_at = ops.clock()
  and exists (select from ops.quarantine q where q.load_id = decision.load_id and q.row_number = decision.row_number
                and q.solved_by is null and q.moved_to is null));
create policy loader on ops.decision for all to cockpit_load using (true) with check (true);
grant select (decision_id, load_id, row_number, kind, cells, is_sealed, reason, decided_by, decided_at) on ops.decision to cockpit_app;
grant insert (load_id, row_number, kind, cells, cells_sealed, reason, decided_by, decided_at) on ops.decision to cockpit_app;
grant select, insert on ops.decision to cockpit_load;
grant select on ops.refused_row to cockpit_app, cockpit_load;

insert into ops.column_class (table_name, column_name, class)
select t, a.attname, case when a.attname in ('cells', 'cells_sealed', 'reason', 'shown') then 'sensitive' else 'internal' end
from unnest(array['ops.load', 'ops.quarantine', 'landing.row', 'ops.decision']) t join pg_attribute a on a.attrelid = t::regclass
where a.attnum > 0 and not a.attisdropped
  and (t = 'ops.decision' or a.attname in ('replays', 'options', 'corrected', 'solved_by', 'moved_to', 'shown'));

-- Frozen months: figures as they were when somebody said that they count. Nothing of them is ever changed; each month carries the hash
-- of its figures and, chained, of the month frozen before it, so that an altered, missing or added row shows.
insert into access.role_right (role, may) values ('evaluator', 'act.freeze'), ('operator', 'act.freeze');

create table mart.frozen_month (
  seq              int primary key check (seq >= 1),
  month            date not null unique check (extract(day from month) = 1),
  frozen_at        timestamptz not null,
  frozen_by        text not null,
  role             text not null,
  data_version     bigint not null,
  boundary_version int not null,
  calendar_version text not null,
  definitions      jsonb not null,
  figures          int not null,
  body_hash        bytea not null,
  chain_hash       bytea not null
);
comment on table mart.frozen_month is 'one row is a frozen month, in the order of freezing (seq, gapless); frozen_at = the clock its figures were counted at; definitions = slug to definition and hash of its text; body_hash = sha256 of its figures as JSON lines in order of level, code, kpi; chain_hash = sha256(chain_hash of the one before, this row, body_hash)';

create table mart.frozen_figure (
  month       date not null references mart.frozen_month (month),
  level       text not null,
  code        text collate "C" not null,
  kpi         text collate "C" not null,
  name        text not null,
  value       double precision,
  numerator   bigint,
  denominator bigint,
  n           bigint,
  low         double precision,
  high        double precision,
  note        text,
  excluded    jsonb not null,
  definition  text not null,
  primary key (month, level, code, kpi)
);
comment on table mart.frozen_figure is 'one row is one figure of one area (code '''' = the whole) in a frozen month, as `cockpit kpi` gave it then; value, low and high as a count, a ratio of 0 to 1 or whole seconds, null with a note';

do $$
declare
  told text;
begin
  foreach told in array array['frozen_month', 'frozen_figure'] loop
    execute format('create trigger append_only before update or delete or truncate on mart.%I for each statement execute function ops.refuse_change()', told);
    execute format('alter table mart.%I enable row level security', told);
    execute format('create policy loader on mart.%I for all to cockpit_load using (true) with check (true)', told);
    execute format('grant select, insert on mart.%I to cockpit_load', told);
    execute format('grant select on mart.%I to cockpit_app', told);
  end loop;
end
$$;
create policy month_frozen on mart.frozen_month for select to cockpit_app using (
  (select ops.viewer_level()) is not null and frozen_at <= (select ops.clock()));
-- figures of the areas that the viewer sees (core.area has the rule), the whole for who sees it
create policy viewer_scope on mart.frozen_figure for select to cockpit_app using (
  (select ops.viewer_may('rows.cases')) and month in (select m.month from mart.frozen_month m)
  and ((select ops.viewer_level()) = 'site' or (level, code) in (select a.level, a.code from core.area a)));

insert into ops.column_class (table_name, column_name, class)
select format('mart.%s', c.relname), a.attname, 'internal'
from pg_attribute a join pg_class c on c.oid = a.attrelid
where c.oid in ('mart.frozen_month'::regclass, 'mart.frozen_figure'::regclass) and a.attnum > 0 and not a.attisdropped;

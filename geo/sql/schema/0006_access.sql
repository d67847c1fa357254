-- Who may see what: accounts and their sessions (schema access, for the login cockpit_gate only), the written table of
-- rights, and policies that ask for role and area. Transactions set app.role, app.account and app.address too (view/look_as).
create schema access;

create table access.role_right (
  role text not null check (role in ('wall', 'leader', 'secretary', 'grid_worker', 'evaluator', 'steward', 'admin', 'operator')),
  may  text not null,
  primary key (role, may)
);
comment on table access.role_right is 'one row is one thing a role may see or do; the same table as config/rights.toml, which pages and documents read (a test compares them)';
insert into access.role_right (role, may)
select role, may from (values
  ('page.wall',      '{wall,leader}'),
  ('page.overview',  '{leader,secretary,grid_worker,evaluator,steward}'),
  ('page.response',  '{leader,secretary,evaluator}'),
  ('page.funds',     '{leader,secretary,evaluator}'),
  ('page.community', '{leader,secretary,grid_worker,evaluator}'),
  ('page.data',      '{leader,evaluator,steward}'),
  ('page.audit',     '{evaluator,admin}'),
  ('page.users',     '{admin}'),
  ('rows.cases',     '{leader,secretary,grid_worker,evaluator,steward,operator}'),
  ('rows.people',    '{leader,secretary,grid_worker,evaluator,steward,operator}'),
  ('rows.money',     '{leader,secretary,evaluator,steward,operator}'),
  ('rows.loads',     '{leader,evaluator,steward,operator}'),
  ('rows.audit',     '{evaluator,admin,operator}'),
  ('act.export',     '{leader,secretary,evaluator,steward,operator}'),
  ('act.unmask_names',   '{leader,secretary}'),
  ('act.unmask_refused', '{steward,operator}'),
  ('act.accounts',   '{admin,operator}')
) told (may, roles), unnest(roles::text[]) role;

create function ops.viewer_role() returns text
  language sql stable parallel safe
  return nullif(current_setting('app.role', true), '');

create function ops.viewer_may(what text) returns boolean
  language sql stable parallel safe security definer set search_path = pg_catalog
  return ops.viewer_level() is not null
     and exists (select from access.role_right r where r.role = ops.viewer_role() and r.may = what);
comment on function ops.viewer_may(text) is 'whether the role of this transaction has the right; false while nobody is looking';

-- ---------------------------------------------------------------- accounts and sessions
create table access.account (
  account_id    int generated always as identity primary key,
  login         text collate "C" not null unique check (login = lower(login) and login ~ '^[[:alnum:]_.@-]{1,64}$'),
  display_name  text not null,
  role          text not null check (role in ('wall', 'leader', 'secretary', 'grid_worker', 'evaluator', 'steward', 'admin')),
  level         text not null check (level in ('site', 'area')),
  password_hash text,
  must_change   boolean not null default false,
  is_demo       boolean not null default false,
  issuer        text,
  subject       text,
  created_at    timestamptz not null,
  created_by    text not null,
  disabled_at   timestamptz,
  unique (issuer, subject),
  check ((issuer is null) = (subject is null)),
  check (role not in ('steward', 'admin') or level = 'site')
);
comment on table access.account is 'one row is somebody who may sign in; level site = the whole site, area = the areas of access.account_area and all below; password_hash = argon2id, null: signs in elsewhere (issuer and subject of OIDC, or a proxy that names the login)';

create table access.account_area (
  account_id int not null references access.account,
  level      text not null check (level in ('street', 'community', 'grid', 'microgrid')),
  code       text collate "C" not null,
  primary key (account_id, level, code)
);
comment on table access.account_area is 'one row is an area of an account by its identity (level, code): every boundary version of it, and all below';

create table access.session (
  session_id   bigint generated always as identity primary key,
  token_hash   bytea not null unique,
  account_id   int not null references access.account,
  method       text not null check (method in ('password', 'oidc', 'header', 'demo')),
  address      text not null,
  agent        text not null default '',
  created_at   timestamptz not null,
  last_seen_at timestamptz not null,
  expires_at   timestamptz not null,
  ended_at     timestamptz,
  ended_why    text
);
create index session_account on access.session (account_id) where ended_at is null;
comment on table access.session is 'one row is one sign-in; token_hash = sha256 of the cookie''s value, which is kept nowhere; times are the machine''s, never COCKPIT_NOW';

create table access.attempt (
  attempt_id bigint generated always as identity primary key,
  login      text collate "C" not null,
  address    text not null,
  tried_at   timestamptz not null,
  is_ok      boolean not null
);
create index attempt_recent on access.attempt (tried_at);
create index attempt_login on access.attempt (login, tried_at);
create index attempt_address on access.attempt (address, tried_at);
comment on table access.attempt is 'one row is one attempt to sign in with a password, of a known or unknown login; what lockout counts; kept for a day';

grant usage on schema access, ops, core to cockpit_gate;
grant select on access.role_right to cockpit_gate, cockpit_app;
grant usage on schema access to cockpit_app;
grant select, insert, update on access.account, access.session to cockpit_gate;
grant select, insert, update, delete on access.account_area, access.attempt to cockpit_gate;
grant select (area_id, level, code, name, valid_from, valid_to) on core.area to cockpit_gate;
create policy gate on core.area for select to cockpit_gate using (true);
create policy gate on ops.fact for select to cockpit_gate using (true);
grant select on ops.fact, ops.schema_version to cockpit_gate;

-- ---------------------------------------------------------------- what an audit line says
alter table ops.audit
  add column recorded_at  timestamptz not null default clock_timestamp(),
  add column account_id   int,
  add column role         text,
  add column address      text,
  add column result       text not null default 'ok' check (result in ('ok', 'refused', 'failed')),
  add column purpose      text,
  add column row_ids      text[] not null default '{}',
  add column is_sensitive boolean not null default false;
comment on table ops.audit is 'append-only. one row is who (viewer, account_id, role) did what (action) to what (object, row_ids) from where (address), why (purpose), with what result; occurred_at = the site''s clock, recorded_at = the machine''s, on which the law counts';
create policy gate_append on ops.audit for insert to cockpit_gate with check (true);
grant insert on ops.audit to cockpit_gate;

-- ---------------------------------------------------------------- scope by role and area
-- The areas a viewer sees: the own ones and all that nest in them, whoever asks and whatever the policies say.
create function ops.visible_areas() returns int[]
  language sql stable security definer set search_path = pg_catalog
  return (
    with recursive own as (
      select a.area_id from core.area a where a.area_id = any (ops.viewer_areas())
      union
      select a.area_id from core.area a join own o on a.parent_id = o.area_id where a.is_nested
    )
    select array_agg(area_id) from own);

drop policy viewer_present on core.area;
create policy viewer_scope on core.area for select to cockpit_app using (
  (select ops.viewer_level()) = 'site' or area_id = any ((select ops.visible_areas())::int[]));

-- service points are public: a secretary sees what is in reach beyond the own border
drop policy viewer_scope on core.service_point;
create policy viewer_present on core.service_point for select to cockpit_app using ((select ops.viewer_level()) is not null);

do $$
declare
  named record;
begin
  for named in select * from (values
      ('core.incident', 'rows.cases'), ('core.household_site', 'rows.people'), ('core.staff_post', 'rows.people')) t (scoped, needs) loop
    execute format('drop policy viewer_scope on %s', named.scoped);
    execute format($p$create policy viewer_scope on %s for select to cockpit_app using ((select ops.viewer_may(%L)) and (
      (select ops.viewer_level()) = 'site'
      or street_id = any ((select ops.viewer_areas())::int[]) or community_id = any ((select ops.viewer_areas())::int[])
      or grid_id = any ((select ops.viewer_areas())::int[]) or microgrid_id = any ((select ops.viewer_areas())::int[])))$p$,
      named.scoped, named.needs);
  end loop;
end
$$;
drop policy viewer_scope on core.fund;
create policy viewer_scope on core.fund for select to cockpit_app using ((select ops.viewer_may('rows.money')) and (
  (select ops.viewer_level()) = 'site'
  or street_id = any ((select ops.viewer_areas())::int[]) or community_id = any ((select ops.viewer_areas())::int[])));
drop policy viewer_scope on core.ledger_entry;
create policy viewer_scope on core.ledger_entry for select to cockpit_app using ((select ops.viewer_may('rows.money')) and (
  (select ops.viewer_level()) = 'site'
  or street_id = any ((select ops.viewer_areas())::int[]) or community_id = any ((select ops.viewer_areas())::int[])
  or grid_id = any ((select ops.viewer_areas())::int[])
  or fund_id in (select fund_id from core.fund) or counter_fund_id in (select fund_id from core.fund)));
drop policy viewer_present on core.published_total;
create policy viewer_scope on core.published_total for select to cockpit_app using ((select ops.viewer_may('rows.money')));
drop policy viewer_site on core.goods_entry;
create policy viewer_site on core.goods_entry for select to cockpit_app using (
  (select ops.viewer_may('rows.money')) and (select ops.viewer_level()) = 'site');

-- loads, quarantine and audit belong to no area: who sees the whole site and has the right
drop policy viewer_present on ops.load;
create policy viewer_site on ops.load for select to cockpit_app using (
  (select ops.viewer_may('rows.loads')) and (select ops.viewer_level()) = 'site');
drop policy viewer_site on ops.quarantine;
create policy viewer_site on ops.quarantine for select to cockpit_app using (
  (select ops.viewer_may('rows.loads')) and (select ops.viewer_level()) = 'site');
drop policy viewer_site on landing.row;
create policy viewer_site on landing.row for select to cockpit_app using (
  (select ops.viewer_may('act.unmask_refused')) and (select ops.viewer_level()) = 'site');
drop policy viewer_site on ops.audit;
create policy viewer_site on ops.audit for select to cockpit_app using (
  (select ops.viewer_may('rows.audit')) and (select ops.viewer_level()) = 'site');

-- how old each dataset is may everybody know who looks
create view mart.dataset with (security_barrier) as
  select l.dataset, max(l.finished_at) as loaded_at, coalesce(bool_or(s.is_simulated), false) as is_simulated
  from ops.load l left join core.source s using (source_id)
  where l.status = 'loaded' and ops.viewer_level() is not null
  group by l.dataset;
comment on view mart.dataset is 'one row is one dataset that was ever loaded; loaded_at = end of its newest load, is_simulated = any of its sources is';
grant select on mart.dataset to cockpit_app, cockpit_load, cockpit_wall;

-- ---------------------------------------------------------------- what must not depend on who looks
-- Whether a site states deadlines, which days its reports and its ledger cover, what a fund or an area that an entry names is
-- called: the same for a part as for the whole, so these pass the row scope. None tells how many rows there are, or what is in one.
create function ops.has_scope() returns boolean
  language sql stable parallel safe
  return ops.viewer_level() = 'site' or ops.viewer_level() = 'area' and ops.viewer_areas() is not null;
comment on function ops.has_scope() is 'whether the viewer has the site or at least one area; for a viewer of nothing no zero is told';
create function core.has_deadlines() returns boolean
  language sql stable security definer set search_path = pg_catalog
  return ops.has_scope()
     and exists (select from core.incident where due_at is not null and reported_at <= ops.clock());
comment on function core.has_deadlines() is 'whether any case of the site known at the clock has a deadline; without one nothing can be called overdue, nowhere';

create function core.reported_days(starts date, ends date) returns table (first_on date, last_on date, has_any boolean)
  language sql stable security definer set search_path = pg_catalog
begin atomic
  select min(reported_on), max(reported_on), count(*) filter (where reported_on >= starts and reported_on < ends) > 0
  from core.incident where reported_at <= ops.clock() and ops.has_scope();
end;
comment on function core.reported_days(date, date) is 'one row: the first and last day with a report of the site before the clock, and whether [starts, ends) has one; a period is empty for all or for nobody';

create function core.ledger_days(of_book text, through date) returns table (source_id int, first_on date, last_on date)
  language sql stable security definer set search_path = pg_catalog
begin atomic
  select e.source_id, min(e.occurred_on), max(e.occurred_on)
  from core.ledger_entry e left join core.fund f on f.fund_id = e.fund_id
  where e.occurred_on <= through and e.repeats_code is null and ops.has_scope() and ops.viewer_may('rows.money')
    and of_book = case when e.fund_id is null then 'flows' when f.fund_kind = 'programme' then 'programmes' else 'funds' end
  group by e.source_id;
end;
comment on function core.ledger_days(text, date) is 'one row is a source of the book; the first and last day (up to the one told) of all its entries: what lies between was published, whoever looks';

create view mart.fund_name with (security_barrier) as
  select fund_id, name, fund_kind from core.fund where (select ops.viewer_may('rows.money'));
comment on view mart.fund_name is 'one row is a fund by the number that an entry names; its public name and kind, no money: entries of a fund of another area that serve the own one';
create view mart.area_name with (security_barrier) as
  select area_id, name from core.area where (select ops.viewer_may('rows.money'));
comment on view mart.area_name is 'one row is an area version by the number that an entry names; its public name: where an own fund spends beyond the own area';
grant select on mart.fund_name, mart.area_name to cockpit_app;
revoke execute on function core.has_deadlines(), core.reported_days(date, date), core.ledger_days(text, date) from public;
grant execute on function core.has_deadlines(), core.reported_days(date, date), core.ledger_days(text, date) to cockpit_app, cockpit_load;

grant execute on all functions in schema ops to cockpit_app, cockpit_load, cockpit_wall, cockpit_gate;
revoke execute on function ops.refresh_statistics() from public, cockpit_app, cockpit_wall, cockpit_gate;

insert into ops.column_class (table_name, column_name, class)
select format('access.%s', c.relname), a.attname, 'internal'
from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
where c.relkind = 'r' and n.nspname = 'access' and a.attnum > 0 and not a.attisdropped;
insert into ops.column_class (table_name, column_name, class)
select 'ops.audit', a.attname, 'internal'
from pg_attribute a
where a.attrelid = 'ops.audit'::regclass and a.attname in ('recorded_at', 'account_id', 'role', 'address', 'result', 'purpose', 'row_ids', 'is_sensitive');
update ops.column_class set class = 'personal'
where (table_name, column_name) in (('access.account', 'display_name'), ('access.account', 'subject'), ('access.session', 'address'),
  ('access.session', 'agent'), ('access.attempt', 'address'), ('ops.audit', 'address'));
update ops.column_class set class = 'sensitive'
where (table_name, column_name) in (('access.account', 'password_hash'), ('access.session', 'token_hash'));

-- A new wall shows a code that an administrator confirms: screens that wait, walls that were admitted so, and who may admit one.

-- ---------------------------------------------------------------- screens that wait
create table access.wall_request (
  secret_hash bytea primary key,
  code        text collate "C" not null unique check (code ~ '^[2-9A-Z]{6}$'),
  address     text not null,
  agent       text not null default '',
  asked_at    timestamptz not null,
  expires_at  timestamptz not null check (expires_at > asked_at)
);
create index wall_request_address on access.wall_request (address);
comment on table access.wall_request is 'one row is one screen that waits to become a wall; secret_hash = sha256 of the value of a cookie that only its browser keeps; code = what it shows, good until expires_at and for one confirmation, which takes the row away; machine''s time';

alter table access.wall_request enable row level security;
grant select, insert, delete, update (code, expires_at) on access.wall_request to cockpit_gate;
create policy gate_sees on access.wall_request for select to cockpit_gate using (true);
create policy gate_asks on access.wall_request for insert to cockpit_gate
  with check (expires_at > ops.clock() and expires_at <= ops.clock() + interval '1 hour');
-- a code that still holds is changed by nobody, and taken only by who may manage accounts
create policy gate_renews on access.wall_request for update to cockpit_gate
  using (expires_at <= ops.clock()) with check (expires_at > ops.clock() and expires_at <= ops.clock() + interval '1 hour');
create policy gate_takes on access.wall_request for delete to cockpit_gate
  using (expires_at <= ops.clock() or (select ops.viewer_may('act.accounts')) and (select ops.viewer_level()) = 'site');

-- ---------------------------------------------------------------- walls that were admitted
alter table access.account
  add column is_paired boolean not null default false,
  add constraint account_paired_check check (not is_paired or role = 'wall' and password_hash is null and issuer is null and not is_demo);
comment on column access.account.is_paired is 'a wall that was admitted by its code: there is no other way in, now or later; disabled_at = revoked, for good';
create unique index account_paired_name on access.account (display_name) where is_paired and disabled_at is null;

alter table access.session
  drop constraint session_method_check,
  add constraint session_method_check check (method in ('password', 'oidc', 'header', 'demo', 'code')),
  add column seen_from text;
comment on column access.session.seen_from is 'the address of its last use; null: used from no other than `address` yet';

-- Whatever the program asks: a wall is admitted, changed and revoked in a transaction of who may manage accounts, and never enabled again.
create function access.check_paired() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  if current_user = 'cockpit_gate' and (ops.viewer_may('act.accounts') and ops.viewer_level() = 'site') is not true then
    raise exception 'who asks may not manage walls' using errcode = 'insufficient_privilege';
  end if;
  if tg_table_name = 'session' then
    if not exists (select from access.account where account_id = new.account_id and is_paired) then
      raise exception 'a code opens sessions of walls that were admitted by it' using errcode = 'check_violation';
    end if;
  elsif tg_op = 'UPDATE' then
    if not (old.is_paired and new.is_paired) or old.disabled_at is not null and new.disabled_at is null then
      raise exception 'a wall that was admitted by its code stays one, and stays revoked' using errcode = 'check_violation';
    end if;
  end if;
  return new;
end
$$;
create trigger paired_admitted before insert on access.account for each row when (new.is_paired) execute function access.check_paired();
create trigger paired_changed before update on access.account for each row when (old.is_paired or new.is_paired) execute function access.check_paired();
create trigger paired_opened before insert on access.session for each row when (new.method = 'code') execute function access.check_paired();

insert into ops.column_class (table_name, column_name, class)
select 'access.wall_request', a.attname, case a.attname when 'secret_hash' then 'sensitive' when 'address' then 'personal' when 'agent' then 'personal' else 'internal' end
from pg_attribute a where a.attrelid = 'access.wall_request'::regclass and a.attnum > 0 and not a.attisdropped;
insert into ops.column_class (table_name, column_name, class)
values ('access.account', 'is_paired', 'internal'), ('access.session', 'seen_from', 'personal');

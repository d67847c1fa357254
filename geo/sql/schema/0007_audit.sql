-- The audit trail as a chain: every line carries the hash of the one before it, so that a missing, altered or reordered
-- line shows; what the law no longer needs is emptied to a stub that keeps the chain whole. Nobody deletes a line.
-- body_hash    = sha256(what the line says), content_hash = sha256(body_hash, recorded_at, is_sensitive),
-- chain_hash   = sha256(chain_hash of the line before, seq as 8 bytes, content_hash); before the first line: 32 zero bytes.
create table ops.audit_head (
  is_only    boolean primary key default true check (is_only),
  seq        bigint not null,
  chain_hash bytea not null
);
comment on table ops.audit_head is 'the one row is the newest line of the audit trail; whoever appends holds it until the commit, so lines have no gaps and one order';
insert into ops.audit_head (seq, chain_hash) values (0, decode(repeat('00', 32), 'hex'));

alter table ops.audit
  add column seq          bigint,
  add column body_hash    bytea,
  add column content_hash bytea,
  add column chain_hash   bytea,
  add column purged_at    timestamptz;
comment on column ops.audit.seq is 'gapless, in the order of recording, from 1';
comment on column ops.audit.purged_at is 'when the content was emptied as the law allows; who, what, from where and why are then empty, hashes and recorded_at stay';

create function ops.audit_body(line ops.audit) returns bytea
  language sql stable set search_path = pg_catalog
  return sha256(convert_to(jsonb_build_array(
    line.audit_id, to_char(line.occurred_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'), line.viewer, line.account_id, line.role,
    line.address, line.action, line.object, line.detail, line.result, line.purpose, to_jsonb(line.row_ids))::text, 'UTF8'));

create function ops.audit_content(body bytea, recorded_at timestamptz, is_sensitive boolean) returns bytea
  language sql stable set search_path = pg_catalog
  return sha256(body || convert_to(
    to_char(recorded_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US') || case when is_sensitive then ' sensitive' else '' end, 'UTF8'));

create function ops.audit_kept(is_sensitive boolean) returns interval
  language sql immutable parallel safe set search_path = pg_catalog
  return case when is_sensitive then interval '1096 days' else interval '184 days' end;
comment on function ops.audit_kept(boolean) is 'how long the content of a line is kept at least: six months, three years for sensitive reads';

-- ---------------------------------------------------------------- lines from before the chain
drop trigger append_only on ops.audit;
do $$
declare
  line ops.audit;
  head ops.audit_head;
begin
  select * into strict head from ops.audit_head;
  for line in select * from ops.audit order by audit_id loop
    line.body_hash := ops.audit_body(line);
    line.content_hash := ops.audit_content(line.body_hash, line.recorded_at, line.is_sensitive);
    head.seq := head.seq + 1;
    head.chain_hash := sha256(head.chain_hash || int8send(head.seq) || line.content_hash);
    update ops.audit set seq = head.seq, body_hash = line.body_hash, content_hash = line.content_hash, chain_hash = head.chain_hash
    where audit_id = line.audit_id;
  end loop;
  update ops.audit_head set seq = head.seq, chain_hash = head.chain_hash;
end
$$;
alter table ops.audit
  alter column seq set not null, alter column body_hash set not null, alter column content_hash set not null, alter column chain_hash set not null;
create unique index audit_seq on ops.audit (seq);
create index audit_recorded on ops.audit (recorded_at) include (action, result, viewer) where purged_at is null;
create index audit_viewer on ops.audit (viewer, seq);
create index audit_action on ops.audit (action, seq);
create index audit_not_ok on ops.audit (result, seq) where result <> 'ok';

-- ---------------------------------------------------------------- append
-- Whoever inserts chooses neither moment nor number nor hashes. app.audit_line tells the inserter what it became.
create function ops.chain_audit() returns trigger
  language plpgsql security definer set search_path = pg_catalog as $$
declare
  head ops.audit_head;
begin
  select * into head from ops.audit_head for update;
  if not found then
    raise exception 'the audit trail has no head: nothing can be appended' using errcode = 'P0AUD';
  end if;
  new.recorded_at := clock_timestamp();
  new.purged_at := null;
  new.seq := head.seq + 1;
  new.body_hash := ops.audit_body(new);
  new.content_hash := ops.audit_content(new.body_hash, new.recorded_at, new.is_sensitive);
  new.chain_hash := sha256(head.chain_hash || int8send(new.seq) || new.content_hash);
  update ops.audit_head set seq = new.seq, chain_hash = new.chain_hash;
  perform set_config('app.audit_line', new.seq || ':' || encode(new.chain_hash, 'hex'), true);
  return new;
end
$$;
create trigger chained before insert on ops.audit for each row execute function ops.chain_audit();

-- ---------------------------------------------------------------- the law
-- The only change a line may suffer, whoever asks: its content emptied, and not before the law allows it.
create function ops.refuse_unlawful_change() returns trigger language plpgsql set search_path = pg_catalog as $$
begin
  if old.purged_at is not null or new.purged_at is null
     or new.recorded_at is distinct from old.recorded_at or new.is_sensitive is distinct from old.is_sensitive
     or new.seq is distinct from old.seq or new.audit_id is distinct from old.audit_id
     or new.body_hash is distinct from old.body_hash or new.content_hash is distinct from old.content_hash
     or new.chain_hash is distinct from old.chain_hash
     or (new.viewer, new.action, new.object, new.detail, new.row_ids, new.result)
        is distinct from ('', '', '', '{}'::jsonb, '{}'::text[], 'ok')
     or new.occurred_at is distinct from old.recorded_at
     or num_nonnulls(new.account_id, new.role, new.address, new.purpose) > 0 then
    raise exception 'audit is append-only: nothing is deleted or overwritten' using errcode = 'P0APP';
  end if;
  if old.recorded_at > clock_timestamp() - ops.audit_kept(old.is_sensitive) then
    raise exception 'audit is append-only: line % is younger than the law allows to purge', old.seq using errcode = 'P0APP';
  end if;
  return new;
end
$$;
create trigger append_only before delete or truncate on ops.audit for each statement execute function ops.refuse_change();
create trigger lawful_change before update on ops.audit for each row execute function ops.refuse_unlawful_change();
create trigger append_only before delete or truncate on ops.audit_head for each statement execute function ops.refuse_change();

create function ops.purge_audit(before timestamptz) returns table (emptied bigint, sensitive bigint, first_seq bigint, last_seq bigint)
  language sql volatile security definer set search_path = pg_catalog
begin atomic
  with emptied as (
    update ops.audit a
    set occurred_at = a.recorded_at, viewer = '', account_id = null, role = null, address = null, action = '', object = '', detail = '{}',
        result = 'ok', purpose = null, row_ids = '{}', purged_at = clock_timestamp()
    where a.purged_at is null and a.recorded_at < before and a.recorded_at <= clock_timestamp() - ops.audit_kept(a.is_sensitive)
    returning a.seq, a.is_sensitive)
  select count(*), count(*) filter (where is_sensitive), min(seq), max(seq) from emptied;
end;
comment on function ops.purge_audit(timestamptz) is 'empties the content of the lines recorded before the moment that the law no longer needs, and says how many';

-- ---------------------------------------------------------------- who may what
alter table ops.audit_head enable row level security;
create policy viewer_site on ops.audit_head for select to cockpit_app using (
  (select ops.viewer_may('rows.audit')) and (select ops.viewer_level()) = 'site');
create policy loader on ops.audit_head for select to cockpit_load using (true);
grant select on ops.audit_head to cockpit_app, cockpit_load;

-- what the pages' login appends says who this transaction looks as, nothing else
drop policy audit_append on ops.audit;
create policy audit_append on ops.audit for insert to cockpit_app with check (
  viewer = coalesce(current_setting('app.viewer', true), '')
  and coalesce(role, '') = coalesce(current_setting('app.role', true), '')
  and coalesce(account_id::text, '') = coalesce(current_setting('app.account', true), '')
  and coalesce(address, '') = coalesce(current_setting('app.address', true), ''));

revoke execute on function ops.purge_audit(timestamptz), ops.audit_body(ops.audit), ops.audit_content(bytea, timestamptz, boolean),
  ops.chain_audit(), ops.refuse_unlawful_change() from public;
grant execute on function ops.purge_audit(timestamptz) to cockpit_load;
grant execute on function ops.audit_kept(boolean) to cockpit_app, cockpit_load;

insert into ops.column_class (table_name, column_name, class)
select format('ops.%s', c.relname), a.attname, 'internal'
from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
where n.nspname = 'ops' and a.attnum > 0 and not a.attisdropped
  and (c.relname = 'audit_head' or c.relname = 'audit' and a.attname in ('seq', 'body_hash', 'content_hash', 'chain_hash', 'purged_at'));

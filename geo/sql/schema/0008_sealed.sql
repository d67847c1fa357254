-- Personal texts: the columns that pages, exports and logs read hold the masked text; beside each, *_sealed holds the original,
-- encrypted with a key that is never in the database, only where masking changed something. *_ref is a keyed digest of the
-- original, only for telling two people apart who look alike when masked. geo/vault.py seals what was here before in clear.
create function ops.keyed(hash text, hash_key text) returns text
  language sql immutable parallel safe
  return encode(sha256(convert_to(hash_key || hash, 'UTF8')), 'hex');
comment on function ops.keyed(text, text) is 'a digest that nobody can try guesses against without the key: a plain one over a row with one unknown name would give the name away';
grant execute on function ops.keyed(text, text) to cockpit_load;

alter table core.ledger_entry
  add column payer_sealed text, add column payer_ref text, add column payee_sealed text, add column payee_ref text,
  add column reason_sealed text, add column earmark_sealed text,
  add column is_sealed boolean not null generated always as (
    payer_sealed is not null or payee_sealed is not null or reason_sealed is not null or earmark_sealed is not null) stored;
alter table core.goods_entry
  add column donor_sealed text, add column recipient_sealed text, add column recipient_ref text,
  add column is_sealed boolean not null generated always as (donor_sealed is not null or recipient_sealed is not null) stored;
alter table ops.quarantine
  add column value_sealed text,
  add column is_sealed boolean not null generated always as (value_sealed is not null) stored;
alter table landing.row alter column record type text using record::text;
comment on column landing.row.record is 'the row as received (JSON), encrypted; the key is not in the database';
comment on column core.ledger_entry.payer is 'as it may be shown: names of people masked; the original is in payer_sealed';
comment on column core.ledger_entry.payer_ref is 'keyed digest of the original where payer is masked: equal exactly when the originals are';
comment on column core.ledger_entry.content_hash is 'keyed digest (ops.keyed) of what the row said in clear: the same row again is unchanged';
comment on column core.goods_entry.content_hash is 'keyed digest (ops.keyed) of what the row said in clear: the same row again is unchanged';

drop trigger append_only_columns on core.ledger_entry;
create trigger append_only_columns before update of entry_id, source_id, entry_code, fund_id, counter_fund_id, entry_kind, occurred_on,
  fiscal_year, source_kind, use_kind, payer, payee, project, amount, declared_area_code, point, raw_geom, corrects_code, reason, recorded_at,
  content_hash, load_id, repeats_code, earmark, payer_ref, payee_ref on core.ledger_entry for each statement execute function ops.refuse_change();

-- A new key is the one reason why a sealed text changes; what is sealed stays sealed, and what is not does not become so.
create function core.refuse_unless_rotating() returns trigger language plpgsql as $$
begin
  if current_setting('app.rotating', true) is distinct from 'on'
     or (old.payer_sealed is null) <> (new.payer_sealed is null) or (old.payee_sealed is null) <> (new.payee_sealed is null)
     or (old.reason_sealed is null) <> (new.reason_sealed is null) or (old.earmark_sealed is null) <> (new.earmark_sealed is null) then
    raise exception 'a sealed text of % changes with the key only', tg_table_name using errcode = 'P0APP';
  end if;
  return new;
end
$$;
create trigger sealed_columns before update of payer_sealed, payee_sealed, reason_sealed, earmark_sealed on core.ledger_entry
  for each row execute function core.refuse_unless_rotating();

-- The app's login reads no sealed text and no digest of a whole row, whatever the viewer's role.
do $$
declare
  of_table text;
  readable text;
begin
  foreach of_table in array array['core.ledger_entry', 'core.goods_entry', 'ops.quarantine'] loop
    select string_agg(quote_ident(attname), ', ') into readable from pg_attribute
    where attrelid = of_table::regclass and attnum > 0 and not attisdropped
      and attname not like '%\_sealed' escape '\' and attname <> 'content_hash' or attrelid = of_table::regclass and attname = 'is_sealed';
    execute format('revoke select on %s from cockpit_app', of_table);
    execute format('grant select (%s) on %s to cockpit_app', readable, of_table);
  end loop;
end
$$;

-- ---------------------------------------------------------------- asking for the originals
-- One question, one line of the trail, in one transaction: who may not ask, or names a row out of reach, gets an error and
-- nothing else. The scope of ledger entries is that of their policy viewer_scope.
create function ops.unmask(kind text, ids bigint[], purpose text)
  returns table (id bigint, column_name text, sealed text)
  language plpgsql security definer set search_path = pg_catalog as $$
declare
  needs text := case kind when 'ledger' then 'act.unmask_names' when 'goods' then 'act.unmask_names' when 'refused' then 'act.unmask_refused' end;
  touched text := case kind when 'ledger' then 'core.ledger_entry' when 'goods' then 'core.goods_entry' else 'ops.quarantine' end;
  is_site boolean := coalesce(ops.viewer_level() = 'site', false);
  reached bigint[];
begin
  if needs is null or not ops.viewer_may(needs) or (kind <> 'ledger' and not is_site) or (kind <> 'refused' and not ops.viewer_may('rows.money')) then
    raise exception 'no right to unmask' using errcode = 'P0UNM';
  end if;
  if cardinality(ids) not between 1 and 20 or length(btrim(coalesce(purpose, ''))) not between 4 and 200 then
    raise exception 'a purpose of 4 to 200 characters and 1 to 20 rows are needed' using errcode = 'P0UNM';
  end if;
  if kind = 'ledger' then
    select array_agg(e.entry_id order by e.entry_id) into reached from core.ledger_entry e
    where e.entry_id = any (ids) and (is_site
      or e.street_id = any (ops.viewer_areas()) or e.community_id = any (ops.viewer_areas()) or e.grid_id = any (ops.viewer_areas())
      or exists (select from core.fund f where f.fund_id in (e.fund_id, e.counter_fund_id)
                   and (f.street_id = any (ops.viewer_areas()) or f.community_id = any (ops.viewer_areas()))));
  elsif kind = 'goods' then
    select array_agg(g.goods_entry_id order by g.goods_entry_id) into reached from core.goods_entry g where g.goods_entry_id = any (ids);
  else
    select array_agg(q.quarantine_id order by q.quarantine_id) into reached from ops.quarantine q where q.quarantine_id = any (ids);
  end if;
  if reached is null or cardinality(reached) <> (select count(distinct asked) from unnest(ids) asked) then
    raise exception 'no such row' using errcode = 'P0UNM';
  end if;
  insert into ops.audit (occurred_at, viewer, role, account_id, address, action, object, detail, purpose, row_ids, is_sensitive)
  values (ops.clock(), coalesce(nullif(current_setting('app.viewer', true), ''), '?'), ops.viewer_role(),
          nullif(current_setting('app.account', true), '')::int, nullif(current_setting('app.address', true), ''),
          'unmask', touched, jsonb_build_object('rows', cardinality(reached)), btrim(purpose), reached::text[], true);
  if kind = 'ledger' then
    return query select e.entry_id, v.named, v.told from core.ledger_entry e,
      lateral (values ('payer', e.payer_sealed), ('payee', e.payee_sealed), ('reason', e.reason_sealed), ('earmark', e.earmark_sealed)) v (named, told)
      where e.entry_id = any (reached) and v.told is not null;
  elsif kind = 'goods' then
    return query select g.goods_entry_id, v.named, v.told from core.goods_entry g,
      lateral (values ('donor', g.donor_sealed), ('recipient', g.recipient_sealed)) v (named, told)
      where g.goods_entry_id = any (reached) and v.told is not null;
  else
    return query select q.quarantine_id, v.named, v.told from ops.quarantine q left join landing.row r on r.load_id = q.load_id and r.row_number = q.row_number,
      lateral (values ('value', q.value_sealed), ('record', r.record)) v (named, told)
      where q.quarantine_id = any (reached) and v.told is not null;
  end if;
end
$$;
comment on function ops.unmask(text, bigint[], text) is 'one row is one sealed text of an asked row; the audit line is written first, in the same transaction: without it nothing comes back';
revoke execute on function ops.unmask(text, bigint[], text) from public;
grant execute on function ops.unmask(text, bigint[], text) to cockpit_app;

insert into ops.column_class (table_name, column_name, class)
select t, a.attname, case when a.attname = 'is_sealed' then 'internal' when a.attname like '%ref' then 'personal' else 'sensitive' end
from unnest(array['core.ledger_entry', 'core.goods_entry', 'ops.quarantine']) t join pg_attribute a on a.attrelid = t::regclass
where a.attname in ('payer_sealed', 'payer_ref', 'payee_sealed', 'payee_ref', 'reason_sealed', 'earmark_sealed', 'is_sealed',
                    'donor_sealed', 'recipient_sealed', 'recipient_ref', 'value_sealed');
update ops.column_class set class = 'personal' where (table_name, column_name) in (('core.ledger_entry', 'content_hash'), ('core.goods_entry', 'content_hash'));

-- Donations published twice, goods, and totals that a publisher states.
-- Money is numeric(18,2) in the site's currency; goods keep their units and are never money.
alter table core.ledger_entry
  add column repeats_code text collate "C",
  add column earmark text,
  add check (repeats_code <> entry_code);
comment on column core.ledger_entry.repeats_code is 'the entry of the same source that this one repeats (the publisher published it twice, as the mapping declares): kept and shown, in no sum, flow, balance or count';
comment on column core.ledger_entry.earmark is 'what the giver wants the money to be used for, in the giver''s words';
create index ledger_entry_repeats on core.ledger_entry (source_id, repeats_code) where repeats_code is not null;

drop trigger append_only_columns on core.ledger_entry;
create trigger append_only_columns before update of entry_id, source_id, entry_code, fund_id, counter_fund_id, entry_kind, occurred_on,
  fiscal_year, source_kind, use_kind, payer, payee, project, amount, declared_area_code, point, raw_geom, corrects_code, reason, recorded_at,
  content_hash, load_id, repeats_code, earmark on core.ledger_entry for each statement execute function ops.refuse_change();

-- A ledger without a single outflow says nothing about what was spent. Whether a source states any must not depend on who looks.
create function core.states_outflow(of_source_id int, through date) returns boolean
  language sql stable security definer set search_path = pg_catalog
  return exists (
    select from core.ledger_entry e
    where e.source_id = of_source_id and e.entry_kind in ('expense', 'transfer', 'committed')
      and coalesce(e.occurred_on, make_date(e.fiscal_year, 12, 31)) <= through);
comment on function core.states_outflow(int, date) is 'true when the source states any outflow up to that day; false: what was spent is not published, so no balance can be told';
revoke execute on function core.states_outflow(int, date) from public;
grant execute on function core.states_outflow(int, date) to cockpit_app, cockpit_load;

create table core.source_gap (
  source_id int not null references core.source,
  missing_on date not null,
  load_id   int not null references ops.load,
  primary key (source_id, missing_on)
);
comment on table core.source_gap is 'one row is a day of which a source published nothing, as its mapping declares: unknown, not zero';

create table core.published_total (
  published_total_id int generated always as identity primary key,
  source_id    int not null references core.source,
  of_source    text collate "C" not null,
  through_on   date not null,
  money_day    numeric(18, 2),
  money_total  numeric(18, 2),
  goods_day    numeric(18, 2),
  goods_total  numeric(18, 2),
  both_total   numeric(18, 2),
  spent_day    numeric(18, 2),
  reference    text,
  content_hash text not null,
  load_id      int not null references ops.load,
  unique (source_id, through_on)
);
comment on table core.published_total is 'one row is what a publisher states of one day, in the site''s currency: money and the stated value of goods, of the day and from the beginning through it; compared with the ledger, never part of it';
comment on column core.published_total.of_source is 'code of the ledger (core.source) whose entries the publisher totals';

create table core.goods_entry (
  goods_entry_id bigint generated always as identity primary key,
  source_id    int not null references core.source,
  goods_code   text collate "C" not null,
  direction    text not null check (direction in ('in', 'out')),
  item         text not null,
  spec         text,
  unit         text,
  quantity     numeric(18, 3) check (quantity > 0),
  donor        text,
  recipient    text,
  occurred_on  date,
  stated_value numeric(18, 2) check (stated_value >= 0),
  content_hash text not null,
  load_id      int not null references ops.load,
  unique (source_id, goods_code),
  check (quantity is null or unit is not null)
);
comment on table core.goods_entry is 'one row is a lot of goods received or handed out; quantity is counted in unit and adds up only with the same item, spec and unit; null: the source says it in words that are not certain';
comment on column core.goods_entry.stated_value is 'what donor or publisher says the goods are worth, in the site''s currency: no money, in no sum of money';

alter table core.source_gap enable row level security;
alter table core.published_total enable row level security;
alter table core.goods_entry enable row level security;
create policy viewer_present on core.source_gap for select to cockpit_app using ((select ops.viewer_level()) is not null);
create policy viewer_present on core.published_total for select to cockpit_app using ((select ops.viewer_level()) is not null);
-- goods name donors and recipients and belong to no area: who sees the whole site sees them
create policy viewer_site on core.goods_entry for select to cockpit_app using ((select ops.viewer_level()) = 'site');
create policy loader on core.source_gap for all to cockpit_load using (true) with check (true);
create policy loader on core.published_total for all to cockpit_load using (true) with check (true);
create policy loader on core.goods_entry for all to cockpit_load using (true) with check (true);
grant select on core.source_gap, core.published_total, core.goods_entry to cockpit_app;
grant select, insert, update, delete on core.source_gap, core.published_total, core.goods_entry to cockpit_load;

insert into ops.column_class (table_name, column_name, class)
select format('core.%s', c.relname), a.attname, 'internal'
from pg_attribute a join pg_class c on c.oid = a.attrelid
where c.oid in ('core.source_gap'::regclass, 'core.published_total'::regclass, 'core.goods_entry'::regclass)
  and a.attnum > 0 and not a.attisdropped;
insert into ops.column_class (table_name, column_name, class) values
  ('core.ledger_entry', 'repeats_code', 'internal'), ('core.ledger_entry', 'earmark', 'personal');
update ops.column_class set class = 'personal'
where (table_name, column_name) in (('core.goods_entry', 'donor'), ('core.goods_entry', 'recipient'))

-- The wall's scene of funds: the ledger without anybody in it. The columns bear the names of the tables, so that the queries of
-- the money page count here too; texts, payers, payees, projects, places and codes of entries are not among them.
create view mart.wall_fund with (security_barrier) as
select f.fund_id, f.fund_code, f.name, f.fund_kind, null::text as purpose, f.opened_on, f.street_id, f.community_id
from core.fund f
where (select ops.viewer_may('page.wall'))
  and ((select ops.viewer_level()) = 'site'
       or f.street_id = any ((select ops.viewer_areas())::int[]) or f.community_id = any ((select ops.viewer_areas())::int[]));
comment on view mart.wall_fund is 'one row is a fund of the viewer''s areas, for the wall';

create view mart.wall_entry with (security_barrier) as
select min(e.entry_id) as entry_id, e.source_id, ''::text as entry_code, e.fund_id, e.counter_fund_id, e.entry_kind, e.occurred_on, e.fiscal_year,
       e.source_kind, e.use_kind, null::text as payer, null::text as payer_ref, null::text as payee, null::text as payee_ref,
       null::text as project, sum(e.amount) as amount, null::int as street_id, null::int as community_id, null::int as grid_id,
       null::text as corrects_code, null::text as reason, null::text as earmark, null::text as repeats_code, false as is_sealed
from core.ledger_entry e
where (select ops.viewer_may('page.wall')) and e.repeats_code is null
  and coalesce(e.occurred_on, make_date(e.fiscal_year, 1, 1)) <= (ops.clock() + interval '14 hours')::date -- the query says the day of the site
  and (e.fund_id in (select f.fund_id from mart.wall_fund f) or e.counter_fund_id in (select f.fund_id from mart.wall_fund f))
group by e.source_id, e.fund_id, e.counter_fund_id, e.entry_kind, e.occurred_on, e.fiscal_year, e.source_kind, e.use_kind;
comment on view mart.wall_entry is 'one row is what moved on one day (or in one year) between one fund and one kind of source, use or other fund: the sum of the ledger''s entries, for the wall; what was published twice counts once';

-- names of areas that money is shown by: the wall shows none
create view mart.wall_no_area with (security_barrier) as select null::int as area_id, null::text as name where false;
comment on view mart.wall_no_area is 'no row: the wall names no area beside money';

grant select on mart.wall_fund, mart.wall_entry, mart.wall_no_area to cockpit_wall;

create function mart.wall_states_outflow(of_source_id int, through date) returns boolean
  language sql stable security definer set search_path = pg_catalog, pg_temp
  return (select ops.viewer_may('page.wall')) and core.states_outflow(of_source_id, through);
comment on function mart.wall_states_outflow(int, date) is 'core.states_outflow for the wall; null without the right';
revoke execute on function mart.wall_states_outflow(int, date) from public;
grant execute on function mart.wall_states_outflow(int, date) to cockpit_wall;

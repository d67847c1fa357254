-- Opening of every query below geo/sql/money: the entries a viewer may see, as they stand at the clock.
-- ledger: one row is an entry dated on or before :today that touches :area_id and :fund_id, where these are given;
--         key entry_id; amount in the site's currency. A correction is an entry of its own, booked beside the one it
--         names: both count. What was published twice counts once (:is_repeat: the repeats alone). counts_on: its day, or
--         31 December where the source states only a year.
--         in_window: it moved money in [:start, :end); a year counts where the window holds all of it.
-- held:   the funds whose balance is asked for: those that belong to the area and are the fund, or all.
with held as (
  select f.* from core.fund f
  where (f.fund_kind <> 'programme') = (:book = 'funds')
    and (cast(:fund_id as int) is null or f.fund_id = :fund_id)
    and (cast(:area_id as int) is null or f.street_id = :area_id or f.community_id = :area_id)
),
dated as (
  select e.entry_id, e.source_id, e.entry_code, e.fund_id, e.counter_fund_id, e.entry_kind, e.occurred_on, e.fiscal_year, e.source_kind,
         e.use_kind, e.payer, e.payer_ref, e.payee, e.payee_ref, e.project, e.amount, e.street_id, e.community_id, e.grid_id,
         e.corrects_code, e.reason, e.earmark, e.repeats_code, e.is_sealed, coalesce(e.occurred_on, make_date(e.fiscal_year, 12, 31)) as counts_on
  from core.ledger_entry e
  where (e.repeats_code is not null) = :is_repeat
),
ledger as (
  select
    e.*,
    case
      when e.occurred_on is not null then e.occurred_on >= :start and e.occurred_on < :end
      else make_date(e.fiscal_year, 1, 1) >= :start and make_date(e.fiscal_year + 1, 1, 1) <= :end
    end as in_window,
    f.name as fund_name,
    h.fund_id is not null as is_held,
    g.fund_id is not null as is_counter_held
  from dated e
  left join mart.fund_name f on f.fund_id = e.fund_id
  left join held h on h.fund_id = e.fund_id
  left join held g on g.fund_id = e.counter_fund_id
  where e.counts_on <= :today
    and :book = case when e.fund_id is null then 'flows' when f.fund_kind = 'programme' then 'programmes' else 'funds' end
    and (cast(:fund_id as int) is null or h.fund_id is not null or g.fund_id is not null)
    and (cast(:area_id as int) is null or h.fund_id is not null or g.fund_id is not null
         or :area_id in (e.street_id, e.community_id, e.grid_id))
)

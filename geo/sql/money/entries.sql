-- One row is a ledger entry of the window; key entry_id; amount in the site's currency; corrected_by = the codes of the
-- entries that correct it; found = how many entries the filters found, on every row.
, corrections as materialized (
  select source_id, corrects_code, string_agg(entry_code, ' ' order by entry_code) as corrected_by
  from dated where corrects_code is not null and counts_on <= :today
  group by source_id, corrects_code
), shown as (
  select k.*, c.name as counter_fund_name, a.name as area_name, x.corrected_by
  from ledger k
  left join corrections x on x.source_id = k.source_id and x.corrects_code = k.entry_code
  left join mart.fund_name c on c.fund_id = k.counter_fund_id
  left join mart.area_name a on a.area_id = coalesce(k.grid_id, k.community_id, k.street_id)
  where k.in_window
    and (cast(:kind as text) is null or k.entry_kind = :kind)
)
select entry_id, entry_code, occurred_on, fiscal_year, entry_kind, fund_name, counter_fund_name, source_kind, use_kind,
       payer, payee, project, area_name, amount, corrects_code, reason, earmark, repeats_code, corrected_by, is_sealed, count(*) over () as found
from shown
where cast(:text as text) is null
   or position(lower(:text) in lower(concat_ws(' ', entry_code, fund_name, counter_fund_name, source_kind, use_kind,
                                               payer, payee, project, area_name, reason, earmark))) > 0
   or source_kind = any (cast(:named_kinds as text[])) or use_kind = any (cast(:named_kinds as text[]))
order by
  case when :sort = 'amount' and :direction = 'asc' then amount end asc nulls last,
  case when :sort = 'amount' and :direction = 'desc' then amount end desc nulls last,
  case when :sort = 'fund' and :direction = 'asc' then fund_name end collate "C" asc nulls last,
  case when :sort = 'fund' and :direction = 'desc' then fund_name end collate "C" desc nulls last,
  case when :sort = 'kind' and :direction = 'asc' then entry_kind end asc nulls last,
  case when :sort = 'kind' and :direction = 'desc' then entry_kind end desc nulls last,
  case when :sort = 'on' and :direction = 'asc' then counts_on end asc nulls last,
  counts_on desc, entry_code, entry_id
limit cast(:rows as bigint) offset :skip

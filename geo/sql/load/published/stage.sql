-- one row is a day of which a publisher states totals; key natural_key = the day as ISO text; amounts in the site's currency.
-- Lives for one transaction.
create temp table staging (
  row_number int not null, natural_key text collate "C" not null, decides text, notes text,
  is_repaired boolean not null, is_outside boolean not null,
  money_day numeric(18, 2), money_total numeric(18, 2), goods_day numeric(18, 2), goods_total numeric(18, 2),
  both_total numeric(18, 2), spent_day numeric(18, 2), reference text,
  content_hash text not null generated always as (
    md5(coalesce(money_day::text, '') || E'\x1f' || coalesce(money_total::text, '') || E'\x1f' || coalesce(goods_day::text, '') || E'\x1f'
        || coalesce(goods_total::text, '') || E'\x1f' || coalesce(both_total::text, '') || E'\x1f' || coalesce(spent_day::text, '')
        || E'\x1f' || coalesce(reference, ''))) stored,
  fate text
) on commit drop

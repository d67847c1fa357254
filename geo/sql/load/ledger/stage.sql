-- one row is a row of the file that moves money: amount in the site's currency, dates as ISO text, point as hex EWKB (EPSG:4326),
-- raw as received where that was another system; personal texts in clear (the digest is made of them), as shown and as sealed.
-- Lives for one transaction.
create temp table staging (
  row_number int not null, natural_key text collate "C" not null, decides text, notes text,
  is_repaired boolean not null, is_outside boolean not null,
  fund_id int, counter_fund_id int, kind text not null, occurred_on text, fiscal_year int, source_kind text, use_kind text,
  payer text, payee text, project text, amount numeric(18, 2) not null, declared_area_code text, point text, raw text,
  corrects_code text, reason text, earmark text, repeats_code text collate "C", street_id int, community_id int, grid_id int,
  payer_shown text, payer_sealed text, payer_ref text, payee_shown text, payee_sealed text, payee_ref text,
  reason_shown text, reason_sealed text, earmark_shown text, earmark_sealed text, project_shown text,
  content_hash text not null generated always as (
    md5(coalesce(fund_id::text, '') || E'\x1f' || coalesce(counter_fund_id::text, '') || E'\x1f' || kind || E'\x1f' || coalesce(occurred_on, '')
        || E'\x1f' || coalesce(fiscal_year::text, '') || E'\x1f' || coalesce(source_kind, '') || E'\x1f' || coalesce(use_kind, '') || E'\x1f'
        || coalesce(payer, '') || E'\x1f' || coalesce(payee, '') || E'\x1f' || coalesce(project, '') || E'\x1f' || amount::text || E'\x1f'
        || coalesce(declared_area_code, '') || E'\x1f' || coalesce(point, '') || E'\x1f' || coalesce(corrects_code, '') || E'\x1f'
        || coalesce(reason, '') || coalesce(E'\x1f' || earmark, ''))) stored,
  fate text
) on commit drop

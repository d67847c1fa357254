-- one row is a lot of goods; quantity counted in unit, stated_value in the site's currency, occurred_on as ISO text.
-- Lives for one transaction.
create temp table staging (
  row_number int not null, natural_key text collate "C" not null, decides text, notes text,
  is_repaired boolean not null, is_outside boolean not null,
  direction text not null, item text not null, spec text, unit text, quantity numeric(18, 3), donor text, recipient text,
  occurred_on text, stated_value numeric(18, 2),
  donor_shown text, donor_sealed text, recipient_shown text, recipient_sealed text, recipient_ref text,
  content_hash text not null generated always as (
    md5(direction || E'\x1f' || item || E'\x1f' || coalesce(spec, '') || E'\x1f' || coalesce(unit, '') || E'\x1f'
        || coalesce(quantity::text, '') || E'\x1f' || coalesce(donor, '') || E'\x1f' || coalesce(recipient, '') || E'\x1f'
        || coalesce(occurred_on, '') || E'\x1f' || coalesce(stated_value::text, ''))) stored,
  fate text
) on commit drop

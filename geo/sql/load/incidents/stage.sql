-- one row is one valid row of an incident file, before it is judged; key: row_number (header = 1). A row known to be unchanged
-- (loaders/standing.py) holds only what is asked of one.
-- lon, lat: degrees, EPSG:4326; raw: as received where that was another system, hex EWKB. content_hash covers everything the sender
-- said, not where the boundaries place it (loaders/content.py).
create temp table staging (
  row_number int not null,
  natural_key text collate "C" not null,
  decides text, notes text, is_repaired boolean not null, is_outside boolean not null, fate text,
  category text, channel text, agency_responsible text, status text,
  lon float8, lat float8, raw text, placed_by text, declared_area_code text,
  street_id int, community_id int, grid_id int, microgrid_id int,
  reported_at timestamptz, registered_at timestamptz, accepted_at timestamptz, dispatched_at timestamptz,
  arrived_at timestamptz, handled_at timestamptz, first_closed_at timestamptz, reopened_at timestamptz, closed_at timestamptz,
  followed_up_at timestamptz, due_at timestamptz, extended_to timestamptz, suspended_at timestamptz, resumed_at timestamptz,
  reported_on date not null, day_precision text, duplicate_of_code text, reporter_ref bigint, is_solved boolean, satisfaction_score smallint,
  -- where a row is a unit, natural_key names these two; units: where a row is a head made of units
  incident_code text collate "C", unit_code text collate "C", units text,
  content_hash text
) on commit drop

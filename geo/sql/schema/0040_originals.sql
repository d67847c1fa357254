-- The original of a duplicate is found along the chain of duplicates: a chain that never leaves duplicates has none.

create or replace function core.has_original(of_source_id int, own_code text, original_code text) returns boolean
  language sql stable security definer set search_path = pg_catalog, pg_temp
  return case
    when exists (
      select from core.incident o
      where o.source_id = of_source_id and o.incident_code = original_code and not o.is_duplicate and o.reported_at <= ops.clock()
    ) then original_code <> own_code
    else exists (
      with recursive chain as (
        select o.incident_code, o.is_duplicate, o.duplicate_of_code
        from core.incident o
        where o.source_id = of_source_id and o.incident_code = original_code and o.reported_at <= ops.clock()
        union
        select o.incident_code, o.is_duplicate, o.duplicate_of_code
        from chain c
        join core.incident o on o.source_id = of_source_id and o.incident_code = c.duplicate_of_code and o.reported_at <= ops.clock()
        where c.is_duplicate
      )
      select from chain c where not c.is_duplicate
    )
  end;
comment on function core.has_original(int, text, text) is 'true when the named original of a duplicate, or the original of that one and so on, exists at the clock and is no duplicate itself (duplicates that name each other in a ring have none); a duplicate with an original is folded into it';

-- one row is one case of the communities asked for (all their versions; null: of any) reported from one moment to another (null: any):
-- who asks for a part of the cases reads no others
, incidents_within as not materialized (
  select i.* from core.incident i
  where (cast(:community_ids as int[]) is null or i.community_id = any (cast(:community_ids as int[])))
    and i.reported_at >= coalesce(cast(:reported_from as timestamptz), '-infinity')
    and i.reported_at < coalesce(cast(:reported_to as timestamptz), 'infinity')
)

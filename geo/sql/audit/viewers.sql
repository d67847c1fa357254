-- one row is somebody who stands in the audit trail, by name; skips from name to name along the index. Key: viewer.
with recursive named as (
  (select viewer from ops.audit order by viewer limit 1)
  union all
  select (select a.viewer from ops.audit a where a.viewer > n.viewer order by a.viewer limit 1) from named n where n.viewer is not null
)
select viewer from named where viewer <> '' order by viewer limit 500

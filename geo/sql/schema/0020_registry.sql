-- Figures of more kinds: seconds added up go beyond an int, and a quantile may not be reached.
alter table mart.published alter column numerator type bigint, alter column denominator type bigint;
alter table mart.published drop constraint published_note_check, add constraint published_note_check check (note in ('no-data', 'too-few', 'not-reached'));

-- What a source tells of besides the stages; loads say so from now on.
update core.source s set stages = s.stages || array(
  select t.name
  from (values ('reopened'), ('suspended'), ('extended')) t (name)
  where not t.name = any (s.stages) and exists (
    select from core.incident i join core.incident_log e using (incident_id)
    where i.source_id = s.source_id and i.has_history and e.kind::text = t.name)
)
where s.dataset = 'incidents';

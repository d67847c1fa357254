-- Who reported, as a keyed digest only (geo/vault): enough to know the same person again, nothing to read. And what the reporter said when called back: whether it is solved (null: not reached), and how well it was done, 1 to 5.
alter table core.incident add column reporter_ref bigint, add column is_solved boolean, add column satisfaction_score smallint check (satisfaction_score between 1 and 5);
alter table core.incident_revision add column is_solved boolean, add column satisfaction_score smallint;
comment on column core.incident.reporter_ref is 'keyed digest of who reported: equal for equal reporters; the clear text is not in the store';
comment on column core.incident.is_solved is 'what the reporter said when called back; null: not reached';
comment on column core.incident.satisfaction_score is 'the reporter''s score when called back, 1 (bad) to 5 (good)';
alter table core.incident alter column reporter_ref set statistics 0, alter column is_solved set statistics 0, alter column satisfaction_score set statistics 0;
alter table core.incident_revision alter column is_solved set statistics 0, alter column satisfaction_score set statistics 0;
insert into ops.column_class (table_name, column_name, class) values
  ('core.incident', 'reporter_ref', 'personal'), ('core.incident', 'is_solved', 'internal'), ('core.incident', 'satisfaction_score', 'internal'),
  ('core.incident_revision', 'is_solved', 'internal'), ('core.incident_revision', 'satisfaction_score', 'internal');

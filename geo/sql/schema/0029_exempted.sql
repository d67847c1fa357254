-- Exemptions (申诉豁免): an overdue case whose appeal was granted. The fact stays: the decision is an event of its own, taken back by
-- another one, and only the figures "after exemption" ask for it.
insert into access.role_right (role, may) values ('evaluator', 'act.exempt'), ('operator', 'act.exempt');
alter type core.event_kind add value 'exemption_withdrawn'; -- compared as text here: the transaction that adds it may not use it

create index incident_event_decided on core.incident_event (incident_id) where actor is not null;

create view core.exemption with (security_invoker) as
  select d.incident_id, d.decided_at, d.decided_by, d.reason
  from (
    select distinct on (e.incident_id) e.incident_id, e.kind::text as kind, e.occurred_at as decided_at, e.actor as decided_by,
           e.payload ->> 'reason' as reason
    from core.incident_event e
    where e.actor is not null and e.kind::text in ('exempted', 'exemption_withdrawn') and e.occurred_at <= (select ops.clock())
    order by e.incident_id, e.event_id desc
  ) d
  where d.kind = 'exempted';
comment on view core.exemption is 'one row is an exempted case, as decided by the clock and not taken back by then; key incident_id; decided_by = login, reason = as it may be shown (personal numbers masked). Who reads it sees those of the cases in his scope';
grant select on core.exemption to cockpit_app, cockpit_load;

-- Whoever decides holds the case until the commit, so that nobody decides the same twice at once.
create function core.hold_exemption(case_id bigint) returns boolean
  language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
begin
  if not ops.viewer_may('act.exempt') then
    raise exception 'no right to exempt' using errcode = 'insufficient_privilege';
  end if;
  perform pg_advisory_xact_lock(hashtextextended('exemption', case_id));
  return coalesce((
    select e.kind::text = 'exempted' from core.incident_event e
    where e.incident_id = case_id and e.actor is not null and e.kind::text in ('exempted', 'exemption_withdrawn')
    order by e.event_id desc limit 1), false);
end
$$;
comment on function core.hold_exemption(bigint) is 'whether the case is exempted by the last decision, whenever it was taken; refused without the right; nobody else decides on it until the transaction ends';
revoke execute on function core.hold_exemption(bigint) from public;
grant execute on function core.hold_exemption(bigint) to cockpit_app;

-- who decides is who looks, on a case that he sees, with a reason and nothing else in the event
create policy decide on core.incident_event for insert to cockpit_app with check (
  (select ops.viewer_may('act.exempt')) and kind::text in ('exempted', 'exemption_withdrawn') and load_id is null and revision is null
  and actor = nullif(current_setting('app.viewer', true), '') and occurred_at = ops.clock() and recorded_at = ops.clock()
  and jsonb_typeof(payload -> 'reason') = 'string' and payload - 'reason' = '{}' and length(btrim(payload ->> 'reason')) between 2 and 200
  and exists (select from core.incident i where i.incident_id = incident_event.incident_id and i.reported_at <= ops.clock())
  and core.hold_exemption(incident_id) = (kind::text = 'exemption_withdrawn'));
grant insert (incident_id, kind, occurred_at, recorded_at, actor, payload) on core.incident_event to cockpit_app;

-- What an officer decides changes figures as a load does: the data version goes up and the bell rings.
create function core.tell_decision() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  raised bigint;
begin
  update ops.data_version set version = version + 1 returning version into raised;
  perform pg_notify('cockpit', json_build_object('version', raised, 'load_id', null, 'dataset', 'incidents')::text);
  return null;
end
$$;
create trigger told after insert on core.incident_event for each row when (new.actor is not null) execute function core.tell_decision();

-- ---------------------------------------------------------------- published months
alter table mart.published_month add column event_id bigint not null default 0;
comment on column mart.published_month.event_id is 'the last event of an officer that its figures know of, 0 before the first';
insert into ops.column_class (table_name, column_name, class) values ('mart.published_month', 'event_id', 'internal');

-- The bell: what shows the present hears of a commit when it is made. The number is only a hint (whoever may log in may ring):
-- what is shown is asked anew. Rings of one transaction are one; nothing is rung for what was rolled back.
create function ops.ring() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  perform pg_notify('cockpit_bell', (select version::text from ops.data_version));
  return null;
end
$$;
revoke execute on function ops.ring() from public;

-- Loads, an officer's events, the clock of a replay and its end all raise the data version; months that are published do not.
create trigger rings after update on ops.data_version for each statement execute function ops.ring();
create trigger rings after insert or delete or truncate on mart.published_month for each statement execute function ops.ring();
-- also while triggers rest: a restore or a hand at work changes what is shown all the same
alter table ops.data_version enable always trigger rings;
alter table mart.published_month enable always trigger rings;

-- Sign-in by OpenID Connect: each answer of the provider opens one session and no second one.
create table access.oidc_used (
  digest  bytea primary key,
  used_at timestamptz not null
);
comment on table access.oidc_used is 'one row is one answer of the provider that opened a session (sha256 of the signed cookie it came in); kept for a day, the answers are good for minutes; machine''s time';
grant select, insert, delete on access.oidc_used to cockpit_gate;
insert into ops.column_class (table_name, column_name, class)
values ('access.oidc_used', 'digest', 'internal'), ('access.oidc_used', 'used_at', 'internal');

-- Files brought in on the data page: who may, as config/rights.toml says it.
insert into access.role_right (role, may) values ('steward', 'act.load'), ('operator', 'act.load');

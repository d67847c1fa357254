-- The pages of the evaluator: the matrix of communities and indicators, and the definitions behind it.
insert into access.role_right (role, may)
select role, may from (values
  ('page.assessment', '{leader,secretary,evaluator}'),
  ('page.method',     '{leader,secretary,grid_worker,evaluator,steward}')
) told (may, roles), unnest(roles::text[]) role;

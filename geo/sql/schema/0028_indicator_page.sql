-- Who may open the page of one indicator; the same lines as in config/rights.toml.
insert into access.role_right (role, may) values
  ('leader', 'page.indicator'), ('secretary', 'page.indicator'), ('evaluator', 'page.indicator');

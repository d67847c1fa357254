-- Staff of areas (1+3+N): posts and how many people fill each. No person, no name and no telephone number is in it.
create table core.staff_post (
  staff_post_id      bigint generated always as identity primary key,
  source_id          int not null references core.source,
  post_code          text collate "C" not null,
  role               text not null check (role in ('grid_leader', 'full_time', 'part_time', 'instructor', 'other')),
  headcount          int not null check (headcount >= 0),
  vacant_since       date,
  level              text not null check (level in ('street', 'community', 'grid', 'microgrid')),
  declared_area_code text collate "C" not null,
  street_id          int references core.area,
  community_id       int references core.area,
  grid_id            int references core.area,
  microgrid_id       int references core.area,
  content_hash       text not null,
  load_id            int not null references ops.load,
  unique (source_id, post_code),
  check (vacant_since is null or headcount = 0)
);
comment on table core.staff_post is 'one row is a post of an area of `level`; headcount = people who fill it now (0 = vacant); no person is in it';
comment on column core.staff_post.vacant_since is 'first day without anybody; null where the post is filled or the sender does not say since when it is vacant';
comment on column core.staff_post.role is 'the "1+3+N" team of a grid: grid_leader 网格长, full_time 专职网格员, part_time 兼职网格员, instructor 网格指导员, other = N';

alter table core.staff_post enable row level security;
create policy viewer_scope on core.staff_post for select to cockpit_app using (
  (select ops.viewer_level()) = 'site'
  or street_id = any ((select ops.viewer_areas())::int[]) or community_id = any ((select ops.viewer_areas())::int[])
  or grid_id = any ((select ops.viewer_areas())::int[]) or microgrid_id = any ((select ops.viewer_areas())::int[]));
create policy loader on core.staff_post for all to cockpit_load using (true) with check (true);
grant select on core.staff_post to cockpit_app;
grant select, insert, update, delete on core.staff_post to cockpit_load;

insert into ops.column_class (table_name, column_name, class)
select 'core.staff_post', a.attname, 'internal'
from pg_attribute a
where a.attrelid = 'core.staff_post'::regclass and a.attnum > 0 and not a.attisdropped;

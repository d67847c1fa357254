-- one row is the incidents of one category in one community (street_id, community_id: area versions, null outside); follows
-- kpi/cases; counted like the figure incidents
select c.street_id, c.community_id, k.code as category, k.is_private, count(*)::int as n
from reported c
join core.incident i using (incident_id)
join core.category k on k.category_id = i.category_id
where not c.is_orphan
group by c.street_id, c.community_id, k.code, k.is_private

-- one row is a day whose figures the publisher states anew; amounts in the site's currency. Key: source_id, through_on.
update core.published_total p
set of_source = :of_source, money_day = s.money_day, money_total = s.money_total, goods_day = s.goods_day,
    goods_total = s.goods_total, both_total = s.both_total, spent_day = s.spent_day, reference = s.reference,
    content_hash = s.content_hash, load_id = :load_id
from pg_temp.staging s
where p.source_id = :source_id and p.through_on = s.natural_key::date and s.fate = 'updated'

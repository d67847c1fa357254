-- one row is a new day of stated totals; amounts in the site's currency. Key: source_id, through_on.
insert into core.published_total (source_id, of_source, through_on, money_day, money_total, goods_day, goods_total, both_total,
                                  spent_day, reference, content_hash, load_id)
select :source_id, :of_source, natural_key::date, money_day, money_total, goods_day, goods_total, both_total,
       spent_day, reference, content_hash, :load_id
from pg_temp.staging where fate is null

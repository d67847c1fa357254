-- one row is a category. Key: code.
select code, category_id from core.category

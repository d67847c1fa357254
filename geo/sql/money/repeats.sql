-- One row: how many entries of the window were published twice, and their sum (site's currency); run with :is_repeat true.
select count(*) as entries, coalesce(sum(amount), 0) as amount from ledger where in_window

-- no row that matters: this transaction waits for a lock at most so many milliseconds; 0: as long as it takes
select set_config('lock_timeout', :limit_ms, true)

-- one row: sets viewer and clock for this transaction only (the policies and ops.clock() read them)
select set_config('app.viewer', :viewer, true), set_config('app.role', :role, true), set_config('app.level', :level, true),
       set_config('app.areas', :areas, true), set_config('app.account', :account, true), set_config('app.address', :address, true),
       set_config('app.clock', :clock, true)

-- one row is a load that is over: called while the caller's own load has the turn, so that all others are
delete from ops.load_underway

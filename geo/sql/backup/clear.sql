-- no row: what migrations made goes, so that a backup can bring its own; the caller has seen that nothing is held in it
drop schema if exists access, core, landing, mart, ops cascade

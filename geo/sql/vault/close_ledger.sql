-- Ends what vault/open_ledger began: the ledger is append-only again.
alter table core.ledger_entry enable trigger append_only_columns, enable trigger sealed_columns

"""The page of accounts: who may sign in, with what role, where, and how that is changed."""

-- one row: the answer of the provider is used now; no row: it was used before
insert into access.oidc_used (digest, used_at) values (:digest, :now) on conflict do nothing returning digest

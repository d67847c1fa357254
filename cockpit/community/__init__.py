"""The page 社区: which community it shows, what it computes about it, says and draws."""

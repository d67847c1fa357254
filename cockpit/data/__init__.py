"""The page 数据: what it computes about loads, quarantine and sources, says and draws."""

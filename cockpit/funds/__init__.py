"""The page 资金: what it computes about money, says and draws."""

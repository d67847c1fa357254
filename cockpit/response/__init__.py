"""The page 时效: what it computes, says and draws."""

"""The page 总览: what it computes, says and draws."""

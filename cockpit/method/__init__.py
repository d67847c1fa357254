"""The page 方法: what every figure means, and the rules by which all are counted."""

"""The page 考核: the matrix of areas and indicators."""

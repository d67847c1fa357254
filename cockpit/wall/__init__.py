"""大屏: the wall, for those who stand before it."""

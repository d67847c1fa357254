"""One indicator in one area: its figure, where it comes from, its neighbours, its months, and the rows behind it."""

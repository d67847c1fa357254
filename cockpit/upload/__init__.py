"""Files that stewards bring in on the data page: kept privately, looked at, tried, shown, then loaded or dropped."""

"""Times and days as people and machines write them: ISO, Chinese, compact, with half days, in full width.

Invariant: nothing is guessed. A text whose year, day or month could be another one (03/04/2026, 26-03-05, 3月5日), or a
bare number that nobody declared as a time, is no time but a fault that says so; what a sender's mapping declares in
`time_formats` comes first.
"""

from loaders.times.judging import FIRST_YEAR, LAST_YEAR, are_possible, bad_times, future, future_days, unlikely_years
from loaders.times.parsing import Times, parse_columns, parse_days, parse_times

__all__ = [
    "FIRST_YEAR",
    "LAST_YEAR",
    "Times",
    "are_possible",
    "bad_times",
    "future",
    "future_days",
    "parse_columns",
    "parse_days",
    "parse_times",
    "unlikely_years",
]

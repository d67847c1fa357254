"""The Wilson interval on vectors worked out by hand or published."""

import pytest

from cockpit.figures import wilson


@pytest.mark.parametrize(
    ("numerator", "denominator", "low", "high"),
    [
        (6, 7, 0.49, 0.97),
        (950, 1000, 0.93, 0.96),
        (467, 500, 0.909, 0.953),
        (81, 263, 0.2553, 0.3662),  # Newcombe 1998, table I, method 3
        (15, 148, 0.0624, 0.1605),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilson_gives_the_published_ends(numerator: int, denominator: int, low: float, high: float) -> None:
    found = wilson(numerator, denominator)
    digits = len(str(low).partition(".")[2])
    assert (round(found.low, digits), round(found.high, digits)) == (low, high)


def test_none_of_twenty_begins_at_exactly_zero() -> None:
    found = wilson(0, 20)
    assert (found.low, round(found.high, 4)) == (0.0, 0.1611)


def test_all_of_twenty_end_at_exactly_one() -> None:
    found = wilson(20, 20)
    assert (round(found.low, 4), found.high) == (0.8389, 1.0)


@pytest.mark.parametrize(("numerator", "denominator"), [(0, 0), (3, 2), (-1, 5)])
def test_what_is_no_ratio_is_refused(numerator: int, denominator: int) -> None:
    with pytest.raises(ValueError, match="is no ratio"):
        wilson(numerator, denominator)

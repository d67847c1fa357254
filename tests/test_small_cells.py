"""Small counts of private categories cannot be had back: not from what is told, not from any total."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from geo.small_cells import LEAST, Table, merged, told

Rows = Mapping[str, Sequence[int]]


def possible(total: int, shown: Sequence[int | None]) -> Iterator[tuple[int, ...]]:
    """All rows that fit a total and what is told of it."""
    rest = total - sum(n for n in shown if n is not None)
    open_places = [j for j, n in enumerate(shown) if n is None]

    def fill(left: int, places: int) -> Iterator[tuple[int, ...]]:
        if places == 0:
            if left == 0:
                yield ()
            return
        if places == 1:
            yield (left,)
            return
        for first in range(left + 1):
            for others in fill(left - first, places - 1):
                yield (first, *others)

    for filled in fill(rest, len(open_places)):
        row = list(shown)
        for place, n in zip(open_places, filled, strict=True):
            row[place] = n
        yield tuple(n for n in row if n is not None)


def values_left(
    rows: Rows, whole: Sequence[int | None], hidden: Mapping[str, frozenset[int]]
) -> dict[tuple[str, int], set[int]]:
    """By brute force: the values that each merged count could have, totals of areas and told sums of columns known."""
    shown = {key: list(told(counts, hidden.get(key, frozenset()))) for key, counts in rows.items()}
    found: dict[tuple[str, int], set[int]] = {
        (key, j): set() for key in rows for j, n in enumerate(shown[key]) if n is None
    }
    for table in product(*(list(possible(sum(rows[key]), shown[key])) for key in rows)):
        sums = [sum(column) for column in zip(*table, strict=True)]
        if all(n is None or n == total for n, total in zip(whole, sums, strict=True)):
            for key, row in zip(rows, table, strict=True):
                for j, n in enumerate(row):
                    if (key, j) in found:
                        found[key, j].add(n)
    return found


def town(counts: Sequence[Sequence[int]]) -> tuple[Rows, list[Table]]:
    rows = {f"a{number}": row for number, row in enumerate(counts)}
    whole = [sum(column) for column in zip(*counts, strict=True)]
    return rows, [Table(None, {"": whole}), Table("", rows)]


small_towns = st.integers(2, 3).flatmap(
    lambda width: st.lists(st.lists(st.integers(0, 6), min_size=width, max_size=width), min_size=1, max_size=3).map(
        lambda counts: (width, counts)
    )
)


@given(small_towns, st.integers(1, 2))
@settings(max_examples=100, deadline=None, derandomize=True)
def test_no_merged_count_has_only_one_possible_value(made: tuple[int, list[list[int]]], privates: int) -> None:
    width, counts = made
    private = set(range(min(privates, width)))
    rows, tables = town(counts)
    hidden = merged(tables, private=private)
    whole = list(told(tables[0].rows[""], hidden.get("", frozenset())))
    for (key, j), values in values_left(rows, whole, hidden).items():
        assert len(values) > 1, (counts, private, hidden, key, j)


@given(small_towns, st.integers(1, 2))
@settings(max_examples=100, deadline=None, derandomize=True)
def test_a_private_count_under_five_is_never_told_nor_a_merged_number_that_small_beside_others(
    made: tuple[int, list[list[int]]], privates: int
) -> None:
    width, counts = made
    private = set(range(min(privates, width)))
    rows, tables = town(counts)
    hidden = merged(tables, private=private)
    for key, row in {**rows, "": tables[0].rows[""]}.items():
        out = hidden.get(key, frozenset())
        for j in private:
            assert row[j] >= LEAST or j in out or sum(row) == 0
        assert not out or len(out) > 1
        assert not out or sum(row[j] for j in out) >= LEAST or len(out) == width


def grid(rows: int, width: int) -> st.SearchStrategy[list[list[int]]]:
    return st.lists(st.lists(st.integers(0, 7), min_size=width, max_size=width), min_size=rows, max_size=rows)


@given(grid(4, 3))
@settings(max_examples=30, deadline=None, derandomize=True)
def test_communities_do_not_give_away_what_their_streets_merge(counts: list[list[int]]) -> None:
    streets = {"s0": ["a0", "a1"], "s1": ["a2", "a3"]}
    rows = {f"a{number}": row for number, row in enumerate(counts)}
    sums = {
        street: [sum(column) for column in zip(*(rows[key] for key in below), strict=True)]
        for street, below in streets.items()
    }
    whole = [sum(column) for column in zip(*counts, strict=True)]
    tables = [Table(None, {"": whole}), Table("", sums)]
    tables += [Table(street, {key: rows[key] for key in below}) for street, below in streets.items()]
    hidden = merged(tables, private={0})
    for street, below in streets.items():
        shown = [list(told(rows[key], hidden.get(key, frozenset()))) for key in below]
        for j in hidden.get(street, frozenset()):
            if sum(sums[street]):
                assert any(row[j] is None for row in shown), "what a street merges cannot be added up from its areas"
        out = list(told(sums[street], hidden.get(street, frozenset())))
        for (key, j), values in values_left({key: rows[key] for key in below}, out, hidden).items():
            assert len(values) > 1, (counts, hidden, key, j)


def test_without_private_categories_everything_is_told() -> None:
    _, tables = town([[1, 2, 3], [0, 1, 0]])
    assert merged(tables, private=set()) == {}


def test_where_all_private_counts_are_large_everything_is_told() -> None:
    _, tables = town([[9, 2, 3], [6, 1, 0]])
    assert merged(tables, private={0}) == {}


def test_one_area_with_a_small_count_takes_a_second_one_and_a_second_category_with_it() -> None:
    _, tables = town([[2, 20, 30], [6, 10, 20], [8, 30, 20]])
    hidden = merged(tables, private={0})
    assert set(hidden) == {"a0", "a1"} or set(hidden) == {"a0", "a2"}
    assert all(0 in columns and len(columns) == 2 for columns in hidden.values())


def test_a_single_category_is_not_told_by_itself_when_it_is_private() -> None:
    _, tables = town([[3], [9]])
    assert merged(tables, private={0})["a0"] == {0}

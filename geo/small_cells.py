"""Small counts merged: which counts of categories may leave the scope, and which stand together as one number.

Invariant: a private category's count under LEAST is never told, nor can it be had by subtracting what is told from
totals (of the area over its categories, of the area above over its areas): every merged count keeps at least two
possible values. Counts are told or merged; nothing is rounded or disturbed.
"""

from collections import deque
from collections.abc import Collection, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

LEAST = 5
"""The smallest count of a private category that may be told, and the smallest number merged counts may add up to."""

Key = Hashable


@dataclass(frozen=True, slots=True)
class Table:
    """Areas that add up to the one above (`parent`, None at the top): area → counts in the order of the categories."""

    parent: Key | None
    rows: Mapping[Key, Sequence[int]]


@dataclass(slots=True)
class _Choice:
    """What is merged so far: `columns` everywhere where anything is, `forced` areas, and the result by area."""

    columns: tuple[int, ...]
    forced: set[Key] = field(default_factory=set)
    hidden: dict[Key, frozenset[int]] = field(default_factory=dict)


def merged(tables: Sequence[Table], *, private: Collection[int]) -> dict[Key, frozenset[int]]:
    """Area → the categories (by position) whose counts it does not tell; an area without any tells all of them.

    `tables` from the top down: the first has one row, that of the whole; the row of each parent comes before its table.
    An area without any incident tells its zeros, since its total gives them away.
    """
    width = len(next(iter(tables[0].rows.values()))) if tables and tables[0].rows else 0
    if not private or width < 2:
        return {key: frozenset(range(width)) for table in tables for key in table.rows} if private else {}
    choice = _Choice(_cheapest(tables, private, width))
    while True:
        _settle(choice, tables, private, width)
        failing = next((table for table in tables if not is_protected(table, choice.hidden)), None)
        if failing is None or not _widened(choice, failing, tables, width):
            return choice.hidden


def _cheapest(tables: Sequence[Table], private: Collection[int], width: int) -> tuple[int, ...]:
    """The private categories, and beside them those that leave the fewest counts merged; one at least if alone."""
    columns = tuple(sorted(private))
    least = _cost(columns, tables, private, width) if len(columns) > 1 else None
    while len(columns) < width:
        options = [(*columns, column) for column in range(width) if column not in columns]
        costs = [_cost(option, tables, private, width) for option in options]
        if least is not None and min(costs) >= least:
            break
        least, columns = min(zip(costs, options, strict=True))
    return columns


def _cost(columns: tuple[int, ...], tables: Sequence[Table], private: Collection[int], width: int) -> int:
    choice = _Choice(columns)
    _settle(choice, tables, private, width)
    return sum(len(hidden) for hidden in choice.hidden.values())


def _settle(choice: _Choice, tables: Sequence[Table], private: Collection[int], width: int) -> None:
    """Which areas merge, table by table: those with a small private count, those forced, and one more where one is."""
    choice.hidden.clear()
    everything = frozenset(range(width))
    for table in tables:
        above = choice.hidden.get(table.parent, frozenset())
        weight = {key: sum(counts[j] for j in choice.columns) for key, counts in table.rows.items()}
        filled = sorted((key for key in table.rows if sum(table.rows[key])), key=lambda key: -weight[key])
        chosen = [key for key in filled if key in choice.forced or any(table.rows[key][j] < LEAST for j in private)]
        wanted = 2 if above or (chosen and table.parent is not None) else 0
        chosen += [key for key in filled if key not in chosen][: max(0, wanted - len(chosen))]
        for key in chosen:
            is_whole = above == everything or weight[key] < LEAST
            choice.hidden[key] = everything if is_whole else frozenset(choice.columns)


def _widened(choice: _Choice, failing: Table, tables: Sequence[Table], width: int) -> bool:
    """One more step where a table gives something away: all its areas, then the one above, then one more category."""
    rows = {key for key in failing.rows if sum(failing.rows[key])} - set(choice.hidden)
    if rows:
        choice.forced |= rows
        return True
    if failing.parent is not None and failing.parent not in choice.hidden and failing.parent not in choice.forced:
        choice.forced.add(failing.parent)
        return True
    left = [column for column in range(width) if column not in choice.columns]
    if not left:
        return False
    whole = next(iter(tables[0].rows.values()))
    choice.columns += (max(left, key=lambda column: whole[column]),)
    return True


def is_protected(table: Table, hidden: Mapping[Key, frozenset[int]]) -> bool:
    """Whether every merged count of the table has a second possible value, all totals that are told being known."""
    above = hidden.get(table.parent, frozenset()) if table.parent is not None else frozenset(range(10_000))
    cells = {(key, j): table.rows[key][j] for key in table.rows for j in hidden.get(key, ())}
    ways = _ways(cells, above)
    return all(
        _leads(ways, ("c", j), ("r", key), but=(("c", j), ("r", key)))
        or (n > 0 and _leads(ways, ("r", key), ("c", j), but=(("r", key), ("c", j))))
        for (key, j), n in cells.items()
    )


Node = tuple[str, Key]


def _ways(cells: Mapping[tuple[Key, int], int], above: frozenset[int]) -> dict[Node, list[Node]]:
    """How a change can go on without any known total noticing: area → category is one more, category → area one less.

    Categories that the area above does not tell either may change among themselves.
    """
    ways: dict[Node, list[Node]] = {}
    for (key, j), n in cells.items():
        ways.setdefault(("r", key), []).append(("c", j))
        ways.setdefault(("c", j), [])
        if n > 0:
            ways["c", j].append(("r", key))
    free = [node for node in ways if node[0] == "c" and node[1] in above]
    for node in free:
        ways[node].append(("z", ""))
    ways["z", ""] = free
    return ways


def _leads(ways: Mapping[Node, Sequence[Node]], start: Node, end: Node, *, but: tuple[Node, Node]) -> bool:
    seen, ahead = {start}, deque([start])
    while ahead:
        node = ahead.popleft()
        for following in ways[node]:
            if (node, following) == but:
                continue
            if following == end:
                return True
            if following not in seen:
                seen.add(following)
                ahead.append(following)
    return False


def told(counts: Sequence[int], hidden: frozenset[int]) -> Iterator[int | None]:
    """The counts as they may be told, None for a merged one."""
    return (None if j in hidden else n for j, n in enumerate(counts))

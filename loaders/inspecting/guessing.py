"""Which column of ours each heading may be, and which dataset fits a file best.

Invariant: a heading carries one column at most and a column has one heading at most; the same heading as a synonym goes
before a near one, and that before a guess by values.
"""

import difflib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from config import mapping as mappings
from loaders import registry
from loaders.dataset import Dataset
from loaders.header import GEOMETRY, normal
from loaders.inspecting import vocabulary
from loaders.inspecting.looks import MOSTLY, Look, times, words
from loaders.lat_lon import COLUMNS as PAIRS

SAME, NEAR, VALUES = "same", "near", "values"
NEAREST = 0.62
"""Likeness from which a heading may be meant: four characters of which three are the same have 0.75."""
BY_VALUES = 0.5
AT_MOST_NEAR = 0.99
KNOWN_WORDS = 0.2
JOINT = "/"
"""Stands between the parts of a heading over several rows."""
SHAPED = ("boundaries", "layers")
"""Sections that are nothing without shapes."""
MORE_THAN_COLUMNS = ("published", "goods")
"""Sections of few common headings, whose mapping must say more than columns: they win no near tie with others."""
AT_MOST_MEANT = 0.8
NUMBERS = frozenset(
    ("amount", "quantity", "stated_value", "households", "residents", "residents_60", "residents_80",
     "living_alone_60", "headcount", "capacity", "width_m")
)  # fmt: skip
DEGREES = frozenset(("lon", "lat", "easting", "northing", "number", "amount"))


@dataclass(frozen=True)
class Guess:
    """Our `column` may be the heading of cell `cell`; `how`: same, near, values; `likeness`: 0 to 1."""

    column: str
    cell: int
    how: str
    likeness: float


@dataclass(frozen=True)
class Fit:
    """How well a dataset fits: its guesses by our column, required columns that none carries, and a score (0 to 1)."""

    dataset: Dataset
    guesses: Mapping[str, Guess]
    missing: tuple[str, ...]
    score: float

    @property
    def is_standard(self) -> bool:
        """Whether the built-in mapping takes the file: each required column by one of its synonyms."""
        required = [column.name for column in self.dataset.columns if column.is_required]
        return not self.missing and all(self.guesses[name].how == SAME for name in required)

    @property
    def names(self) -> tuple[str, str]:
        """What the dataset may be called: its name (funds), or with its section (funds/ledger)."""
        return self.dataset.name, f"{self.dataset.name}/{self.dataset.section}"


def synonyms(column: str | None = None) -> frozenset[str]:
    """The headings that built-in mappings know (as `normal` writes them), of one column of ours or of all."""
    told = (
        headings for _, mapping in _built_in() for ours, headings in mapping.columns.items() if column in (None, ours)
    )
    return frozenset(normal(heading) for headings in told for heading in headings)


def fits(headings: Sequence[str], looks: Sequence[Look], frame: pl.DataFrame, *, shape: str | None) -> list[Fit]:
    """The datasets that could be meant, the best first. `shape`: polygon, point, line, None without shapes."""
    found = [_fit(dataset, mapping, headings, looks, frame, shape=shape) for dataset, mapping in _built_in()]
    return sorted((fit for fit in found if fit.guesses), key=lambda fit: -fit.score)


def fitting_sources(headings: Sequence[str], *, dataset: str | None = None) -> list[str]:
    """Named mappings whose every mapped column stands in the header, the one with most columns first."""
    known = {normal(heading) for heading in headings}
    found: list[tuple[int, str]] = []
    for name in mappings.source_names():
        mapping = mappings.named(name)
        needed = [told for ours, told in mapping.columns.items() if ours not in mapping.optional and ours != GEOMETRY]
        if dataset in (None, mapping.dataset, f"{mapping.dataset}/{mapping.section}") and len(needed) > 1:
            is_fit = all(known.intersection(map(normal, told)) for told in needed)
            found += [(len(needed), name)] if is_fit else []
    return [name for _, name in sorted(found, reverse=True)]


def _built_in() -> Iterator[tuple[Dataset, mappings.Mapping]]:
    for name in registry.MODULES:
        for dataset in registry.datasets(name):
            yield dataset, mappings.standard(dataset.name, dataset.section)


def _fit(
    dataset: Dataset,
    mapping: mappings.Mapping,
    headings: Sequence[str],
    looks: Sequence[Look],
    frame: pl.DataFrame,
    *,
    shape: str | None,
) -> Fit:
    guesses = _by_name(mapping, headings, looks)
    _by_values(guesses, dataset, looks, frame)
    required = [column.name for column in dataset.columns if column.is_required]
    missing = [name for name in required if name not in guesses]
    has_shape = shape is not None or GEOMETRY in guesses
    if dataset.section in SHAPED:
        required.append(GEOMETRY)
        is_wrong = dataset.section == "boundaries" and shape in ("point", "line")
        missing += [GEOMETRY] if not has_shape or is_wrong else []
    met = sum(guesses[name].likeness for name in required if name in guesses)
    met += 1.0 if GEOMETRY in required and GEOMETRY not in missing and GEOMETRY not in guesses else 0.0
    named = sum(bool(heading) for heading in headings) or 1
    explained = sum(guess.likeness for guess in guesses.values()) / named
    score = 0.7 * met / max(1, len(required)) + 0.3 * min(1.0, explained)
    if dataset.section in MORE_THAN_COLUMNS:
        score *= AT_MOST_MEANT
    if shape == "polygon" and dataset.section not in (*SHAPED, "service_points"):
        score *= 0.5
    return Fit(dataset, guesses, tuple(missing), round(score, 3))


def _by_name(mapping: mappings.Mapping, headings: Sequence[str], looks: Sequence[Look]) -> dict[str, Guess]:
    pairs: list[tuple[float, int, str]] = []
    for cell, heading in enumerate(map(normal, headings)):
        for ours, told in mapping.columns.items() if heading else ():
            likeness = max(_likeness(heading, normal(synonym)) for synonym in told)
            if likeness == 1.0 or (likeness >= NEAREST and _is_possible(ours, looks[cell])):
                pairs.append((likeness, cell, ours))
    found: dict[str, Guess] = {}
    taken: set[int] = set()
    for likeness, cell, ours in sorted(pairs, key=lambda pair: (-pair[0], pair[1])):
        if ours not in found and cell not in taken:
            found[ours] = Guess(ours, cell, SAME if likeness == 1.0 else NEAR, round(likeness, 2))
            taken.add(cell)
    return found


def _likeness(heading: str, synonym: str) -> float:
    """1 for the same; of a heading over two rows the lower part counts too, which is near at best."""
    whole = difflib.SequenceMatcher(None, heading, synonym).ratio()
    _, joint, lower = heading.rpartition(JOINT)
    within = 1.0 if joint and lower == synonym else 0.9 if len(synonym) > 1 and synonym in (lower or heading) else 0.0
    part = difflib.SequenceMatcher(None, lower, synonym).ratio() if joint else 0.0
    return whole if whole == 1.0 else max(whole, min(AT_MOST_NEAR, max(part, within)))


def _is_possible(ours: str, look: Look) -> bool:
    """Whether values of this look can stand in the column."""
    if look.kind == "empty":
        return True
    if ours.endswith(("_at", "_on")) or ours in ("extended_to", "vacant_since"):
        return look.kind == "time"
    allowed = {GEOMETRY: {"shape"}, "lon": DEGREES, "lat": DEGREES, "code": {"id", "number", "word", "text"}}
    allowed |= {name: {"number", "amount", "id", "northing", "easting"} for name in NUMBERS}
    return look.kind in allowed.get(ours, {"amount", "number", "id", "word", "text", "easting", "northing"})


def _by_values(guesses: dict[str, Guess], dataset: Dataset, looks: Sequence[Look], frame: pl.DataFrame) -> None:
    """Fills columns that no heading names from values that only they hold; what is ambiguous stays open."""
    names = {column.name for column in dataset.columns}
    free = [cell for cell in range(len(looks)) if cell not in {guess.cell for guess in guesses.values()}]

    def give(ours: str, cells: Sequence[int]) -> None:
        if ours in names | {GEOMETRY} and ours not in guesses and len(cells) == 1:
            guesses[ours] = Guess(ours, cells[0], VALUES, BY_VALUES)
            free.remove(cells[0])

    def of(*kinds: str) -> list[int]:
        return [cell for cell in free if looks[cell].kind in kinds]

    give("lon", of("lon"))
    give("lat", of("lat"))
    for pair in PAIRS:
        give(pair, [] if "lon" in guesses else of(pair))
    give(GEOMETRY, of("shape"))
    for column in ("status", "category", "kind", "direction", "role"):
        listed = vocabulary.known(dataset.name, dataset.section, column) if column in names else {}
        give(column, _wordiest(of("word") if listed else [], dataset, column, frame))
    if "reported_at" in names:
        give("reported_at", _earliest(of("time"), frame))
    give("code", of("id")[:1])


def _wordiest(cells: Sequence[int], dataset: Dataset, column: str, frame: pl.DataFrame) -> list[int]:
    """The column that holds most known words, if they are KNOWN_WORDS of its rows at least."""
    shares = {}
    for cell in cells:
        counted = words(frame[f"c{cell}"])
        odd = vocabulary.unknown(dataset.name, dataset.section, column, counted)
        shares[cell] = 1 - sum(odd.values()) / sum(counted.values())
    best = max(shares, key=lambda cell: shares[cell], default=None)
    return [] if best is None or shares[best] < KNOWN_WORDS else [best]


def _earliest(cells: Sequence[int], frame: pl.DataFrame) -> list[int]:
    """Of the columns of times the one that is filled in each row and never after the others, if there is one."""
    if not cells:
        return []
    read = frame.select(times(frame[f"c{cell}"]).alias(f"c{cell}") for cell in cells)
    least = read.select(pl.min_horizontal(pl.all())).to_series()
    shares = {cell: float((read[f"c{cell}"] == least).fill_null(value=False).mean() or 0) for cell in cells}  # type: ignore[arg-type]
    best = max(cells, key=lambda cell: shares[cell])
    return [best] if shares[best] >= MOSTLY else []

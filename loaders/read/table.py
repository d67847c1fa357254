"""What every reader gives: a file as a table of text cells, block by block.

Invariant: rows carry the numbers that a spreadsheet shows (the header is 1, in a file of features the first is 2), and
no row is lost or renumbered.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import polars as pl

BLOCK_ROWS = 125_000


@dataclass(frozen=True)
class Ragged:
    """A row with more or fewer cells than the header; `cells` as received."""

    row: int
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Told:
    """Something that a reader left aside and people should know: the code of its sentence, and what fills it."""

    code: str
    params: Mapping[str, str | int | float] = field(default_factory=dict)


@dataclass(frozen=True)
class Wish:
    """What is asked of a file before its header is known.

    `format`, `sheet`, `layer`, `header_row` (as a spreadsheet numbers it), `header_rows`: what the mapping says, None
    for what the content says. `headings`: the headings that carry our columns, as `loaders.header.normal` writes them.
    `geometry`: the headings that may carry a shape as text, the same way; `needs_geometry`: one of them must be there;
    `coordinates`: headings of longitude and latitude; where both are there, they are the place, not the shape.
    """

    format: str | None = None
    sheet: str | None = None
    layer: str | None = None
    header_row: int | None = None
    header_rows: int = 1
    headings: frozenset[str] = frozenset()
    geometry: frozenset[str] = frozenset()
    needs_geometry: bool = False
    coordinates: tuple[frozenset[str], ...] = ()


class Table(ABC):
    """A file as a table of text. Cell columns are named c0, c1 … in the order of `headings`.

    `declared_crs`: the system that the file itself declares. `shape_cells`: cells whose text is the geometry;
    `lines_above`: lines above the header (a title), which are no rows; `unit_above`: the unit of money that they name,
    other than the currency itself (万元); `header_rows`: over how many rows the header goes; `told`: what was left
    aside (hidden sheets).

    What an inspection tells of the file: `format`; `encoding` and `delimiter` of a text; `part`, the sheet or layer
    that is read, `parts`, all that there are, and `hidden`, those of them that Excel does not show.
    """

    headings: tuple[str, ...]
    declared_crs: str | None = None
    has_shapes: bool = False
    is_degrees: bool = False
    """Whether the format itself says that coordinates without a declaration are EPSG:4326 (GeoJSON)."""
    should_declare: bool = False
    """Whether the format has a place for the system, so that one left empty means that nobody knows it."""
    shape_cells: frozenset[int] = frozenset()
    lines_above: int = 0
    unit_above: str | None = None
    header_rows: int = 1
    told: tuple[Told, ...] = ()
    format: str = ""
    encoding: str | None = None
    delimiter: str | None = None
    part: str | None = None
    parts: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()

    def __init__(self) -> None:
        self.ragged: list[Ragged] = []
        self.may_hold_nul = self.may_hold_marks = True

    def close(self) -> None:  # noqa: B027 - most tables hold nothing
        """Lets go of what reading holds; the table gives nothing afterwards."""

    @abstractmethod
    def blocks(self) -> Iterator[pl.DataFrame]:
        """Blocks in the order of the file: `row` (Int64), c0 … as received; with shapes `geometry` and `broken` too.

        `geometry` (WKB) is null where there is none or none that can be read; `broken` is the text of the latter.
        `unvalued`, of a sheet with such cells: the cells of the row (“3,5”) that hold a formula without a value.
        Starts at the beginning whenever it is called. Rows with a wrong number of cells are in `ragged` afterwards.
        """

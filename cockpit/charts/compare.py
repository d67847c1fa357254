"""The table of areas: median, nine in ten, share inside the limit with its interval.

Invariant: an area with too few cases has words instead of figures, and no value that the table could be sorted by.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from cockpit.charts import svg
from cockpit.charts.scales import rate_ticks
from config.messages import tr

FIRM_N = 30
"""Below this a rate is drawn hollow and never flagged: the least n for a comparison."""
ROW = 22

Side = Literal["worse", "better", "alike"]


@dataclass(frozen=True, slots=True)
class AreaFigures:
    """The figures of one area: durations in seconds and as people read them, share and interval as 0 … 1."""

    p50_s: int
    p90_s: int
    p50: str
    p90: str
    share: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class AreaRow:
    """One area of `n` cases; `missing` cases are left out. Without figures, `note` says why."""

    name: str
    n: int
    missing: int
    figures: AreaFigures | None
    note: str = ""
    go: str | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    """What the table shows: its rows in the order of the street, and the row of all of them together."""

    rows: tuple[AreaRow, ...]
    whole: AreaRow
    area_heading: str


def side(n: int, *, low: float, high: float, whole: float) -> Side:
    """Whether an area's share differs from that of all areas together beyond chance: its interval excludes it."""
    if n < FIRM_N or low <= whole <= high:
        return "alike"
    return "worse" if high < whole else "better"


def area_table(comparison: Comparison, *, lang: str) -> str:
    """The table as HTML; a click on a heading sorts it in the browser, one on a name asks for what `go` says."""
    figures = [row.figures for row in (*comparison.rows, comparison.whole) if row.figures]
    ticks = rate_ticks(min((f.low for f in figures), default=0.0), max((f.high for f in figures), default=1.0))
    scale = (ticks[0], ticks[-1])
    whole = comparison.whole.figures.share if comparison.whole.figures else None
    body = "".join(_row(row, whole=whole, scale=scale, lang=lang) for row in comparison.rows)
    total = _row(comparison.whole, whole=None, scale=scale, lang=lang)
    parts = svg.element("thead", _head(comparison.area_heading, scale, lang))
    parts += svg.element("tbody", body) + svg.element("tfoot", total)
    return svg.element("table", parts, class_="c-table")


def _head(area_heading: str, scale: tuple[float, float], lang: str) -> str:
    def cell(label: str, *, class_: str = "num", sort: str | None = "number") -> str:
        tabindex = 0 if sort else None
        return svg.element("th", svg.escape(label), class_=class_, scope="col", data_sort=sort, tabindex=tabindex)

    low, high = (f"{bound * 100:g}" for bound in scale)
    ends = svg.element("div", svg.span(low) + svg.span(f"{high}%"), class_="c-ends")
    cells = cell(area_heading, class_="c-area", sort="text")
    cells += "".join(cell(tr(f"response.column.{key}", lang)) for key in ("n", "p50", "p90", "share"))
    cells += svg.element("th", ends, class_="c-plot")
    cells += cell(tr("response.column.interval", lang), sort=None) + cell(tr("response.column.missing", lang))
    return svg.element("tr", cells)


def _row(row: AreaRow, *, whole: float | None, scale: tuple[float, float], lang: str) -> str:
    name = svg.span(row.name)
    if row.go:
        name = svg.element("span", name, data_go=row.go, tabindex=0, role="link", class_="c-link")
    cells = svg.element("td", name, class_="c-area", data_v=row.name) + _cell(f"{row.n:,}", row.n)
    cells += _figures(row, row.figures, whole=whole, scale=scale) if row.figures else _words(row, lang)
    return svg.element("tr", cells + _cell(f"{row.missing:,}", row.missing, "c-soft"))


def _cell(written: str, value: float | str, class_: str = "") -> str:
    """A cell of figures; an empty `value` keeps its row at the end of every order."""
    return svg.element("td", svg.escape(written), class_=f"num {class_}".strip(), data_v=value)


def _words(row: AreaRow, lang: str) -> str:
    words = _cell(row.note or tr("common.too_few", lang), "", "c-few")
    return words + _cell("", "") * 2 + svg.element("td", class_="c-plot") + svg.element("td")


def _figures(row: AreaRow, figures: AreaFigures, *, whole: float | None, scale: tuple[float, float]) -> str:
    where = side(row.n, low=figures.low, high=figures.high, whole=whole) if whole is not None else "alike"
    cells = _cell(figures.p50, figures.p50_s) + _cell(figures.p90, figures.p90_s)
    cells += _cell(f"{figures.share * 100:.1f}", figures.share, f"c-{where}")
    cells += svg.element("td", _interval(figures, n=row.n, whole=whole, scale=scale, where=where), class_="c-plot")
    return cells + svg.element("td", _range(figures), class_="num c-soft")


def _range(figures: AreaFigures) -> str:
    return f"{figures.low * 100:.1f}–{figures.high * 100:.1f}"


def _interval(figures: AreaFigures, *, n: int, whole: float | None, scale: tuple[float, float], where: Side) -> str:
    """Dot with interval on the common scale; the thin upright line is all areas together."""

    def at(share: float) -> str:
        return svg.percent((share - scale[0]) / (scale[1] - scale[0]))

    middle = ROW / 2
    drawn = svg.line(x1=at(whole), y1=0, x2=at(whole), y2=ROW, class_="c-peer") if whole is not None else ""
    drawn += svg.line(x1=at(figures.low), y1=middle, x2=at(figures.high), y2=middle, class_=f"c-whisker c-{where}")
    if where == "alike":
        dot = "c-dot" if n >= FIRM_N else "c-dot-part"
        drawn += svg.element("circle", cx=at(figures.share), cy=middle, r=3.5, class_=dot)
    else:
        drawn += _triangle(at(figures.share), middle, where)
    label = f"{figures.share * 100:.1f}% ({_range(figures)})"
    return svg.picture(svg.plot(drawn, left=6, right=6, height=ROW), height=ROW, label=label)


def _triangle(x: str, y: float, where: Side) -> str:
    points: Sequence[str] = ("-4,0", "4,-5", "4,5") if where == "worse" else ("4,0", "-4,-5", "-4,5")
    mark = svg.element("polygon", points=" ".join(points), class_=f"c-{where}-mark")
    return svg.element("svg", mark, x=x, y=y, overflow="visible", width=1, height=1)

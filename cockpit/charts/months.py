"""Money by month or day, to point at: in upwards, out downwards, their difference as dots, promises hollow beside.

Invariant: a month that the ledger does not cover has no bar and no dot, only a ring on the zero line with the reason. A
figure once made is not changed.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from plotly import graph_objects as go

from cockpit.charts import plotly_look as look
from cockpit.charts.scales import round_ticks
from cockpit.formats import number

HEIGHT_PX = 208
LEFT_PX, RIGHT_PX, FOOT_PX = 52, 8, 42
TONES = {
    "income": ("accent", "accent"),
    "received": ("cv-2", "cv-2"),
    "expense": ("ink-2", "ink-2"),
    "passed_on": ("usual-2", "usual-2"),
    "committed": ("bg", "ink-2"),
}
"""The tokens of each field's bars and of their rims."""
FEW = 12
"""With fewer columns the bars keep the width that they have among so many."""
EVERY, QUARTERS = 26, 80
"""Up to so many columns every month is named, up to so many the first of each quarter, beyond only each January."""


@dataclass(frozen=True, slots=True)
class Column:
    """One month, or a day with its own `label` below the axis; amounts in the unit of the chart, None where nothing is
    known. `tip` are the lines on pointing."""

    year: int
    month: int
    name: str
    tip: tuple[str, ...]
    income: float | None = None
    received: float | None = None
    expense: float | None = None
    passed_on: float | None = None
    committed: float | None = None
    net: float | None = None
    is_chosen: bool = True
    is_partial: bool = False
    label: str | None = None


@dataclass(frozen=True, slots=True)
class MonthBars:
    """What the picture shows; without income what goes out stands upwards; without `has_net` there are no dots."""

    columns: tuple[Column, ...]
    has_income: bool
    has_net: bool = True

    @property
    def out(self) -> float:
        """The direction of what goes out: -1 down, 1 up."""
        return -1.0 if self.has_income else 1.0


@dataclass(frozen=True, slots=True)
class _Place:
    """Where the bars of a series stand in their columns: middle and width, in columns."""

    middle: float
    width: float

    def among(self, count: int) -> "_Place":
        """The place where there are so few columns that their bars would be slabs."""
        part = min(1.0, count / FEW)
        return _Place(self.middle * part, self.width * part)


ALONE, MAIN, BESIDE = _Place(0.0, 0.64), _Place(-0.14, 0.46), _Place(0.24, 0.24)
"""Bars alone in their columns; bars with a promise beside them; the promise."""


def month_figure(bars: MonthBars) -> go.Figure:
    """The figure of `bars`, as wide as its place; pointing anywhere in a column tells its month."""
    columns = bars.columns
    moved = _stack(columns, ("income", "received"), sign=1.0) + _stack(columns, ("expense", "passed_on"), sign=bars.out)
    promised = _stack(columns, ("committed",), sign=bars.out)
    main, beside = (MAIN, BESIDE) if moved and promised else (ALONE, ALONE)
    _stand(moved, main.among(len(columns)))
    _stand(promised, beside.among(len(columns)))
    net = _net(columns, at=main.among(len(columns)).middle) if bars.has_income and bars.has_net else []
    return go.Figure([*moved, *promised, *net, *_gaps(columns), _pointer(bars)], _layout(bars))


def _layout(bars: MonthBars) -> go.Layout:
    ticks = _ticks(bars)
    return look.layout(
        height=HEIGHT_PX,
        left=LEFT_PX,
        right=RIGHT_PX,
        bottom=FOOT_PX,
        xaxis=look.columns_axis(_labels(bars.columns), count=len(bars.columns)),
        yaxis=look.amounts_axis(
            ticks, [number(tick, digits=_digits(ticks)) for tick in ticks], low=ticks[0], high=ticks[-1], zero=True
        ),
        shapes=_chosen(bars.columns),
        barmode="overlay",
    )


def _stack(columns: Sequence[Column], names: Sequence[str], *, sign: float) -> list[go.Bar]:
    """Bars of the first field from zero, of the next from their ends; a field without any amount is left out."""
    base = [0.0] * len(columns)
    found = []
    for name in names:
        lengths = [_signed(getattr(column, name), sign) for column in columns]
        if any(lengths):
            found.append(_bars(name, columns, lengths, base))
        base = [begin + (length or 0.0) for begin, length in zip(base, lengths, strict=True)]
    return found


def _signed(amount: float | None, sign: float) -> float | None:
    return None if amount is None else sign * amount


def _bars(name: str, columns: Sequence[Column], lengths: Sequence[float | None], base: Sequence[float]) -> go.Bar:
    tone, rim = TONES[name]
    return go.Bar(
        name=name, x=list(range(len(columns))), y=list(lengths), base=list(base), hoverinfo="skip",
        marker=go.bar.Marker(
            color=look.colour(tone), opacity=[0.5 if column.is_partial else 1.0 for column in columns],
            line=go.bar.marker.Line(
                color=look.colour(rim), width=[1.5 if length and tone != rim else 0 for length in lengths]
            ),
        ),
    )  # fmt: skip


def _stand(series: Sequence[go.Bar], place: _Place) -> None:
    for bars in series:
        bars.update(width=place.width, offset=place.middle - place.width / 2)


def _net(columns: Sequence[Column], *, at: float) -> list[go.Scatter]:
    """Dots with a pale rim, joined; hollow where the month has not ended."""
    ink, ground = look.colour("ink"), look.colour("bg")
    across = [place + at for place in range(len(columns))]
    along = [column.net for column in columns]
    rims = go.Scatter(
        name="rim", x=across, y=along, mode="lines+markers", hoverinfo="skip", connectgaps=False, cliponaxis=False,
        line=go.scatter.Line(color=ground, width=4), marker=go.scatter.Marker(color=ground, size=10),
    )  # fmt: skip
    dots = go.Scatter(
        name="net", x=across, y=along, mode="lines+markers", hoverinfo="skip", connectgaps=False, cliponaxis=False,
        line=go.scatter.Line(color=ink, width=1.5),
        marker=go.scatter.Marker(
            size=6, opacity=1, color=[ground if column.is_partial else ink for column in columns],
            line=go.scatter.marker.Line(color=ink, width=1.5),
        ),
    )  # fmt: skip
    return [rims, dots]


def _gaps(columns: Sequence[Column]) -> list[go.Scatter]:
    """A ring on the zero line for each month that the ledger does not cover."""
    unknown = [place for place, column in enumerate(columns) if column.expense is None]
    if not unknown:
        return []
    return [
        go.Scatter(
            name="unknown", x=unknown, y=[0] * len(unknown), mode="markers", hoverinfo="skip", cliponaxis=False,
            marker=go.scatter.Marker(
                size=5, color=look.colour("bg"), line=go.scatter.marker.Line(color=look.colour("ink-3"), width=1.5)
            ),
        )
    ]  # fmt: skip


def _pointer(bars: MonthBars) -> go.Scatter:
    """Unseen points that carry the words, at the upper end of each column's bars."""
    return go.Scatter(
        name="pointer", x=list(range(len(bars.columns))), mode="markers", cliponaxis=False,
        y=[max(0.0, *_ends(column, bars.out)) for column in bars.columns],
        marker=go.scatter.Marker(size=1, opacity=0), hoverinfo="text",
        hovertext=[look.words(column.tip) for column in bars.columns],
    )  # fmt: skip


def _ends(column: Column, out: float) -> tuple[float, ...]:
    """Where the bars and the dot of a column end."""
    came = (column.income or 0.0) + (column.received or 0.0)
    went = (column.expense or 0.0) + (column.passed_on or 0.0)
    return came, out * went, out * (column.committed or 0.0), column.net or 0.0


def _ticks(bars: MonthBars) -> tuple[float, ...]:
    ends = [end for column in bars.columns for end in _ends(column, bars.out)]
    return round_ticks(min(ends), max(ends))


def _digits(ticks: Sequence[float]) -> int:
    """Decimals that the ticks need."""
    return next((n for n in range(4) if all(round(tick, n) == round(tick, 6) for tick in ticks)), 4)


def _chosen(columns: Sequence[Column]) -> list[go.layout.Shape]:
    """A ground behind the months of the page's window, unless it holds them all."""
    chosen = [place for place, column in enumerate(columns) if column.is_chosen]
    return [look.shaded(chosen[0], chosen[-1])] if chosen and len(chosen) < len(columns) else []


def _labels(columns: Sequence[Column]) -> dict[int, str]:
    """The months below the axis, as many as have room, with the year below the first and each January."""
    if any(column.label is not None for column in columns):
        return {place: column.label for place, column in enumerate(columns) if column.label}
    step = 1 if len(columns) <= EVERY else 3 if len(columns) <= QUARTERS else 12
    named = {place: column for place, column in enumerate(columns) if (column.month - 1) % step == 0}
    first = min(named, default=0)
    return {
        place: f"{column.name}\n{column.year}" if column.month == 1 or place == first else column.name
        for place, column in named.items()
    }

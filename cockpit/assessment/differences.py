"""What differs now from a frozen month, of the areas that the viewer sees; as a list and as a file.

Invariant: the list is the whole of what differs in the place looked into; nothing is left out for being small.
"""

from collections.abc import Iterator
from datetime import date

from cockpit import formats, freezing, frozen_words, queries
from cockpit.assessment.choice import Choice, choose
from cockpit.context import View, descendants, token
from cockpit.exports import Export
from cockpit.freezing import LEVELS, Difference
from cockpit.queries import Asked, shared
from config.indicators import Indicator, indicators
from geo.frozen import FrozenFigure, FrozenMonth
from geo.viewer import SITE

HEADS = (
    "month", "level", "code", "area", "kpi", "indicator", "definition", "unit", "frozen", "now", "difference",
    "frozen_numerator", "frozen_denominator", "frozen_n", "frozen_note", "now_numerator", "now_denominator", "now_n",
    "now_note",
)  # fmt: skip


@shared
def _differences(asked: Asked, *, month: date) -> tuple[Difference, ...]:
    with queries.store().reading(asked.viewer, asked.clock) as connection:
        return freezing.differences(connection, asked.clock, month)


def differences(choice: Choice, month: FrozenMonth) -> tuple[Difference, ...]:
    """The figures of the month that are not what was frozen, in the place looked into: other values first, then by
    level, code and indicator. Raises StoreUnavailable.
    """
    view, within = choice.view, choice.view.filters.area
    order = {each.slug: place for place, each in enumerate(indicators())}
    seen = {token(area) for area in (within, *descendants(view.areas, within))} if within else None
    found = [
        one
        for one in _differences(view.asked, month=month.month)
        if seen is None or f"{one.frozen.level}:{one.frozen.code}" in seen
    ]

    def place(one: Difference) -> tuple[bool, int, str, int]:
        is_same = one.now is not None and one.now.value == one.frozen.value
        return is_same, LEVELS.index(one.frozen.level), one.frozen.code, order.get(one.frozen.kpi, len(order))

    return tuple(sorted(found, key=place))


def known(one: Difference) -> Indicator | None:
    """The indicator of a difference; None where it is no longer defined."""
    return next((each for each in indicators() if each.slug == one.frozen.kpi), None)


def name(view: View, one: Difference) -> str:
    """The area of a difference; the site under its name in the reader's language."""
    return view.site.name(view.lang) if one.frozen.level == SITE else one.frozen.name


def cases(one: Difference) -> int | None:
    """How many cases more it is of now; None for a count, whose difference says it, and for what is gone."""
    is_count = one.frozen.numerator is None and one.frozen.denominator is None and one.frozen.value == one.frozen.n
    if one.now is None or is_count:
        return None
    return (one.now.n or 0) - (one.frozen.n or 0)


def export(view: View) -> Export | None:
    """All differences of the month that the page shows; None where that is no frozen month. Raises StoreUnavailable."""
    choice = choose(view)
    view = choice.view
    standing = frozen_words.standing(view, view.filters)
    month = standing.month
    if month is None:
        return None
    found = differences(choice, month)
    return Export(
        action="export-differences",
        target=f"month:{month.month:%Y-%m}",
        name=f"{view.tr('frozen.file')}_{month.month:%Y-%m}",
        headings=[view.tr(f"frozen.head_{head}") for head in HEADS],
        lines=_lines(view, month, found),
        found=len(found),
        filters=[
            (view.tr("assessment.period"), formats.month(month.month, view.lang)),
            (view.tr("frozen.filter"), frozen_words.said(view, standing)),
            (view.tr("frozen.hash"), month.chain_hash.hex()),
            (view.tr("assessment.head_area"), view.filters.area.name if view.filters.area else ""),
        ],
        detail={"month": f"{month.month:%Y-%m}", "seq": month.seq, "area_id": view.filters.area_id},
    )


def _lines(view: View, month: FrozenMonth, found: tuple[Difference, ...]) -> Iterator[tuple[object, ...]]:
    for one in found:
        kept, each = one.frozen, known(one)
        yield (
            f"{month.month:%Y-%m}", view.tr(f"common.level_{kept.level}"), kept.code, name(view, one), kept.kpi,
            each.name(view.lang) if each else "", kept.definition, each.unit if each else "", kept.value,
            one.now.value if one.now else None, one.difference, *_parts(view, kept), *_parts(view, one.now),
        )  # fmt: skip


def _parts(view: View, figure: FrozenFigure | None) -> tuple[object, ...]:
    """Numerator, denominator, cases, and why there is no value."""
    if figure is None:
        return None, None, None, view.tr("frozen.gone")
    note = view.tr(frozen_words.NOTES[figure.note]) if figure.note else ""
    return figure.numerator, figure.denominator, figure.n, note

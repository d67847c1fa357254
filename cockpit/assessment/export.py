"""The matrix as a file: one line an area and indicator, with the same verdicts as the page."""

from collections.abc import Iterator

from cockpit import frozen_words
from cockpit.assessment import computed, words
from cockpit.assessment.choice import Choice, choose
from cockpit.assessment.computed import Cell, Group, Row
from cockpit.context import View
from cockpit.exports import Export

HEADS = (
    "level", "code", "area", "type", "households", "kpi", "indicator", "definition", "value", "unit", "numerator",
    "denominator", "n", "low", "high", "note", "excluded", "peers", "verdict", "suspicious", "before", "change",
    "frozen", "now", "difference", "days", "days_before",
)  # fmt: skip


def export(view: View) -> Export | None:
    """The rows and columns that the page shows, in its order; None where there is nothing to compare.

    Raises StoreUnavailable, config.reader.ConfigError.
    """
    choice = choose(view)
    found = computed.matrix(choice)
    if not found.rows:
        return None
    start, end = choice.days
    return Export(
        action="export-assessment",
        target=f"assessment:{choice.view.filters.level}",
        name=f"{view.tr('assessment.file')}_{start}_{computed.last_day(choice.days)}",
        headings=[view.tr(f"assessment.head_{name}") for name in HEADS],
        lines=_lines(choice, found.groups),
        found=len(found.rows) * len(choice.columns),
        filters=_filters(choice),
        detail={
            "from": start.isoformat(), "to": end.isoformat(), "level": choice.view.filters.level,
            "area_id": choice.view.filters.area_id, "class": choice.view.filters.response_class,
            "category": choice.view.filters.category, "columns": choice.group, "against": choice.compared,
        },
    )  # fmt: skip


def _filters(choice: Choice) -> list[tuple[str, str]]:
    view, tr = choice.view, choice.view.tr
    named = view.filters.response_class
    category = next((one for one in view.categories if one.code == view.filters.category), None)
    return [
        (tr("assessment.period"), words.period(view, choice.days)),
        (tr("assessment.against"), words.against(choice)),
        (tr("frozen.filter"), frozen_words.said(view, frozen_words.standing(view, view.filters))),
        (tr("common.level"), words.level(view)),
        (tr("assessment.head_area"), view.filters.area.name if view.filters.area else ""),
        (tr("common.response_class"), tr(f"common.class_{named}") if named else ""),
        (tr("common.category"), category.name(view.lang) if category else ""),
        (tr("assessment.type"), words.type_name(view, choice.community_type) if choice.community_type else ""),
        (tr("assessment.columns"), tr(f"assessment.columns_{choice.group}")),
    ]


def _lines(choice: Choice, groups: tuple[Group, ...]) -> Iterator[tuple[object, ...]]:
    for group in groups:
        for row in group.rows:
            for slug in choice.slugs:
                yield _line(choice.view, group, row, row.cells[slug])


def _line(view: View, group: Group, row: Row, cell: Cell) -> tuple[object, ...]:
    """The numbers unrounded, in the unit of the indicator."""
    figure, now = cell.figure, cell.figure.now
    changes = {1: view.tr("assessment.change_up"), -1: view.tr("assessment.change_down")}
    return (
        words.level(view),
        row.area.code,
        row.area.name,
        words.type_name(view, group.community_type) if group.community_type else "",
        row.households,
        figure.indicator.slug,
        figure.indicator.name(view.lang),
        figure.indicator.definition,
        figure.value,
        figure.indicator.unit,
        figure.numerator,
        figure.denominator,
        figure.n,
        figure.low,
        figure.high,
        words.value(view, figure) if figure.note else "",
        view.tr("assessment.joiner").join(words.reasons(view, figure)),
        cell.peers,
        view.tr(f"assessment.verdict_{cell.verdict}") if cell.verdict else "",
        view.tr("assessment.suspicious") if cell.is_suspicious else "",
        cell.before.value if cell.before else None,
        changes.get(cell.change, ""),
        view.tr("frozen.mark" if figure.frozen else "frozen.not_mark"),
        now.value if now else figure.value,
        now.value - figure.value if now and now.value is not None and figure.value is not None else None,
        round(figure.days, 3),
        round(cell.before.days, 3) if cell.before else None,
    )

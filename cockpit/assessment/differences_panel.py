"""The list of what differs now from the frozen month, as a panel of the page 考核.

Invariant: what is left out of a long list is said with its number, and stands in the file.
"""

from cockpit import exports, formats, frozen_words
from cockpit.assessment import differences
from cockpit.assessment.freeze_panel import is_open
from cockpit.assessment.panels import Assessed
from cockpit.context import View
from cockpit.freezing import Difference
from cockpit.markup import attributes, esc
from cockpit.panels import Empty, panel, told
from cockpit.picture import picture
from geo.frozen import FrozenFigure

MOST = 400
COLUMNS = (
    ("level", "text"), ("area", "text"), ("indicator", "text"), ("frozen", None), ("now", None), ("difference", None),
    ("cases", "number"),
)  # fmt: skip
NUMBERS = ("frozen", "now", "difference", "cases")


def show(assessed: Assessed) -> None:
    """The panel, where the URL asks for it."""
    choice = assessed.choice
    view = choice.view
    if not is_open(view):
        return

    def draw() -> Empty | None:
        month = frozen_words.standing(view, view.filters).month
        if month is None:
            return Empty(view.tr("frozen.list_not_frozen", month=formats.month(choice.days[0], view.lang)))
        found = differences.differences(choice, month)
        if not found:
            return Empty(view.tr("frozen.list_none"))
        picture(_bar(view, found) + _table(view, found), key="assessment_differences")
        return None

    def unit() -> str:
        month = frozen_words.standing(view, view.filters).month
        n = len(differences.differences(choice, month)) if month else 0
        return view.tr("frozen.list_unit", n=formats.number(n)) if month else ""

    title = view.tr("frozen.list_title", month=formats.month(choice.days[0], view.lang))
    panel(view, key="differences", title=title, unit=told(unit), draw=draw)


def _bar(view: View, found: tuple[Difference, ...]) -> str:
    known = attributes(
        type="search",
        data_filter="differences",
        data_found=view.tr("frozen.list_found", n="{n}"),
        placeholder=view.tr("frozen.list_search"),
        aria_label=view.tr("frozen.list_search"),
        autocomplete="off",
    )
    rest = ""
    if len(found) > MOST:
        said = view.tr("frozen.list_rest", shown=formats.number(MOST), n=formats.number(len(found)))
        rest = f'<span class="i2">{esc(said)}</span>'
    export = exports.link(view, "differences.csv", view.tr("frozen.export"), changes={"show": None})
    count = '<span class="i3" role="status"></span>'
    return f'<div class="filters mx-late-bar"><input{known}>{count}{rest}<span class="mx-end">{export}</span></div>'


def _table(view: View, found: tuple[Difference, ...]) -> str:
    heads = "".join(_head(view, name, kind) for name, kind in COLUMNS)
    body = "".join(_row(view, one) for one in found[:MOST])
    table = f'<table class="mx-late-list"><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>'
    return f'<div class="scroll" id="differences" data-words-group>{table}</div>'


def _head(view: View, name: str, kind: str | None) -> str:
    style = "num" if name in NUMBERS else None
    known = attributes(scope="col", class_=style, data_sort=kind, tabindex="0" if kind else None)
    return f"<th{known}>{esc(view.tr(f'frozen.head_{name}'))}</th>"


def _row(view: View, one: Difference) -> str:
    kept, each = one.frozen, differences.known(one)
    level, area = view.tr(f"common.level_{kept.level}"), differences.name(view, one)
    indicator = each.name(view.lang) if each else kept.kpi
    by = frozen_words.apart(view, each, kept.value, one.now.value if one.now else None) if each else ""
    if one.difference == 0:
        by = view.tr("frozen.same_value")
    more = differences.cases(one)
    signed = "" if not more else f"{'+' if more > 0 else formats.MINUS}{formats.number(abs(more))}"
    words = f"{level} {area} {kept.code} {indicator} {kept.kpi} {each.id if each else ''}".casefold()
    tip = view.tr("frozen.defined", held=kept.definition)
    return (
        f"<tr{attributes(data_words=words)}><td{attributes(data_v=level)}>{esc(level)}</td>"
        f"<td{attributes(class_='name', data_v=area)}>{esc(area)}</td>"
        f"<td{attributes(class_='name', data_v=indicator, data_tip=tip)}>{esc(indicator)}</td>"
        f'<td class="num figure">{esc(_value(view, one, kept))}</td>'
        f'<td class="num">{esc(_value(view, one, one.now))}</td><td class="num">{esc(by)}</td>'
        f"<td{attributes(class_='num i2', data_v=more or 0)}>{esc(signed)}</td></tr>"
    )


def _value(view: View, one: Difference, figure: FrozenFigure | None) -> str:
    """The value with its parts, or why there is none."""
    each = differences.known(one)
    if figure is None or each is None:
        return view.tr("frozen.gone")
    if figure.value is None:
        return view.tr(frozen_words.NOTES[figure.note or "no-data"])
    shown = formats.quantity(figure.value, each.unit, view.lang, is_share=each.is_share)
    if figure.numerator is None or figure.denominator is None or each.kind != "rate":
        return shown
    return f"{shown} ({formats.number(figure.numerator)} / {formats.number(figure.denominator)})"

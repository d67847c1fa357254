"""The list of open cases: the most urgent first, time left on one axis, who has it, since when.

Invariant: numbers are those of the map; nothing is left out without a word, and no case's text or person is in it.
"""

from collections import Counter
from collections.abc import Mapping, Sequence

from cockpit import formats
from cockpit.charts import remaining
from cockpit.community import computed, words
from cockpit.community.choice import Chosen
from cockpit.community.computed import Due, OpenList
from cockpit.context import View
from cockpit.markup import attributes, esc
from cockpit.overview.map_panel import short_names
from cockpit.panels import Empty
from cockpit.picture import picture
from cockpit.theme import level_icon

FIRST_ROWS, MOST_ROWS = 20, 300
NOTHING_SINCE = ("open", "reported")
"""Stages that began with the report, which has a column of its own."""
TONES = {"overdue": "overdue", "soon": "soon"}


def refused(chosen: Chosen) -> Empty | None:
    """Why there can be no list of open cases, None where there can; raises StoreUnavailable."""
    view = chosen.view
    view.check()
    if "incidents" not in view.datasets:
        return Empty(view.tr("community.load_incidents"))
    reason = computed.why_no_list(view.asked, filters=view.filters)
    return Empty(view.tr(f"community.{reason}")) if reason else None


def shown(chosen: Chosen, found: OpenList) -> tuple[Due, ...]:
    """The cases of the list: of the named grid or micro-grid, else all."""
    part = chosen.part
    if part is None:
        return found.rows
    return tuple(row for row in found.rows if part.area_id in (row.case.grid_id, row.case.microgrid_id))


def listed(view: View, rows: Sequence[Due]) -> Sequence[Due]:
    """The rows that are written out: the first ones, or all that a page can hold."""
    return rows[: MOST_ROWS if view.params.get("rows") == "all" else FIRST_ROWS]


def unit(chosen: Chosen) -> str:
    """How the list is sorted and how long it is, for the head of the panel; nothing where there is no list."""
    view = chosen.view
    if chosen.area is None or "incidents" not in view.datasets:
        return ""
    found = computed.open_list(view, chosen.area)
    n = formats.cases(len(found.rows), view.lang)
    if not found.rows:
        return ""
    if chosen.part:
        of_part = formats.cases(len(shown(chosen, found)), view.lang)
        return view.tr("community.open_unit_part", n=of_part, all=n, part=chosen.part.name, area=chosen.area.name)
    return view.tr("community.open_unit" if found.has_deadlines else "community.open_unit_age", n=n)


def draw(chosen: Chosen) -> Empty | None:
    """The list; a cut one says how many are left."""
    empty = refused(chosen)
    if empty or chosen.area is None:
        return empty
    view = chosen.view
    found = computed.open_list(view, chosen.area)
    rows = shown(chosen, found)
    if not rows:
        if chosen.part and found.rows:
            told = {"part": chosen.part.name, "area": chosen.area.name, "n": len(found.rows)}
            return Empty(view.tr("community.open_none_part", **told))
        return Empty(view.tr("community.open_none"))
    written = listed(view, rows)
    counts = Counter(row.group for row in rows)
    picture(_table(view, found, written, counts) + _rest(view, chosen, rows, written), key="community_open")
    return None


def _table(view: View, found: OpenList, rows: Sequence[Due], counts: Mapping[str, int]) -> str:
    has_deadlines, names = found.has_deadlines, short_names(view)
    lengths = [value for row in rows if (value := _length(found, row)) is not None]
    axis = remaining.axis_for(lengths)
    scale = remaining.head(axis, lang=view.lang) if has_deadlines else esc(view.tr("community.column_age"))
    heads = [
        esc(view.tr("community.column_no")),
        "",
        *(esc(view.tr(f"community.column_{name}")) for name in ("what", "stage")),
    ]
    heads += [scale, *(esc(view.tr(f"community.column_{name}")) for name in ("who", "reported"))]
    styles = ("k-no", "k-mark", "k-what", "k-stage", "k-axis", "k-who", "k-when")
    head = "".join(f'<th class="{style}" scope="col">{text}</th>' for style, text in zip(styles, heads, strict=True))
    body, group = "", ""
    for place, row in enumerate(rows):
        if row.group != group:
            group = row.group
            body += _group(view, group, counts[group])
        body += _row(view, found, row, axis, names, is_late=place >= FIRST_ROWS)
    return f'<table class="k-open"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'


def _group(view: View, group: str, n: int) -> str:
    name, shown = esc(view.tr(f"community.group_{group}")), formats.number(n)
    return (
        f'<tr class="k-group"><th colspan="7" scope="rowgroup"><b>{name}</b> <span class="i3">{shown}</span></th></tr>'
    )


def _length(found: OpenList, row: Due) -> float | None:
    """Seconds left (below zero: overdue), of a list without deadlines the age; None where neither runs."""
    if not found.has_deadlines:
        return (found.moment - row.case.reported_at).total_seconds()
    if row.case.due_at is None or row.group == "suspended":
        return None
    return (row.case.due_at - found.moment).total_seconds()


def _row(
    view: View, found: OpenList, row: Due, axis: remaining.Axis, names: Mapping[int, str], *, is_late: bool
) -> str:
    case = row.case
    mark = level_icon(words.LEVELS[row.group], 14) if row.group in words.LEVELS else ""
    named = esc(words.category(view, case.category_code))
    grid = "" if words.is_here(view, row) else esc(words.place(view, row, names))
    what = f'<span class="k-both"><b>{named}</b><span class="i2">{grid}</span></span>'
    since = "" if case.stage in NOTHING_SINCE else esc(words.since(view, case.stage_at))
    stage = f"{esc(view.tr(f'community.stage_{case.stage}'))} <span class='i3'>{since}</span>"
    left = remaining.cell(axis, _length(found, row), text=_left(view, found, row), tone=TONES.get(row.group, "plain"))
    who = esc(case.agency) if case.agency else f'<span class="i3">{esc(view.tr("community.nobody"))}</span>'
    cells = (
        f'<td class="k-no">{row.number}</td><td class="k-mark">{mark}</td><td class="k-what">{what}</td>'
        f'<td class="k-stage">{stage}</td><td class="k-axis">{left}</td><td class="k-who">{who}</td>'
        f'<td class="k-when">{esc(words.reported(view, row))}</td>'
    )
    known = attributes(data_tip=tip(view, row), tabindex="0", class_="k-late" if is_late else None)
    return f"<tr{known}>{cells}</tr>"


def _left(view: View, found: OpenList, row: Due) -> str:
    age = formats.duration((found.moment - row.case.reported_at).total_seconds(), view.lang)
    if row.group == "suspended":
        return view.tr("community.paused", length=age)
    if row.case.due_at is None:
        return view.tr("community.no_limit" if found.has_deadlines else "community.age", length=age)
    seconds = (row.case.due_at - found.moment).total_seconds()
    return view.tr(
        "community.over" if seconds < 0 else "community.left", length=formats.duration(abs(seconds), view.lang)
    )


def tip(view: View, row: Due) -> str:
    """Everything about a case with exact times, one line each."""
    case, zone = row.case, view.site.zone

    def exact(value: object) -> str:
        return f"{value:%Y-%m-%d %H:%M:%S}"

    stage = view.tr(f"community.stage_{case.stage}")
    lines = [
        f"{row.number} {words.category(view, case.category_code)}",
        view.tr("community.tip_code", code=case.code),
        view.tr(
            "community.tip_reported",
            time=words.reported(view, row) if case.is_by_day else exact(case.reported_at.astimezone(zone)),
        ),
    ]
    if case.stage not in NOTHING_SINCE:
        lines.append(view.tr("community.tip_stage", stage=stage, time=exact(case.stage_at.astimezone(zone))))
    due = view.tr("community.tip_due", time=exact(case.due_at.astimezone(zone))) if case.due_at else ""
    lines.append(due or view.tr("community.tip_no_due"))
    if case.agency:
        lines.append(view.tr("community.tip_who", agency=case.agency))
    if case.is_private:
        lines.append(view.tr("community.private"))
    elif case.lon is None:
        lines.append(view.tr("community.no_point"))
    return "\n".join(lines)


def _rest(view: View, chosen: Chosen, rows: Sequence[Due], written: Sequence[Due]) -> str:
    parts = []
    left = len(rows) - len(written)
    if left and view.params.get("rows") != "all":
        parts.append(_more(view, "open_more", {"rows": "all"}, n=left))
    elif left:
        parts.append(f"<span>{esc(view.tr('community.open_cut', n=formats.number(left)))}</span>")
    if len(written) > FIRST_ROWS:
        parts.append(_more(view, "open_fewer", {"rows": None}, n=FIRST_ROWS))
    if len(rows) > FIRST_ROWS:
        plain = view.tr("community.open_more_plain", n=formats.number(len(rows) - FIRST_ROWS))
        parts.append(f'<span class="k-paper">{esc(plain)}</span>')
    if chosen.part and chosen.area:
        parts.append(_more(view, "open_whole", {}, n=0))
    return f'<p class="k-rest">{"".join(parts)}</p>' if parts else ""


def _more(view: View, key: str, changes: dict[str, str | None], *, n: int) -> str:
    """A link that changes the list; `view` already looks into the community, so its link leaves the grid."""
    address = view.link(changes)
    known = attributes(href=address, data_go=address)
    return f"<a{known}>{esc(view.tr(f'community.{key}', n=formats.number(n)))}</a>"

"""The matrix as markup: a real table, so that it is read aloud, copied and printed as what it shows.

Invariant: every cell is a link to its figure and says in text what its mark shows; names are escaped.
"""

from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

from cockpit import formats, frozen_words, matrix_way, targets
from cockpit.assessment import cells, words
from cockpit.assessment.cells import Column, column, drawing, empty, spark
from cockpit.assessment.choice import HOUSEHOLDS, NAME, Choice
from cockpit.assessment.computed import Cell, Group, Matrix, Row
from cockpit.context import View, token
from cockpit.exempted import AFTER
from cockpit.figures import TOO_FEW, Figure
from cockpit.markup import attributes, esc
from config.assessment import assessment
from config.indicators import Indicator

MOST_COLUMNS, COLUMN_PX = 12, 112
"""More columns than these keep their width and are moved sideways, the names stay."""
Lines = Mapping[str | None, tuple[Figure, ...]]


def markup(choice: Choice, found: Matrix, lines: Lines) -> str:
    """The legend, the table, the foot."""
    scales = {
        each.slug: column(each, [row.cells[each.slug] for row in found.rows], target=_target(choice.view, each))
        for each in choice.columns
    }
    drawn = _Drawn(choice, found, scales, lines)
    is_wide = len(choice.columns) > MOST_COLUMNS
    width = f"min-width:{240 + COLUMN_PX * len(choice.columns)}px" if is_wide else None
    known = attributes(class_="mx", data_cells="1", style=width)
    table = f"<table{known}>{drawn.columns()}{drawn.head()}{drawn.body()}{drawn.whole()}</table>"
    way = f'<span class="mx-screen">{esc(choice.view.tr("assessment.foot"))} </span>'
    if is_wide:
        way += f'<span class="mx-paper">{esc(choice.view.tr("assessment.foot_paper"))} </span>'
    foot = f'<p class="mx-foot">{way}{esc(words.foot(choice, found))}</p>'
    has_target = any(scale.target is not None for scale in scales.values())
    legend = _legend(choice, has_late=bool(drawn.late), has_target=has_target)
    if is_wide:
        legend += f'<p class="mx-more">{esc(choice.view.tr("assessment.more_columns", n=len(choice.columns)))}</p>'
    return f'{legend}<div class="mx-wrap{" wide" if is_wide else ""}">{table}</div>{foot}'


def _target(view: View, each: Indicator) -> float | None:
    """What is promised of the cases of the page."""
    return each.target if targets.is_promised(view, each) else None


def _legend(choice: Choice, *, has_late: bool, has_target: bool) -> str:
    view = choice.view
    dot = '<circle cx="15" cy="6" r="3.2" class="mx-dot"></circle>'
    hollow = '<circle cx="15" cy="6" r="2.8" class="mx-dot hollow"></circle>'
    shown = [
        (_mark(_range("") + dot), "interval"),
        (_mark(_range(" worse") + _verdict("worse")), "worse"),
        (_mark(_range(" better") + _verdict("better")), "better"),
        (_mark('<line x1="4" x2="4" y1="-3" y2="15" class="mx-peer strong"></line>', width=8), "peers"),
        *([(_mark('<line x1="4" x2="4" y1="-3" y2="15" class="mx-target"></line>', width=8), "target")] * has_target),
        (cells.WARNING, "suspicious"),
        (_mark(_range("") + hollow), "hollow"),
    ]
    shown += [("", "change")] if choice.against else []
    shown += [('<span class="mx-late">+1</span>', "late")] if has_late else []
    n = assessment().suspicious_n
    told = "".join(f"<span>{mark}{esc(view.tr(f'assessment.legend_{key}', n=n))}</span>" for mark, key in shown)
    return f'<p class="mx-legend">{told}</p>'


def _mark(body: str, *, width: int = 30) -> str:
    return f'<svg width="{width}" height="12" viewBox="0 -3 {width} 18" aria-hidden="true">{body}</svg>'


def _verdict(name: str) -> str:
    return f'<path d="{cells.MARKS[name]}" transform="translate(15 -3)" class="mx-dot {name}"></path>'


def _range(style: str) -> str:
    return f'<line x1="2" x2="28" y1="6" y2="6" class="mx-range{style}"></line>'


def _axis(first: str, last: str) -> str:
    return f'<span class="mx-axis"><span>{esc(first)}</span><span>{esc(last)}</span></span>'


class _Drawn:
    """The parts of one table."""

    def __init__(self, choice: Choice, found: Matrix, scales: Mapping[str, Column], lines: Lines) -> None:
        self.choice, self.view, self.found = choice, choice.view, found
        self.scales, self.lines = scales, lines
        self.lead = choice.lead.slug if choice.lead and lines else None
        self.has_households = found.households is not None
        self.late = {slug for slug in choice.slugs if found.differing([slug])}
        values = [figure.value for figures in lines.values() for figure in figures]
        self.span = cells.ends(values)
        self.kept = {
            name: value
            for name, value in {
                "from": choice.days[0].isoformat(),
                "to": choice.days[1].isoformat(),
                "category": self.view.filters.category,
                "class": self.view.filters.response_class,
                "lang": None if self.view.lang == "zh" else self.view.lang,
                matrix_way.PARAM: matrix_way.told(self.view),
            }.items()
            if value
        }

    # ---- head

    def columns(self) -> str:
        """The widths."""
        widths = ['<col class="mx-c-name">'] + (['<col class="mx-c-homes">'] if self.has_households else [])
        for each in self.choice.columns:
            widths.append("<col>")
            if each.slug == self.lead:
                widths.append('<col class="mx-c-months">')
        return f"<colgroup>{''.join(widths)}</colgroup>"

    def head(self) -> str:
        """The headings: each orders the rows by its column."""
        heads = [self._sorter(NAME, words.level(self.view), "mx-name")]
        if self.has_households:
            heads.append(self._sorter(HOUSEHOLDS, self.view.tr("assessment.column_households"), "num mx-homes"))
        for each in self.choice.columns:
            heads.append(self._column_head(each))
            if each.slug == self.lead:
                heads.append(self._months_head())
        return f"<thead><tr>{''.join(heads)}</tr></thead>"

    def _sorter(self, sort: str, text: str, style: str) -> str:
        known = attributes(scope="col", class_=style, aria_sort=self._order(sort))
        return f"<th{known}>{self._sort_link(sort, text)}</th>"

    def _order(self, sort: str) -> str | None:
        if sort != self.choice.sort:
            return None
        return "descending" if self.choice.is_descending else "ascending"

    def _sort_link(self, sort: str, text: str, tip: str | None = None) -> str:
        turned = None
        if sort == self.choice.sort:
            turned = "up" if self.choice.is_descending else "down"
        address = self.view.link({"sort": sort, "dir": turned})
        label = self.view.tr("assessment.sort_label", name=text)
        known = attributes(class_="mx-sort", href=address, data_go=address, aria_label=label, data_tip=tip or label)
        return f"<a{known}>{esc(text)}</a>"

    def _column_head(self, each: Indicator) -> str:
        view, scale = self.view, self.scales[each.slug]
        tags = f'<span class="mx-unit">{esc(self._unit(scale))}</span>'
        if not each.is_assessable:
            why = view.tr("assessment.reference_tip", why=each.reference_only(view.lang))
            tags += f'<i class="mx-ref"{attributes(data_tip=why)}>{esc(view.tr("assessment.reference"))}</i>'
        if self._is_all_suspicious(each.slug):
            told = view.tr("assessment.all_suspicious_tip", n=len(self.found.suspicious(each.slug)))
            tags += f"<span{attributes(class_='mx-doubt', data_tip=told)}>{cells.WARNING}</span>"
        name = formats.spaced(each.name(view.lang))
        better = view.tr(f"method.direction_{each.direction}")
        lines = [f"{each.definition} {each.name(view.lang)}", each.formula(view.lang), each.denominator(view.lang)]
        lines += (
            [view.tr("assessment.target", target=targets.explained(view, each))] if scale.target is not None else []
        )
        tip = "\n".join([*lines, better, view.tr("assessment.sort_label", name=each.name(view.lang))])
        style = "mx-col late" if each.slug in self.late else "mx-col"
        known = attributes(scope="col", aria_sort=self._order(each.slug), class_=style)
        tail = f'<span class="mx-tail">{tags}{self._definition(each)}</span>'
        told = f'<div class="mx-h">{self._sort_link(each.slug, name, tip)}<wbr>{tail}</div>'
        axis = _axis(scale.end(scale.low), scale.end(scale.high)) if self._has_values(each.slug) else ""
        return f"<th{known}>{told}{axis}</th>"

    def _has_values(self, slug: str) -> bool:
        return any(row.cells[slug].figure.value is not None for row in self.found.rows)

    def _unit(self, scale: Column) -> str:
        time = scale.indicator.unit == "s"
        return self.view.tr(f"response.unit.{scale.unit}" if time else f"assessment.unit_{scale.unit}")

    def _definition(self, each: Indicator) -> str:
        """The way to the definition."""
        lang = f"?lang={self.view.lang}" if self.view.lang != "zh" else ""
        label = self.view.tr("assessment.definition_label", name=each.name(self.view.lang))
        known = attributes(class_="mx-def", href=f"./method{lang}#{each.slug}", aria_label=label, data_tip=label)
        return f"<a{known}>?</a>"

    def _months_head(self) -> str:
        figures = next(iter(self.lines.values()), ())
        ends = [words.month_short(figure.start) for figure in (figures[0], figures[-1])] if figures else ["", ""]
        name = esc(self.view.tr("assessment.column_months"))
        return f'<th scope="col" class="mx-col mx-months"><div class="mx-h">{name}</div>{_axis(*ends)}</th>'

    def _is_all_suspicious(self, slug: str) -> bool:
        return self.found.is_all_suspicious(slug)

    # ---- rows

    def body(self) -> str:
        """A body a group: its heading with the values of all its areas together, then the areas."""
        return "".join(
            f"<tbody>{self._group_head(group)}{''.join(self._row(group, row) for row in group.rows)}</tbody>"
            for group in self.found.groups
        )

    def _group_head(self, group: Group) -> str:
        if group.community_type is None and len(self.found.groups) == 1:
            return ""
        view = self.view
        name = words.type_name(view, group.community_type)
        n = view.tr("assessment.areas", n=len(group.rows), level=words.level(view))
        span = 2 if self.has_households else 1
        head = f"<th{attributes(scope='rowgroup', colspan=span)}>{esc(name)} <span>{esc(n)}</span></th>"
        return f'<tr class="mx-group">{head}{self._values(group.values)}</tr>'

    def _values(self, values: Mapping[str, float | None]) -> str:
        told = []
        for each in self.choice.columns:
            value = values[each.slug]
            number = self.scales[each.slug].number(value) if value is not None else ""
            told.append(self._td(each.slug, f'<span class="mx-n">{esc(number)}</span>'))
            if each.slug == self.lead:
                told.append("<td></td>")
        return "".join(told)

    def whole(self) -> str:
        """The last row: everything as one, cases outside every area included."""
        view = self.view
        name = view.filters.area.name if view.filters.area else view.tr("assessment.all")
        homes = self._homes(self.found.households)
        told = []
        for each in self.choice.columns:
            figure = self.found.whole.get(each.slug)
            told.append(self._td(each.slug, self._whole_cell(figure) if figure else ""))
            if each.slug == self.lead:
                told.append("<td></td>")
        return f'<tfoot><tr class="mx-all"><th scope="row">{esc(name)}</th>{homes}{"".join(told)}</tr></tfoot>'

    def _whole_cell(self, figure: Figure) -> str:
        area = token(self.view.filters.area) if self.view.filters.area else None
        cell = Cell(figure, None, None, None, 0, is_suspicious=False)
        name = self.view.area_name
        tip = words.tip(self.choice, name, cell, kind=None, after=self.found.whole.get(AFTER))
        shown = self._number(cell)
        return f"<a{self._link(figure.indicator.slug, area, tip)}>{shown}</a>"

    def _homes(self, homes: int | None) -> str:
        if not self.has_households:
            return ""
        return f'<td class="num mx-homes">{formats.number(homes) if homes is not None else ""}</td>'

    def _row(self, group: Group, row: Row) -> str:
        view = self.view
        name = esc(row.area.name)
        if row.is_suspect:
            name = f"<span{attributes(data_tip=view.tr('assessment.suspect_tip'))}>{cells.WARNING}</span>{name}"
        tip = row.area.name
        head = f"<th{attributes(scope='row', class_='mx-name', data_tip=tip)}>{name}</th>"
        told = []
        for each in self.choice.columns:
            told.append(self._td(each.slug, self._cell(group, row, each.slug)))
            if each.slug == self.lead:
                told.append(f'<td class="mx-months">{self._months(row)}</td>')
        return f"<tr>{head}{self._homes(row.households)}{''.join(told)}</tr>"

    def _cell(self, group: Group, row: Row, slug: str) -> str:
        cell = row.cells[slug]
        scale = self.scales[slug]
        after = row.cells.get(AFTER)
        kind, after_figure = group.community_type, after.figure if after else None
        tip = words.tip(self.choice, row.area.name, cell, kind=kind, after=after_figure)
        if cell.figure.value is None:
            known, shown = self._link(slug, token(row.area), tip, style=" none"), self._why(cell)
            return f"<a{known}>{shown}{empty(cell.peers, scale)}</a>"
        style = f" {cell.verdict}" if cell.verdict in ("worse", "better") else "" if cell.is_firm else self._faint(cell)
        return f"<a{self._link(slug, token(row.area), tip, style=style)}>{self._number(cell)}{drawing(cell, scale)}</a>"

    def _faint(self, cell: Cell) -> str:
        return " faint" if cell.figure.indicator.kind in ("rate", "quantile") else ""

    def _why(self, cell: Cell) -> str:
        """Words in place of a figure."""
        figure = cell.figure
        told = words.value(self.view, figure)
        if figure.note == TOO_FEW:
            n = self.view.tr("assessment.n", n=formats.number(figure.n or 0))
            few = self.view.tr("assessment.too_few")
            return f'<span class="mx-n">{esc(n)}</span><span class="mx-why">{esc(few)}</span>'
        return f'<span class="mx-n"></span><span class="mx-why">{esc(told)}</span>'

    def _number(self, cell: Cell) -> str:
        view, figure = self.view, cell.figure
        scale = self.scales[figure.indicator.slug]
        if figure.value is None:
            return f'<span class="mx-n mx-why">{esc(words.value(view, figure))}</span>'
        arrow = {1: "↗", -1: "↘"}.get(cell.change, "")
        said = [view.tr(f"assessment.verdict_{cell.verdict}")] if cell.verdict in ("worse", "better") else []
        said += [view.tr("assessment.suspicious")] if cell.is_suspicious else []
        said += [view.tr(f"assessment.change_{'up' if cell.change > 0 else 'down'}")] if cell.change else []
        told = "".join(view.tr("assessment.joiner") + word for word in said)
        mark = cells.WARNING if cell.is_suspicious and not self._is_all_suspicious(figure.indicator.slug) else ""
        mark += f'<i aria-hidden="true">{arrow}</i>' if arrow else ""
        number = f'<span class="mx-n">{mark}{esc(scale.number(float(figure.value)))}</span>{self._late(cell, scale)}'
        return number + (f'<span class="mx-said">{esc(told)}</span>' if told else "")

    def _td(self, slug: str, inside: str) -> str:
        return f"<td{attributes(class_='late' if slug in self.late else None)}>{inside}</td>"

    def _late(self, cell: Cell, scale: Column) -> str:
        """What later data would add to a frozen figure, in the place that is kept for it in every cell."""
        if cell.figure.indicator.slug not in self.late:
            return ""
        kept, now = cell.figure.value, cell.figure.now
        by = 0 if kept is None or now is None or now.value is None else now.value - kept
        if not by:
            return '<span class="mx-late"></span>'
        told = scale.number(abs(by))
        told = ("+" if by > 0 else formats.MINUS) + told if told.strip("0.") else "Δ"
        spoken = frozen_words.difference(self.view, cell.figure)
        return f'<span class="mx-late" aria-hidden="true">{esc(told)}</span><span class="mx-said">{esc(spoken)}</span>'

    def _link(self, slug: str, area: str | None, tip: str, *, style: str = "") -> str:
        """The way to the figure, with the days and the category."""
        known = {"kpi": slug} | ({"area": area} if area else {}) | self.kept
        return attributes(class_=f"mx-cell{style}", href=f"./indicator?{urlencode(known)}", data_tip=tip)

    def _months(self, row: Row) -> str:
        figures: Sequence[Figure] = self.lines.get(row.area.code, ())
        return spark(figures, low=self.span[0], high=self.span[1]) if figures else ""

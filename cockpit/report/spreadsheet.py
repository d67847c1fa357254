"""Figures as an Excel workbook: a sheet to read, a sheet to calculate with, the definitions, and what was asked.

Invariant: numbers are numbers in their unit (a share as a percentage, a duration as a time of day and days), texts are
texts that no program runs; where there is no figure the cell says why.
"""

import io
from collections.abc import Sequence
from typing import Any

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from cockpit.context import View
from cockpit.figures import Figure
from cockpit.report import words
from cockpit.report.taken import COLUMNS, Table
from config.indicators import Indicator

SECONDS_A_DAY = 86_400
NUMBER_FORMS = {
    "count": "#,##0", "ratio": "0.0%", "s": "[h]:mm:ss", "d": "0.0", "per_1000": "0.0", "z": "0.00", "quotient": "0.00",
}  # fmt: skip
"""How Excel shows a unit; a ratio that is no share of anything is a `quotient`."""
DEFINITION_COLUMNS = (
    "id", "slug", "indicator", "formula", "denominator", "clock", "direction", "minimum_n", "use", "source",
    "definition",
)  # fmt: skip
WIDE = {
    "name": 16,
    "indicator": 26,
    "excluded": 34,
    "as_of": 20,
    "formula": 60,
    "denominator": 44,
    "use": 40,
    "source": 40,
}


class _Book:
    """A workbook that is being written, with its formats."""

    def __init__(self, view: View) -> None:
        self.view = view
        self.bytes = io.BytesIO()
        self.book = xlsxwriter.Workbook(
            self.bytes, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        )
        base = {"font_name": "Noto Sans CJK SC", "font_size": 10, "valign": "top"}
        self.plain = self.book.add_format(base)
        self.wrapped = self.book.add_format({**base, "text_wrap": True})
        self.head = self.book.add_format({**base, "bold": True, "text_wrap": True, "bottom": 1, "bg_color": "#F6F5F1"})
        self.none = self.book.add_format({**base, "font_color": "#676E72", "align": "right"})
        self._numbers = {
            name: self.book.add_format({**base, "num_format": form}) for name, form in NUMBER_FORMS.items()
        }

    def number(self, indicator: Indicator) -> Format:
        """How a value of this indicator is shown."""
        is_plain = indicator.unit == "ratio" and not indicator.is_share
        return self._numbers["quotient" if is_plain else indicator.unit]

    def sheet(self, name: str, headings: Sequence[str], widths: Sequence[float], *, fixed: int) -> Worksheet:
        """A sheet with a heading that stays, `fixed` columns that stay, a filter, and a print that fits the width."""
        sheet = self.book.add_worksheet(self.view.tr(f"report.sheet_{name}"))
        for column, (heading, width) in enumerate(zip(headings, widths, strict=True)):
            sheet.write_string(0, column, heading, self.head)
            sheet.set_column(column, column, width)
        sheet.freeze_panes(1, fixed)
        sheet.set_landscape()
        sheet.set_paper(8)  # A3
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
        return sheet

    def put(self, sheet: Worksheet, row: int, column: int, item: Any, form: Format | None = None) -> None:
        """A number as a number, everything else as text."""
        if item is None or item == "":
            return
        if isinstance(item, (int, float)):
            sheet.write_number(row, column, item, form or self.plain)
        else:
            sheet.write_string(row, column, str(item), form or self.plain)


def workbook(view: View, table: Table, told: Sequence[tuple[str, str]]) -> bytes:
    """The workbook; `told`: what stands on its last sheet (who, when, which filters and data version)."""
    made = _Book(view)
    _overview(made, table)
    _rows(made, table)
    _definitions(made, table)
    _about(made, told)
    made.book.close()
    return made.bytes.getvalue()


def _overview(made: _Book, table: Table) -> None:
    tr, known = made.view.tr, table.indicators
    headings = [tr("report.column_code"), tr("report.column_name"), *(each.name(made.view.lang) for each in known)]
    sheet = made.sheet("overview", headings, [16, 16, *[13] * len(known)], fixed=2)
    for row, area in enumerate(table.areas, start=1):
        first = next(iter(area.values()))
        made.put(sheet, row, 0, first.area or "–")
        made.put(sheet, row, 1, first.name)
        for column, figure in enumerate(area.values(), start=2):
            _value(made, sheet, row, column, figure)
    sheet.autofilter(0, 0, len(table.areas), len(headings) - 1)


def _value(made: _Book, sheet: Worksheet, row: int, column: int, figure: Figure) -> None:
    if figure.value is None:
        made.put(sheet, row, column, words.note(made.view, figure), made.none)
    else:
        made.put(sheet, row, column, _in_unit(figure, figure.value), made.number(figure.indicator))


def _in_unit(figure: Figure, value: float | None) -> float | None:
    """As Excel counts: durations in days."""
    return value / SECONDS_A_DAY if value is not None and figure.indicator.unit == "s" else value


def _rows(made: _Book, table: Table) -> None:
    tr = made.view.tr
    headings = [tr(f"report.column_{name}") for name in COLUMNS]
    sheet = made.sheet("rows", headings, [WIDE.get(name, 12) for name in COLUMNS], fixed=4)
    for row, figure in enumerate(table.figures, start=1):
        form = made.number(figure.indicator)
        for column, item in enumerate((figure.area or "–", figure.name, figure.indicator.slug)):
            made.put(sheet, row, column, item)
        made.put(sheet, row, 3, figure.indicator.name(made.view.lang))
        for column, number in ((4, figure.value), (6, figure.low), (7, figure.high)):
            made.put(sheet, row, column, _in_unit(figure, number), form)
        made.put(sheet, row, 5, tr(f"report.unit_{figure.indicator.unit}"))
        for column, count in ((8, figure.n), (9, figure.numerator), (10, figure.denominator)):
            made.put(sheet, row, column, count)
        made.put(sheet, row, 11, words.note(made.view, figure))
        made.put(sheet, row, 12, words.excluded(made.view, figure))
        made.put(sheet, row, 13, f"{figure.moment:%Y-%m-%d %H:%M %z}")
        made.put(sheet, row, 14, figure.indicator.definition)
        word, now, by = words.frozen(made.view, figure)
        made.put(sheet, row, 15, word)
        for column, number in ((16, now), (17, by)):
            made.put(sheet, row, column, _in_unit(figure, number), form)
    sheet.autofilter(0, 0, len(table.figures), len(headings) - 1)


def _definitions(made: _Book, table: Table) -> None:
    tr, lang = made.view.tr, made.view.lang
    headings = [tr(f"report.column_{name}") for name in DEFINITION_COLUMNS]
    sheet = made.sheet("definitions", headings, [WIDE.get(name, 12) for name in DEFINITION_COLUMNS], fixed=3)
    for row, each in enumerate(table.indicators, start=1):
        told = (
            each.id, each.slug, each.name(lang), each.formula(lang), each.denominator(lang),
            tr(f"report.clock_{each.clock}"), tr(f"report.direction_{each.direction}"), each.minimum_n,
            words.use(made.view, each), each.source(lang), each.definition,
        )  # fmt: skip
        for column, item in enumerate(told):
            made.put(sheet, row, column, item, made.wrapped)


def _about(made: _Book, told: Sequence[tuple[str, str]]) -> None:
    tr = made.view.tr
    sheet = made.sheet("about", [tr("report.column_what"), tr("report.column_told")], [24, 90], fixed=0)
    for row, (name, item) in enumerate(told, start=1):
        made.put(sheet, row, 0, name)
        made.put(sheet, row, 1, item, made.wrapped)

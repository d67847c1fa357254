"""Files about figures: what is read back from CSV, Excel and PDF is what `cockpit.figures` says."""

import csv
import io
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import count

import openpyxl
import pypdf
import pytest
import streamlit as st
from asgi_client import ask
from figures_builder import Town
from starlette.applications import Starlette
from starlette.routing import Route

from cockpit import queries
from cockpit.access.current import COOKIE
from cockpit.context import View, make_view
from cockpit.figures import Figure
from cockpit.report import document, export, taken, words
from cockpit.routes import exports
from cockpit.spreadsheets import csv_stream
from config.indicators import indicators
from geo.accounts import accounts_in, add_account, open_session
from geo.audit_trail import LineQuery, lines
from geo.store import Store, StoreUrls
from geo.viewer import LEADER, OPERATOR, Clock

VERSIONS = count(5_000)
EVIL = '=HYPERLINK("x") #set page(width: 1pt) <b>'


@pytest.fixture(scope="module")
def town(urls: StoreUrls, store: Store, clock: Clock) -> Iterator[Town]:
    """Community A has 40 cases in October (one in five late) and some in September, B has four and a hostile name."""
    made = Town(urls, store, clock)
    made.begin()
    made.run("update core.area set name = :name where code = 'B'", name=EVIL)
    for day in range(1, 21):
        late = "18:00" if day % 5 == 0 else "09:30"
        for _ in range(2):
            made.case(f"10-{day:02d} 08:00", area="A", due=f"10-{day:02d} 12:00", closed=f"10-{day:02d} {late}")
        made.case(f"09-{day:02d} 08:00", area="A", due=f"09-{day:02d} 12:00", closed=f"09-{day:02d} 09:00")
    made.case("10-05 08:00", area="B", times=4, due="10-06 08:00")
    yield made
    made.close()


@pytest.fixture
def view(town: Town, store: Store, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Iterator[View]:
    monkeypatch.setattr(queries, "store", lambda: store)
    town.run("update ops.data_version set version = :version", version=next(VERSIONS))
    st.cache_resource.clear()
    params = {"from": "2026-10-01", "to": "2026-11-01", "level": "community"}
    yield make_view(params, viewer=LEADER, clock=clock)
    st.cache_resource.clear()


def told_of(figures: tuple[Figure, ...]) -> dict[tuple[str | None, str], Figure]:
    return {(figure.area, figure.indicator.slug): figure for figure in figures}


def test_the_csv_holds_every_figure_to_the_last_digit(view: View) -> None:
    wanted = told_of(taken.table(view).figures)
    made = export.as_csv(view)
    sent = b"".join(csv_stream(made.headings, made.lines, reader=None, notes=())).decode("utf-8-sig")
    head, *lines = csv.reader(io.StringIO(sent))
    rows = [dict(zip(head, line, strict=True)) for line in lines]
    assert len(rows) == len(wanted) == 2 * len(indicators())
    for row in rows:
        figure = wanted[row["区域代码"], row["指标代码"]]
        assert row["数值"] == ("" if figure.value is None else str(figure.value))
        assert (row["区间下限"], row["区间上限"]) == tuple(
            "" if end is None else str(end) for end in (figure.low, figure.high)
        )
        assert row["无数值的原因"] == (figure.note or "")
        assert row["定义版本"] == figure.indicator.definition


def test_the_workbook_read_back_equals_the_figures(view: View) -> None:
    wanted = told_of(taken.table(view).figures)
    book = openpyxl.load_workbook(io.BytesIO(export.as_excel(view).content([("导出人", "=1+1")])))
    overview, rows, definitions, about = (book[name] for name in ("指标", "明细", "定义", "说明"))
    slugs = [each.slug for each in indicators()]
    for line in overview.iter_rows(min_row=2, values_only=True):
        for slug, cell in zip(slugs, line[2:], strict=True):
            figure = wanted[str(line[0]), slug]
            if figure.value is None:
                assert cell == words.note(view, figure)
            else:
                assert _seconds(cell, figure) == pytest.approx(figure.value, abs=1e-6)
    head = [cell.value for cell in rows[1]]
    for line in rows.iter_rows(min_row=2, values_only=True):
        told = dict(zip(head, line, strict=True))
        figure = wanted[str(told["区域代码"]), str(told["指标代码"])]
        assert (told["件数"], told["分子"], told["分母"]) == (figure.n, figure.numerator, figure.denominator)
        if figure.high is not None:
            assert _seconds(told["区间上限"], figure) == pytest.approx(figure.high, abs=1e-6)
    assert definitions.max_row == len(slugs) + 1
    assert about["B2"].value == "=1+1"
    assert all(cell.data_type != "f" for sheet in book for line in sheet.iter_rows() for cell in line)
    assert overview["B3"].value == EVIL


def _seconds(cell: object, figure: Figure) -> float:
    """A cell in the unit of the figure: openpyxl reads a format of hours as a timedelta or a time."""
    if figure.indicator.unit != "s":
        assert isinstance(cell, int | float)
        return cell
    if hasattr(cell, "total_seconds"):
        return float(cell.total_seconds())
    if hasattr(cell, "hour"):
        return float(cell.hour * 3600 + cell.minute * 60 + cell.second)
    assert isinstance(cell, int | float)
    return cell * 86_400


@pytest.mark.parametrize("area", [None, "community:A", "community:B"])
def test_the_report_says_the_figures_of_the_month(area: str | None, view: View) -> None:
    params = {"month": "2026-10", **({"area": area} if area else {})}
    own = make_view(params, viewer=LEADER, clock=view.clock)
    made = export.as_pdf(own)
    assert made is not None
    pages = pypdf.PdfReader(io.BytesIO(made.content([("数据版本", "7")]))).pages
    read = re.sub(r"\s+", "", "".join(page.extract_text() for page in pages))
    found = taken.monthly(own, own.midnight(own.filters.start).date().replace(year=2026, month=10, day=1))
    assert found is not None
    for figure in found.now.values():
        assert re.sub(r"\s+", "", figure.indicator.name("zh")) in read
        assert re.sub(r"\s+", "", words.value(own, figure)) in read
    if area is None:
        assert "#setpage(width:1pt)<b>" in read  # a name is a text, not a command
        assert "n=40" in read, "a share of an area stands with its cases"
        assert "样本不足n=4" in read
    assert {"/Type0"} <= {font["/Subtype"] for font in _fonts(pages[0])}
    assert all("/FontFile3" in _descriptor(font) or "/FontFile2" in _descriptor(font) for font in _fonts(pages[0]))


def _fonts(page: pypdf.PageObject) -> list[pypdf.generic.DictionaryObject]:
    return [font.get_object() for font in page["/Resources"]["/Font"].values()]  # type: ignore[index]


def _descriptor(font: pypdf.generic.DictionaryObject) -> pypdf.generic.DictionaryObject:
    below = font["/DescendantFonts"][0].get_object()  # type: ignore[index]
    return below["/FontDescriptor"].get_object()  # type: ignore[no-any-return]


@pytest.mark.parametrize("month", ["2026-11", "2026-13", "x", "2030-01"])
def test_a_month_that_is_not_over_or_none_gives_no_report(month: str, view: View) -> None:
    assert export.as_pdf(make_view({"month": month}, viewer=LEADER, clock=view.clock)) is None


def test_without_a_chinese_font_the_reason_is_said(view: View, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(document, "FONT", "No Such Font")
    made = export.as_pdf(make_view({"month": "2026-10"}, viewer=LEADER, clock=view.clock))
    assert made is not None
    with pytest.raises(document.FontMissingError):
        made.content([])


def test_by_address_a_file_has_its_kind_its_name_and_its_line_in_the_trail(
    view: View, town: Town, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COCKPIT_NOW", view.clock.at.isoformat())
    now = datetime.now(UTC)
    add_account(store, OPERATOR, login="judge", display_name="李四", role="evaluator", areas=(), now=now)
    with store.admitting(OPERATOR, Clock(now)) as connection:
        account = accounts_in(connection, login="judge")[0]
    session = open_session(store, account, method="password", address="127.0.0.1", now=now)
    app = Starlette(routes=[Route(path, handler) for path, handler in exports.ROUTES.items()])
    for path, begins, action in (
        ("/export/figures.xlsx?from=2026-10-01&to=2026-11-01", b"PK", "export-figures"),
        ("/export/report.pdf?month=2026-10&area=community:A", b"%PDF", "export-report"),
    ):
        answer = ask(app, path, {"cookie": f"{COOKIE}={session}"})
        assert (answer.status, answer.content[: len(begins)]) == (200, begins)
        assert answer.headers["cache-control"] == "no-store"
        assert lines(store, OPERATOR, view.clock, query=LineQuery(rows=1))[0].action == action
    assert ask(app, "/export/report.pdf?month=2026-11", {"cookie": f"{COOKIE}={session}"}).status == 404

"""Hostile text in every field of every dataset stays text: on every page, hovered or not, in files and in the terminal.

Run with COCKPIT_HOSTILE=all it opens each page with each of its parameters, in both languages; else the widest of them.
"""

import csv
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import parse_qsl, quote

import pytest
from browser import NOW, TOKENS, WAIT_MS, chromium, fetch, served
from click.testing import CliRunner
from hostile import NAMES, PAYLOADS, PHONE, Files, community, load_all, site_file
from hostile_browser import Hostile, hostile
from playwright.sync_api import Browser

from cockpit.cli import cli
from cockpit.spreadsheets import safe_cell
from config.visible import visible
from geo.accounts import add_account, open_session
from geo.store import Store, configured_urls
from geo.viewer import OPERATOR

ALL = os.environ.get("COCKPIT_HOSTILE") == "all"
DISTURBING = (*map(chr, range(9)), *map(chr, range(11, 32)), *map(chr, range(0x7F, 0xA0)), *"\u200e\u200f\u202a\u202b",
              *"\u202c\u202d\u202e\u2066\u2067\u2068\u2069")  # fmt: skip


@dataclass(frozen=True)
class Town:
    """A store full of hostile text: what was put where, what the loads printed, and how to ask the command line."""

    files: Files
    environment: dict[str, str]
    printed: str

    def run(self, arguments: Sequence[str]) -> str:
        """What `cockpit` prints, on both outputs; an exception fails the test."""
        return run(self.environment, arguments)


def run(environment: dict[str, str], arguments: Sequence[str]) -> str:
    """What the command prints, in this process; its connections are closed as they are when a process ends."""
    opened: list[Store] = []

    def opening(kind: type[Store]) -> Store:
        opened.append(kind(configured_urls()))
        return opened[-1]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Store, "from_environment", classmethod(opening))
        found = CliRunner().invoke(cli, list(arguments), env=environment)
    for store in opened:
        store.close()
    assert found.exception is None or isinstance(found.exception, SystemExit), (arguments, found.exception)
    assert found.exit_code in (0, 2, 3), (arguments, found.output)
    return found.output


@pytest.fixture(scope="module")
def town(store_environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Town:
    """Every dataset loaded by the command line from files in which every text is hostile."""
    environment = store_environment | {"COCKPIT_NOW": NOW}
    files = Files(tmp_path_factory.mktemp("hostile"))
    site_file(Path(environment["COCKPIT_HOME"]), files.marks)
    files.write()
    return Town(files, environment, load_all(files, lambda arguments: run(environment, arguments)))


def disturbing(text: str) -> list[str]:
    return sorted({hex(ord(sign)) for sign in DISTURBING if sign in text})


# ---------------------------------------------------------------- the command line


def test_the_loads_the_ledger_the_refused_rows_and_the_figures_print_nothing_that_acts_in_a_terminal(
    town: Town,
) -> None:
    assert disturbing(town.printed) == []
    days = ("--from", "2026-10-01", "--to", "2026-11-21")
    asked = [["loads"], ["loads", "--json"], ["kpi", "--level", "community", *days]]
    asked += [["kpi", "--level", "grid", "--json", *days]]
    asked += [
        ["rejects", str(load), *more] for load in (6, 7, 8, 9, 11) for more in ((), ("--json",), ("--lang", "en"))
    ]
    asked += [["kpi", "--level", "grid", "--area", "\u202eW\x1b[31m", *days]]
    for arguments in asked:
        printed = town.run(arguments)
        assert printed
        assert disturbing(printed) == [], arguments


# ---------------------------------------------------------------- the pages

SHOWN = (
    "站名", "sitename", "街道", "社区", "网格", "多余列", "文件", "服务类", "servicekind", "来源", "服务点", "未知类",
    "类别", "类名", "category", "事件号", "单位", "坏状态", "基金", "凭证", "来源类", "付方", "收款", "用途类", "项目",
    "说明", "品名", "规格", "量词", "收方", "指定", "账号",
)  # fmt: skip
"""Fields whose text some page of LOOKS must show; what is not among them no page shows, or only by number."""
MARKUP = ('<img src=x onerror="', "<svg/onload=", "<script>", "</style>", "javascript:", "{{7*7}}", "%(x)s {0} {x}",
          "**粗**", "red;background:url(", "drop table core.incident", "&lt;img src=x", "=cmd|' /C")  # fmt: skip

LOOKS = (
    ("leader", "/?level=community&services=all"),
    ("leader", "/?lang=en&level=grid&mode=heat&overlay={overlay}"),
    ("leader", "/response?lang=en"),
    ("leader", "/response?category={category}"),
    ("leader", "/funds?goods=all&period=all"),
    ("leader", "/funds?lang=en&fund={fund}&q=%3C"),
    ("leader", "/community?area={hostile}&lang=en&rows=all"),
    ("leader", "/community?area=street:S"),
    ("leader", "/assessment?area={hostile}&against=before"),
    ("leader", "/assessment?lang=en&level=grid&columns=time&category={category}"),
    ("leader", "/method?q=%3Csvg"),
    ("leader", "/users"),
    ("steward", "/data?load=9&fault=unknown_status"),
    ("steward", "/data?load=6&lang=en"),
    ("secretary", "/community?area={hostile}"),
    ("evaluator", "/audit?action=refused&period=all"),
    ("evaluator", "/audit?lang=en&period=all"),
    ("wall", "/"),
    ("nobody", "/signin?next=%2Ffunds%3Fq%3D%3Csvg"),
)
ROLES = ("leader", "secretary", "evaluator", "steward", "admin", "wall")


@dataclass(frozen=True)
class Pages:
    """A server in demo mode, and the cookie of an account of each role; all their names are hostile."""

    address: str
    tokens: dict[str, str]

    def fetch(self, path: str, role: str) -> list[list[str]]:
        """The cells of a file."""
        with fetch(self.address + path, token=self.tokens[role]) as answer:
            return list(csv.reader(answer.read().decode("utf-8-sig").splitlines()))


@pytest.fixture(scope="module")
def pages(town: Town) -> Iterator[Pages]:
    """The pages, looked at by people whose own names are hostile too; months are published; much was refused."""
    town.run(["publish", "--all"])
    with served(town.environment | {"COCKPIT_DEMO": "1"}) as found:
        store, now = Store(configured_urls(town.environment)), datetime.now(UTC)
        tokens = {"nobody": ""}
        for role in ROLES:
            areas = ("community:C0",) if role == "secretary" else ()
            name = town.files.marks.text("账号", NAMES)
            account = add_account(
                store, OPERATOR, login=f"h.{role}", display_name=name, role=role, areas=areas, is_demo=True, now=now
            )
            tokens[role] = open_session(store, account, method="password", address="127.0.0.1", agent=name, now=now)
        store.close()
        TOKENS[found] = tokens["leader"]
        for number, payload in enumerate(PAYLOADS[:6]):
            with suppress(HTTPError):
                fetch(f"{found}/layers/{number}{quote(payload)}", token="")
            with suppress(HTTPError):
                area = quote(f"community:{payload}")
                fetch(f"{found}/layers/areas.svg?day=2026-11-20&level=community&area={area}", token=tokens["secretary"])
        yield Pages(found, tokens)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.mark.browser
def test_hostile_text_is_shown_as_text_on_every_page_and_does_nothing(
    town: Town, pages: Pages, browser: Browser
) -> None:
    named = {
        "category": quote(max(town.files.marks.given["类别"], key=len)),
        "overlay": quote(town.files.marks.given["文件"][4][:70]),
        "fund": quote(town.files.marks.given["基金号"][0]),
        "hostile": quote("community:" + community(1)),
    }
    with hostile(browser, pages.address) as visit:
        for role, look in LOOKS:
            visit.be(pages.tokens[role])
            visit.look(look.format(**named))
    assert visit.faults == []
    said = "\n".join(visit.said)
    told = {name: sum(visible(one)[:40] in said for one in texts) for name, texts in town.files.marks.given.items()}
    assert {name: told[name] for name in SHOWN if not told[name]} == {}
    assert {one: one in said for one in MARKUP} == dict.fromkeys(MARKUP, True)


def print_a_community(visit: Hostile) -> None:
    """The page of a community, on paper."""
    visit.look("/community?area=community:C0")
    visit.print()


def open_names(visit: Hostile) -> None:
    """The menu of the own account, and the originals of an entry, asked for with a hostile purpose."""
    visit.look("/funds?goods=all&period=all")
    visit.page.locator("details.menu summary").click()
    visit.inspect("the menu of the account")
    visit.page.keyboard.press("Escape")
    unmask(visit, "138****5678", holds=PHONE.strip())


def open_a_refused_row(visit: Hostile) -> None:
    """The row as it was received."""
    visit.look("/data?load=9&fault=unknown_status")
    unmask(visit, "坏状态", holds="坏状态")


def unmask(visit: Hostile, masked: str, *, holds: str) -> None:
    """Asks for the originals of the first row with such a text, and looks at them."""
    visit.page.locator("tr", has_text=masked).locator(".unmask").first.click()
    dialog = visit.page.get_by_role("dialog")
    dialog.locator("[data-testid='stFormSubmitButton']").wait_for(timeout=WAIT_MS)
    field = dialog.locator("input[type=text], input:not([type])").last
    for _ in range(5):  # a run of the page that ends late empties the form
        field.fill(f"核对 {PAYLOADS[0]}")
        visit.page.wait_for_timeout(1_000)
        visit.settle()
        if field.input_value():
            break
    dialog.locator("[data-testid='stFormSubmitButton'] button").click()
    dialog.locator(".u-texts").wait_for(timeout=WAIT_MS)
    visit.settle()
    visit.inspect("the window with originals")
    assert holds in dialog.inner_text()


def open_lines(visit: Hostile) -> None:
    """A line of the audit trail that says what was refused, opened."""
    visit.look("/audit?action=refused&period=all")
    visit.page.locator(".a-lines tbody tr a").first.click()
    visit.page.locator(".a-open").wait_for(timeout=WAIT_MS)
    visit.inspect("a line of the audit trail")


def change_an_account(visit: Hostile) -> None:
    """An account with a hostile name gets another one: the form, then the question."""
    visit.look("/users?account=h.wall")
    visit.page.locator("input[name=name]").fill(NAMES[0])
    visit.page.locator("form[data-send] button[type=submit]").click()
    visit.page.get_by_role("alertdialog").wait_for(timeout=WAIT_MS)
    visit.inspect("the question before a change")


@pytest.mark.browser
@pytest.mark.parametrize(
    ("role", "act"),
    [
        ("leader", print_a_community),
        ("leader", open_names),
        ("steward", open_a_refused_row),
        ("evaluator", open_lines),
        ("admin", change_an_account),
    ],
)
def test_what_is_printed_opened_and_asked_shows_hostile_text_as_text(
    pages: Pages, browser: Browser, role: str, act: Callable[[Hostile], None]
) -> None:
    with hostile(browser, pages.address) as visit:
        visit.be(pages.tokens[role])
        act(visit)
    assert visit.faults == []


@pytest.mark.parametrize(
    ("path", "role", "holds"),
    [
        ("/export/entries.csv?period=all", "leader", "<img src=x onerror="),
        ("/export/rejects.csv?load=9", "steward", "<img src=x onerror="),
        ("/export/audit.csv?period=all", "evaluator", "<svg/onload="),
    ],
)
def test_a_file_that_leaves_holds_no_formula(pages: Pages, path: str, role: str, holds: str) -> None:
    cells = [cell for line in pages.fetch(path, role) for cell in line]
    assert len(cells) > 60
    assert [cell for cell in cells if cell.strip()[:1] in tuple("=+@＝＋＠\t\r") or is_formula(cell)] == []
    assert any(holds in cell for cell in cells), path


def is_formula(cell: str) -> bool:
    return cell.startswith("-") and not cell[1:].replace(".", "", 1).replace(",", "").isdigit()


@pytest.mark.parametrize(
    "text", ["=1+1", "＝1+1", "＋1", "－1", "＠SUM(1)", "\t=1", "\r=1", " =1", "\u200b=1", "\ufeff@x", "-1+1"]
)
def test_a_text_that_a_spreadsheet_would_run_begins_with_an_apostrophe(text: str) -> None:
    assert safe_cell(text) == f"'{text}"


@pytest.mark.parametrize("value", ["1.2", "社区", "a=b", 12, None, "", Decimal("-3.50")])
def test_other_cells_leave_as_they_are(value: object) -> None:
    assert safe_cell(value) is value


EVERY = (
    ("leader", ""), ("leader", "response"), ("leader", "funds"), ("leader", "community"),
    ("leader", "indicator?area=community:W"),
    ("leader", "community?area=street:S"), ("leader", "data"), ("leader", "wall"), ("steward", "data"),
    ("leader", "assessment"), ("leader", "method"),
    ("secretary", "community"), ("evaluator", "audit"), ("admin", "users"),
)  # fmt: skip
WAYS = """() => [...new Set([...document.querySelectorAll("[data-go], [data-choose] option")]
  .map((one) => one.dataset.go ?? one.value).filter((one) => one?.startsWith("?")))]"""


def few_of_each(ways: Sequence[str], most: int = 6) -> list[str]:
    """At most so many of the addresses that name the same parameters."""
    groups: dict[tuple[str, ...], list[str]] = {}
    for way in ways:
        groups.setdefault(tuple(sorted(name for name, _ in parse_qsl(way[1:]))), []).append(way)
    return [way for group in groups.values() for way in group[:: max(1, len(group) // most)][:most]]


if ALL:  # takes minutes

    @pytest.mark.browser
    @pytest.mark.timeout(3_000)
    @pytest.mark.parametrize("lang", ["zh", "en"])
    def test_every_way_that_a_page_offers_shows_text_as_text(pages: Pages, browser: Browser, lang: str) -> None:
        with hostile(browser, pages.address) as visit:
            for role, name in EVERY:
                visit.be(pages.tokens[role])
                visit.look(f"/{name}{'&' if '?' in name else '?'}lang={lang}")
                for way in few_of_each(visit.page.evaluate(WAYS)):
                    visit.look(f"/{name.partition('?')[0]}{way}")
        assert visit.faults == []

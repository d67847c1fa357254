"""Hostile text in every field of every dataset stays text: on every page, hovered or not, in files and in the terminal.

Run with COCKPIT_HOSTILE=all it opens each page with each of its parameters, in both languages; else the widest of them.
"""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import pytest
from browser import NOW, chromium, served
from click.testing import CliRunner
from hostile import Files, community, load_all, site_file
from hostile_browser import hostile
from playwright.sync_api import Browser

from cockpit.cli import cli
from config.visible import visible
from geo.store import Store, configured_urls

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

LOOKS = (
    "/?level=community&services=all",
    "/?lang=en&level=grid&mode=heat&overlay={overlay}",
    "/response?lang=en",
    "/funds?goods=all",
    "/funds?lang=en&fund={fund}&q=%3C",
    "/community?area=community:C0",
    "/community?area={hostile}&lang=en&rows=all",
    "/community?area=street:S",
    "/data?load=9&fault=unknown_status",
    "/data?load=6&lang=en",
)


@pytest.fixture(scope="module")
def address(town: Town) -> Iterator[str]:
    with served(town.environment) as found:
        yield found


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.mark.browser
def test_hostile_text_is_shown_as_text_on_every_page_and_does_nothing(
    town: Town, address: str, browser: Browser
) -> None:
    named = {
        "overlay": quote(town.files.marks.given["文件"][4][:70]),
        "fund": quote(town.files.marks.given["基金号"][0]),
        "hostile": quote("community:" + community(1)),
    }
    with hostile(browser, address) as visit:
        for look in LOOKS:
            visit.look(look.format(**named))
    said = "\n".join(visit.said)
    for name, texts in town.files.marks.given.items():
        print(
            name,
            len(texts),
            sum(f"{name}{n} " in said for n in range(len(texts))),
            sum(visible(one)[:40] in said for one in texts),
        )
    print(*visit.faults, sep="\n")
    assert 0

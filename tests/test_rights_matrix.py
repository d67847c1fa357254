"""The written table of rights, walked: every role at every page, address and command, for the own area, a sibling, the
area above and one that does not exist; then twenty people at once, a thousand times.

The table is written out here a second time, on purpose: neither the program's file nor its database decides what this
test expects.
"""

import random
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from urllib.error import HTTPError

import matrix_town
import pytest
from browser import fetch, served, sign_in
from command_line import Cockpit
from matrix_town import ALL, marks_of
from page_client import Tab, tab

from cockpit import freezing
from geo.store import Store, StoreUrls
from geo.viewer import Clock

WHOLE_SITE = ("W1", "W2", "E1", "E2", "Q1")
PAGES = (
    "overview", "response", "funds", "community", "assessment", "indicator", "method", "data", "audit", "users", "wall",
    "nowhere",
)  # fmt: skip
TABLE = """
role         overview response funds community assessment indicator method data audit users wall
leader       x        x        x     x         x          x         x      x    -     -     x
secretary    x        x        x     x         x          x         x      -    -     -     -
grid_worker  x        -        -     x         -          -         x      -    -     -     -
evaluator    x        x        x     x         x          x         x      x    x     -     -
steward      x        -        -     -         -          -         x      x    -     -     -
admin        -        -        -     -         -          -         -      -    x     x     -
wall         -        -        -     -         -          -         -      -    -     -     x
"""
SITE_ONLY = ("data", "audit", "users")
CASES = ("leader", "secretary", "grid_worker", "evaluator", "steward")
MONEY = ("leader", "secretary", "evaluator", "steward")
CARRIES = {"funds": ("fund-", "payer-"), "community": ("team-", "fund-"), "indicator": ("team-",)}
"""Pages that must show the reader's own marks (others show figures only)."""


@dataclass(frozen=True)
class Person:
    """One account: its role, its areas (none: the whole site), the grids that lie in them, and what it asks for."""

    login: str
    role: str
    areas: tuple[str, ...]
    grids: tuple[str, ...]
    own: str
    sibling: str
    above: str

    @property
    def is_site(self) -> bool:
        return not self.areas

    def may_open(self, page: str) -> bool:
        return page in _table()[self.role] and (self.is_site or page not in SITE_ONLY)

    def marks(self) -> frozenset[str]:
        """Marks that this person may ever see on any page or in any answer."""
        seen = marks_of(*self.grids)
        if self.role not in (*CASES, "wall"):  # a wall says which team has an open case, and nothing else of it
            seen -= {mark for mark in seen if mark.startswith("team-")}
        if self.role not in MONEY:
            seen -= {mark for mark in seen if mark.startswith(("fund-", "payer-"))}
        return seen


PEOPLE = (
    Person("leader", "leader", (), WHOLE_SITE, "community:W", "community:E", ""),
    Person("leader_s", "leader", ("street:S",), ("W1", "W2", "E1", "E2"), "community:W", "community:Q", "street:T"),
    Person("secretary_w", "secretary", ("community:W",), ("W1", "W2"), "community:W", "community:E", "street:S"),
    Person("secretary_q", "secretary", ("community:Q",), ("Q1",), "community:Q", "community:E", "street:T"),
    Person("worker_w1", "grid_worker", ("grid:W1",), ("W1",), "grid:W1", "grid:W2", "community:W"),
    Person("evaluator", "evaluator", (), WHOLE_SITE, "community:W", "community:E", ""),
    Person("evaluator_w", "evaluator", ("community:W",), ("W1", "W2"), "community:W", "grid:E1", "street:S"),
    Person("steward", "steward", (), WHOLE_SITE, "community:W", "community:E", ""),
    Person("admin", "admin", (), WHOLE_SITE, "community:W", "community:E", ""),
    Person("wall", "wall", (), WHOLE_SITE, "community:W", "community:E", ""),
    Person("wall_s", "wall", ("street:S",), ("W1", "W2", "E1", "E2"), "community:W", "community:Q", "street:T"),
)
UNKNOWN = "community:NONE"
REFUSAL = "您无权打开这个页面"


def _table() -> dict[str, frozenset[str]]:
    head, *lines = [line.split() for line in TABLE.strip().splitlines()]
    return {
        role: frozenset(page for page, mark in zip(head[1:], marks, strict=True) if mark == "x")
        for role, *marks in lines
    }


def _marks_in(text: str) -> frozenset[str]:
    return frozenset(mark for mark in ALL if mark in text)


@dataclass(frozen=True)
class Town:
    """The server of the town and everybody's cookie."""

    address: str
    tokens: dict[str, str]
    command: Cockpit

    def token(self, person: Person) -> str:
        return self.tokens[person.login]


@pytest.fixture(scope="module")
def town(urls: StoreUrls, store_environment: dict[str, str], clock: Clock) -> Iterator[Town]:
    matrix_town.build(urls, now=clock.at)
    store = Store(urls)
    freezing.freeze(store, clock, date(2026, 10, 1))
    store.close()
    tokens = {
        person.login: sign_in(store_environment, login=person.login, role=person.role, areas=person.areas)
        for person in PEOPLE
    }
    with served(store_environment, now=clock.at.isoformat()) as address:
        yield Town(address, tokens, Cockpit(store_environment).at(clock.at.isoformat()))


def _asked(person: Person) -> tuple[str, ...]:
    return ("", person.own, person.sibling, person.above, UNKNOWN)


# ---------------------------------------------------------------- pages


@pytest.mark.parametrize("person", PEOPLE, ids=lambda person: person.login)
def test_each_page_shows_what_the_table_says_and_no_row_of_anybody_else(town: Town, person: Person) -> None:
    with tab(town.address, town.token(person)) as pages:
        pages.open("nowhere")
        refused = _plain(pages.open("nowhere").text, "nowhere")
        assert REFUSAL in " ".join(refused)
        for page in PAGES:
            for area in _asked(person):
                told = pages.open(page, f"area={area}" if area else "")
                seen = _marks_in(told.text)
                assert seen <= person.marks(), f"{person.login} {page} {area}: {sorted(seen - person.marks())}"
                if not person.may_open(page):
                    assert _plain(told.text, page) == refused, f"{person.login} {page} {area}: another refusal"
                    assert not seen
                elif page in CARRIES and area == person.own:
                    wanted = {mark for mark in person.marks() if mark.startswith(CARRIES[page])}
                    assert seen & wanted, f"{person.login} {page}: nothing of the own area"


@pytest.mark.parametrize("person", PEOPLE, ids=lambda person: person.login)
def test_a_siblings_area_and_one_that_does_not_exist_are_refused_alike(town: Town, person: Person) -> None:
    if person.is_site:
        return
    for page in ("overview", "response", "funds", "community", "assessment", "indicator"):
        if person.may_open(page):
            told = []
            for area in (UNKNOWN, person.sibling, person.above):
                with tab(town.address, town.token(person)) as pages:
                    told.append(_plain(pages.open(page, f"area={area}").text, area))
            assert told[0] == told[1] == told[2], f"{person.login} {page}"


def _plain(text: str, *asked: str) -> list[str]:
    """The sentences of the page in their order, without what was asked for, the navigation and stylesheets."""
    for word in asked:
        text = text.replace(word, "…")
    text = re.sub(r"<style>.*?</style>|<nav .*?</nav>", "", text, flags=re.DOTALL)
    written = re.findall(r">([^<>\x00-\x08\x0e-\x1f]{2,})<", text)  # a length of the protocol may look like a bracket
    return [found for found in written if "{" not in found]


# ---------------------------------------------------------------- own addresses


def _status(url: str, token: str) -> tuple[int, str]:
    try:
        with fetch(url, token=token) as answer:
            return answer.status, answer.read().decode("utf-8", "replace")
    except HTTPError as error:
        return error.code, error.read().decode("utf-8", "replace")


ADDRESSES = {
    "/layers/areas.svg?level=grid&day=2026-11-20&area={area}": "overview",
    "/layers/lines.svg?level=grid&day=2026-11-20&area={area}": "overview",
    "/layers/base.svg?level=grid&day=2026-11-20&area={area}": "overview",
    "/layers/heat.csv?from=2026-11-01&to=2026-11-21&area={area}": "overview",
    "/export/entries.csv?from=2026-11-01&to=2026-11-21&area={area}": "funds",
    "/export/rejects.csv?load=2&area={area}": "data",
    "/export/assessment.csv?from=2026-10-01&to=2026-11-01&area={area}": "assessment",
    "/export/differences.csv?from=2026-10-01&to=2026-11-01&area={area}": "assessment",
    "/export/trace.csv?kpi=incidents&from=2026-11-01&to=2026-11-21&area={area}": "indicator",
}


@pytest.mark.parametrize("person", PEOPLE, ids=lambda person: person.login)
def test_each_own_address_answers_what_the_table_says(town: Town, person: Person) -> None:
    for address, page in ADDRESSES.items():
        unknown = _status(town.address + address.format(area=UNKNOWN), town.token(person))
        for area in _asked(person)[:-1]:
            status, text = _status(town.address + address.format(area=area), town.token(person))
            seen = _marks_in(text)
            assert seen <= person.marks(), f"{person.login} {address} {area}: {sorted(seen - person.marks())}"
            assert status < 500
            if not person.may_open(page):
                assert status in (401, 403, 404), f"{person.login} {address} {area}: {status}"
                assert not seen
            elif not person.is_site and area in (person.sibling, person.above) and "rejects" not in address:
                assert (status, text.replace(area, UNKNOWN)) == unknown, f"{person.login} {address} {area}"
            else:
                assert status == 200, f"{person.login} {address} {area}: {status} {text[:200]}"


def test_without_a_cookie_every_address_answers_alike(town: Town) -> None:
    answers = {_status(town.address + address.format(area="community:W"), "") for address in ADDRESSES}
    answers |= {_status(f"{town.address}/layers/nothing.svg", ""), _status(f"{town.address}/export/none.csv?x=1", "")}
    answers |= {_status(town.address + next(iter(ADDRESSES)).format(area="community:W"), "forged" * 8)}
    assert len(answers) == 1
    assert answers.pop()[0] == 401


def test_the_heat_of_an_area_viewer_holds_the_own_cases_only(town: Town) -> None:
    def cases(person: Person, area: str = "") -> int:
        status, text = _status(
            f"{town.address}/layers/heat.csv?from=2026-11-01&to=2026-11-21&area={area}", town.token(person)
        )
        assert status == 200, text
        return sum(int(float(line.rsplit(",", 1)[-1])) for line in text.splitlines()[1:])

    by_login = {person.login: person for person in PEOPLE}
    leader, secretary, worker = by_login["leader"], by_login["secretary_w"], by_login["worker_w1"]
    assert cases(secretary) == cases(leader, "community:W") > cases(worker) == cases(leader, "grid:W1") > 0
    assert cases(leader) > cases(by_login["leader_s"]) == cases(leader, "street:S")


# ---------------------------------------------------------------- command line


@pytest.mark.parametrize("person", PEOPLE, ids=lambda person: person.login)
def test_the_command_line_as_a_person_prints_what_the_table_says(town: Town, person: Person) -> None:
    window = ("--from", "2026-11-01", "--to", "2026-11-21", "--kpi", "incidents", "--json", "--as", person.login)
    may_count = person.role in CASES
    printed = town.command.run("kpi", "--level", "grid", *window, accept=(0,) if may_count else (2,))
    if may_count:
        assert set(re.findall(r'"area":\s*"(\w+)"', printed)) == set(person.grids)
    refused = {
        town.command.run("kpi", "--level", "grid", "--area", area, *window, accept=(2,))
        for area in (person.sibling, person.above, UNKNOWN)
        if not person.is_site and area
    }
    assert refused <= {""}
    loads = town.command.run("loads", "--as", person.login, "--json", accept=(0,) if person.may_open("data") else (2,))
    assert (matrix_town.FILE in loads) == person.may_open("data")


# ---------------------------------------------------------------- all at once


TIMES, AT_ONCE = 1_000, 20


def test_twenty_people_at_once_a_thousand_times_see_nothing_of_each_other(town: Town) -> None:
    chance = random.Random(20261126)
    asked = [(chance.choice(PEOPLE), chance.random(), chance.choice(range(5))) for _ in range(TIMES)]
    shares = [asked[index::AT_ONCE] for index in range(AT_ONCE)]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        faults = [fault for found in pool.map(lambda share: _walk(town, share), shares) for fault in found]
    assert faults == []


def _walk(town: Town, share: list[tuple[Person, float, int]]) -> list[str]:
    """Asks one after the other, each with the cookie of the person whose turn it is; what was seen wrongly."""
    faults = []
    with ExitStack() as open_tabs:
        tabs: dict[str, Tab] = {}
        for person, what, which in share:
            area = _asked(person)[which]
            if what < 0.25:
                if person.login not in tabs:
                    tabs[person.login] = open_tabs.enter_context(tab(town.address, town.token(person)))
                page = PAGES[int(what * 4 * len(PAGES))]
                text = tabs[person.login].open(page, f"area={area}" if area else "").text
                allowed = person.marks() if person.may_open(page) else frozenset()
            else:
                address = list(ADDRESSES)[int((what - 0.25) / 0.75 * len(ADDRESSES))]
                page = ADDRESSES[address]
                status, text = _status(town.address + address.format(area=area), town.token(person))
                allowed = person.marks() if person.may_open(page) and status == 200 else frozenset()
            if wrong := _marks_in(text) - allowed:
                faults.append(f"{person.login} {page} {area}: {sorted(wrong)}")
    return faults

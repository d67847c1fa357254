"""Nothing kept in memory crosses from one viewer to another: every cache is keyed by scope and data version."""

import ast
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from sampled_street import street, viewer_of

from cockpit import layers, queries
from cockpit.community import computed as community
from cockpit.context import make_view
from cockpit.funds import computed as funds
from cockpit.overview import computed as overview
from cockpit.queries import Asked, AskedHour, AskedLedger, AskedShapes
from cockpit.response import computed as response
from geo.errors import StoreUnavailable
from geo.store import Store, StoreUrls
from geo.viewer import LEADER, Clock, Viewer

ROOT = Path(__file__).parent.parent
ROOMS = ("config", "geo", "cockpit", "pages")
CACHES_OF_STREAMLIT = {
    "cockpit/queries.py:store",
    "cockpit/queries.py:_heart",
    "cockpit/queries.py:_answers",  # a dict by function and what was asked of it
    "cockpit/queries.py:_ledger_ends",  # a dict by viewer, of one number
    "cockpit/queries.py:_published_stamps",  # a dict by viewer, of three numbers
    "cockpit/queries.py:_frozen_months",  # a dict by viewer, of which months are frozen and how, never a figure
    "cockpit/access/current.py:_seen",  # sessions by hash of their cookie
}
OBJECTS_OF_MODULES = {
    "cockpit/access/refusals.py:_REFUSALS",  # askings by account, never an answer
    "cockpit/bell.py:BELL",  # which streams are open, and the last data version
    "cockpit/routes/reports.py:_allowance",  # how many reports this minute
    "cockpit/routes/turns.py:TURNS",  # how many files of an account are on their way
}
KEPT_BY_MODULES = [
    "config/reading.py:hold_to global",  # of a process that reads one file
    "geo/placing.py:kept_placers changes _kept",  # boundaries as the login of loads reads them, for loads alone
    "geo/placing.py:kept_placers changes _kept",
    "cockpit/wall/screens.py:plan_of changes _TOLD",  # which faults of plans stand in the log
]
VALUES = {"Quantile", "Path", "Decimal", "Geod", "App", "TypeVar", "ParamSpec", "MappingProxyType"}
PERSONS = {"Viewer", "View", "Session", "Store", "Connection", "FundsView", "DataView", "Chosen"}
KEYS = {"Asked", "AskedShapes", "AskedLedger", "AskedHour"}
MUTATORS = {"append", "add", "update", "setdefault", "pop", "popitem", "clear", "extend", "insert", "remove", "discard"}


def modules() -> Iterator[tuple[str, ast.Module]]:
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            yield path.relative_to(ROOT).as_posix(), ast.parse(path.read_text(encoding="utf-8"))


def functions(tree: ast.Module) -> Iterator[ast.FunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            yield node


def named(node: ast.AST) -> str:
    """The last name of a decorator: shared, queries.shared, cache(…)."""
    node = node.func if isinstance(node, ast.Call) else node
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def test_streamlit_s_caches_are_used_in_the_known_places_only() -> None:
    found = set()
    for path, tree in modules():
        owners = {id(inner): function.name for function in functions(tree) for inner in ast.walk(function)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and node.attr in ("cache_data", "cache_resource", "experimental_memo"):
                found.add(f"{path}:{owners.get(id(node), 'module')}")
    assert found == CACHES_OF_STREAMLIT


def test_every_cached_question_is_keyed_by_who_asks_when_and_of_which_version_and_takes_no_person() -> None:
    seen, faults = 0, []
    for path, tree in modules():
        for function in functions(tree):
            if not {"shared", "fresh"} & {named(one) for one in function.decorator_list}:
                continue
            seen += 1
            taken = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
            kinds = [ast.unparse(one.annotation) if one.annotation else "" for one in taken]
            if taken[0].arg != "asked" or kinds[0] not in KEYS:
                faults.append(f"{path}:{function.name} takes {taken[0].arg}: {kinds[0]} first")
            words = {word for kind in kinds[1:] for word in kind.replace("|", " ").replace("[", " ").split()}
            if words & PERSONS or function.args.vararg or function.args.kwarg:
                faults.append(f"{path}:{function.name} takes a person or anything at all")
            faults += [f"{path}:{function.name} writes an audit line, which a kept answer would not"
                       for node in ast.walk(function) if isinstance(node, ast.Attribute)
                       and node.attr in ("auditing", "rejects", "admitting", "loading")]  # fmt: skip
    assert seen > 40
    assert faults == []
    for key, names in ((Asked, {"viewer", "clock", "version"}), (AskedShapes, {"viewer", "day", "version"}),
                       (AskedLedger, {"viewer", "clock", "version", "end"}),
                       (AskedHour, {"viewer", "hour"})):  # fmt: skip
        assert {one.name for one in fields(key)} == names


def test_other_caches_take_no_argument_or_read_files_of_the_program() -> None:
    found = set()
    for path, tree in modules():
        for function in functions(tree):
            kinds = {named(one) for one in function.decorator_list}
            if kinds & {"cache", "lru_cache", "cached_property"} and "self" not in {a.arg for a in function.args.args}:
                taken = [one.arg for one in (*function.args.args, *function.args.kwonlyargs)]
                if set(taken) & {"viewer", "connection", "store", "session", "asked", "view"}:
                    found.add(f"{path}:{function.name}")
    assert found == set()


def test_no_module_keeps_rows_in_a_variable_of_its_own() -> None:
    found = []
    for path, tree in modules():
        kept = {target.id for node in tree.body if isinstance(node, ast.Assign | ast.AnnAssign)
                for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
                if isinstance(target, ast.Name)}  # fmt: skip
        for function in functions(tree):
            own = {one.arg for one in (*function.args.args, *function.args.kwonlyargs)}
            own |= {node.id for node in ast.walk(function)
                    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}  # fmt: skip
            for node in ast.walk(function):
                if isinstance(node, ast.Global | ast.Nonlocal) and isinstance(node, ast.Global):
                    found.append(f"{path}:{function.name} global")
                if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store | ast.Del):
                    base = node.value
                elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in MUTATORS:
                    base = node.func.value
                else:
                    continue
                if isinstance(base, ast.Name) and base.id in kept - own:
                    found.append(f"{path}:{function.name} changes {base.id}")
    assert found == KEPT_BY_MODULES


def test_objects_that_a_module_makes_for_itself_are_known() -> None:
    """What is neither a value nor a frozen record could keep rows."""
    classes = [(node, path) for path, tree in modules() for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    frozen = {node.name for node, _ in classes if any("frozen=True" in ast.unparse(one) for one in node.decorator_list)}
    found = set()
    for path, tree in modules():
        for node in tree.body:
            if isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(node.value, ast.Call):
                made = named(node.value)
                target = node.targets[0] if isinstance(node, ast.Assign) else node.target
                if (
                    made[:1].isupper() or made in ("dict", "list", "set", "defaultdict")
                ) and made not in frozen | VALUES:
                    found.add(f"{path}:{ast.unparse(target)}")
    assert found == OBJECTS_OF_MODULES


def test_of_the_present_the_newest_few_answers_are_kept_and_nobody_asks_twice_at_once(clock: Clock) -> None:
    asked_of: list[int] = []

    def answer(asked: Asked, *, of: str) -> tuple[str, int]:
        asked_of.append(asked.version)
        time.sleep(0.01)
        return of, asked.version

    answer.__qualname__ = f"answer_{time.monotonic_ns()}"  # of this run alone
    kept = queries.fresh(answer)
    questions = [Asked(LEADER, clock, version) for version in range(queries.FRESH + 4)]
    assert [kept(one, of="a") for one in questions] == [("a", one.version) for one in questions]
    assert kept(questions[4], of="a") == ("a", 4)
    assert len(asked_of) == len(questions), "the newest are known"
    assert kept(questions[4], of="b") == ("b", 4), "every argument counts"
    kept(questions[0], of="a")
    assert len(asked_of) == len(questions) + 2, "the oldest is forgotten"
    kept(questions[4], of="a")
    assert len(asked_of) == len(questions) + 2, "what was asked again meanwhile is not the oldest"
    asked_of.clear()
    with ThreadPoolExecutor(8) as pool:
        told = list(pool.map(lambda _: kept(Asked(LEADER, clock, 99), of="a"), range(8)))
    assert told == [("a", 99)] * 8
    assert asked_of == [99]


def test_of_the_present_no_question_waits_for_another_and_one_that_failed_is_asked_again(clock: Clock) -> None:
    both, faults = threading.Barrier(2, timeout=20), [StoreUnavailable("away")]

    def answer(asked: Asked, *, of: str) -> str:
        if of == "fails" and faults:
            raise faults.pop()
        if of.startswith("slow"):
            both.wait()
        return of

    answer.__qualname__ = f"answer_{time.monotonic_ns()}"  # of this run alone
    kept, asked = queries.fresh(answer), Asked(LEADER, clock, 1)
    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(lambda of: kept(asked, of=of), ("slow a", "slow b"))) == ["slow a", "slow b"]
    with pytest.raises(StoreUnavailable):
        kept(asked, of="fails")
    assert kept(asked, of="fails") == "fails"


# ---------------------------------------------------------------- who asked before makes no difference


@pytest.fixture(scope="module")
def store(new_database: Callable[[], StoreUrls], clock: Clock) -> Iterator[Store]:
    found = Store(street(new_database, clock))
    yield found
    found.close()


@pytest.fixture(autouse=True)
def asked_here(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if "store" in request.fixturenames:
        found = request.getfixturevalue("store")
        for module in (queries, overview, layers):
            monkeypatch.setattr(module, "store", lambda: found)


def told(viewer: Viewer, clock: Clock) -> dict[str, Any]:
    """What the pages ask for, of the same named community and of what the viewer's pages open on."""
    found: dict[str, Any] = {}
    for name, params in (("opened", {}), ("named", {"area": "community:330109099014"})):
        view = make_view(params, viewer=viewer, clock=clock)
        area = view.filters.area
        scope = response.scope_of(view)
        start, end = view.bounds()
        found |= {
            f"{name}.areas": view.areas,
            f"{name}.filters": view.filters,
            f"{name}.table": overview.area_table(view),
            f"{name}.shapes": layers.areas_fragment(layers.shapes_of(view), ground=layers.ground_of(view)),
            f"{name}.heat": layers.heat_csv(
                view.asked, start=start, end=end, within=view.filters.area_id, category=None
            ),
            f"{name}.stages": response.stages(view.asked, scope=scope),
            f"{name}.open": community.open_list(view, area) if area else None,
            f"{name}.households": community.households(view.asked, level="community"),
            f"{name}.entries": funds.entries(funds.open_funds(view)),
        }
    return found


def test_leader_and_secretaries_get_in_any_order_what_a_cold_process_gives(store: Store, clock: Clock) -> None:
    asking = {
        "leader": LEADER,
        "owner": viewer_of(store, clock, "secretary", "community:330109099014"),
        "neighbour": viewer_of(store, clock, "secretary", "community:330109099003"),
    }
    cold = {}
    for name, viewer in asking.items():
        st.cache_resource.clear()
        cold[name] = told(viewer, clock)
    assert cold["leader"]["opened.table"] != cold["owner"]["opened.table"] != cold["neighbour"]["opened.table"]
    assert cold["neighbour"]["named.filters"] == cold["neighbour"]["opened.filters"], "not its community: the own one"
    for order in permutations(asking):
        st.cache_resource.clear()
        assert {name: told(asking[name], clock) for name in order} == cold, order


def test_people_of_one_scope_share_what_is_kept_and_a_role_without_the_right_gets_none_of_it(
    store: Store, clock: Clock
) -> None:
    st.cache_resource.clear()
    first = viewer_of(store, clock, "secretary", "community:330109099014", name="first")
    second = viewer_of(store, clock, "secretary", "community:330109099014", name="second")
    worker = viewer_of(store, clock, "grid_worker", "community:330109099014", name="worker")
    views = [make_view({}, viewer=one, clock=clock) for one in (first, second, worker)]
    tables = [overview.area_table(one) for one in views]
    assert tables[0] is tables[1]
    assert tables[2] is not tables[0]
    entries = [funds.entries(funds.open_funds(one)).found for one in views]
    assert entries[0] == entries[1] > 0
    assert entries[2] == 0


def test_twenty_threads_of_many_viewers_never_get_each_other_s(store: Store, clock: Clock) -> None:
    st.cache_resource.clear()
    codes = [f"3301090990{number:02}" for number in range(1, 11)]
    viewers = {code: viewer_of(store, clock, "secretary", f"community:{code}") for code in codes}

    def ask(code: str) -> bool:
        view = make_view({"area": f"community:{codes[0]}"}, viewer=viewers[code], clock=clock)
        table = overview.area_table(view)
        return bool(table.rows) and all(row.area.code.startswith(code) for row in table.rows)

    with ThreadPoolExecutor(20) as pool:
        assert all(pool.map(ask, codes * 20))

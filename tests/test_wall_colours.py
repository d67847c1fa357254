"""What a wall tells by colour is told to whoever sees colours differently, or not at all.

The browser draws each scene as seen with protanopia, deuteranopia, tritanopia and achromatopsia. Every two marks of one
form in one part of the screen that differ in colour are taken from what is drawn; in each vision they must be CLEAR
apart, or something else must tell them apart that is checked too: CARRIED says what, mark by mark.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import shapely
import wall_alarm_drawn
import wall_scene_states
import wall_states
from browser import Watched, chromium, watched
from wall_alarm_drawn import emergency
from wall_marks import CLEAR, Mark, apart, like, marks, nearest

from geo.map_queries import Feature

pytestmark = pytest.mark.browser
GROUND = {".block", ".block use", ".block path", ".park", ".water", ".ground", ".road", ".rail"}
"""The ground of a map: no state; what stands on it must be told from each of them, they not from one another."""
CLOCK = """for (const clock of document.querySelectorAll('.al-clock')) {
  clock.style.cssText = '--inside:.6;--limit:.6;--beyond:.2';
  clock.dataset.scale = '1200';
  clock.classList.toggle('over', !clock.closest('.came'));
}"""
"""Sets the bars of an alarm, which run in the browser, as they stand two minutes after the ten."""
Check = Callable[[Mark, Mark], bool]


def says(pattern: str) -> Check:
    """Its own words say it, and no words of the other do."""

    def check(one: Mark, other: Mark) -> bool:
        return all(re.search(pattern, each) for each in one.words) and not any(
            re.search(pattern, each) for each in other.words
        )

    return check


def bolder(one: Mark, other: Mark) -> bool:
    """Its letters are heavier."""
    return min(one.weights) >= max(other.weights) + 200


def wider_set(one: Mark, other: Mark) -> bool:
    """Its letters stand apart, as names of water do on maps."""
    return one.spaced == {True} and other.spaced == {False}


def other_words(one: Mark, other: Mark) -> bool:
    """Each stands beside words of its own: the name of its row, node or key."""
    return bool(one.words and other.words) and "" not in one.words | other.words and not one.words & other.words


def other_size(one: Mark, other: Mark) -> bool:
    """The smallest of one is half as large again as the largest of the other, in height or in width."""

    def extent(mark: Mark, side: int) -> tuple[float, float]:
        lengths = [box[side] for box in mark.boxes]
        return min(lengths), max(lengths)

    for side in (2, 3):
        (least, most), (other_least, other_most) = extent(one, side), extent(other, side)
        if least >= 1.5 * other_most or other_least >= 1.5 * most:
            return True
    return False


CARRIED: dict[tuple[str, str], tuple[Check, str]] = {
    ("now", ".call"): (says(r"\d:\d\d"), "the time by which it is overdue stands with the name"),
    ("now", ".an.late tspan"): (bolder, "names of communities with overdue cases are bold"),
    ("now", ".figure"): (says(r"^\d+$"), "a number beside its unit and words"),
    ("response", ".r-promise"): (bolder, "the promise is bold on its axis"),
    ("response", ".r-acc"): (says("承诺"), "the word"),
    ("response", ".r-more"): (says("紫"), "the word"),
    ("response", ".r-beyond"): (other_size, "a bar, where nine in ten is a thin line"),
    ("funds", ".f-swatch.own"): (other_words, "its name and sum stand beside it"),
    ("funds", ".acc"): (says(r"^0\.00 元$"), "nothing differs: the amount says so"),
    ("funds", ".m-gap.acc"): (says("差额 0.00"), "nothing differs: the amount says so"),
    ("funds", ".m-bar.from i"): (other_words, "income and spending have names and signs"),
    ("alarm", ".water-name"): (wider_set, "names of water are set apart"),
    ("came", ".water-name"): (wider_set, "names of water are set apart"),
    ("late", ".water-name"): (wider_set, "names of water are set apart"),
    ("came", ".place"): (other_size, "the place is larger than a team and smaller than a ring"),
    ("two", ".place"): (other_size, "the place is larger than a team and smaller than a ring"),
    ("late", ".limit"): (other_size, "a tick, higher than the bar it stands in"),
}
"""(scene, coloured mark) → what tells it apart where its colour does not, and in words. Bars of kinds of money and the
bands that leave them: see the test of their names."""


def now_page(_patch: pytest.MonkeyPatch) -> str:
    """此刻 with every level, the ground, and heat of every class."""
    found, lang = wall_states.states()["usual"]
    assert found.usual
    grids = [area.code for area in found.areas if area.level == "grid"]
    homes = {("grid", code): (2_500, 1_200, 600, 300)[no % 4] for no, code in enumerate(grids)}
    lately = {code: 4 for no, code in enumerate(grids) if no % 7 == 5}
    found = replace(
        found,
        areas=tuple(replace(area, n_lately=lately.get(area.code, 0)) for area in found.areas),
        usual=replace(found.usual, households={**found.usual.households, **homes}),
    )
    box, line = shapely.box, shapely.LineString
    ground = (
        Feature("water", "江", None, box(120.25, 30.18, 120.27, 30.184)),
        Feature("park", None, None, box(120.27, 30.18, 120.28, 30.19)),
        Feature("block", None, None, box(120.251, 30.191, 120.262, 30.199)),
        Feature("rail", None, None, line([(120.2, 30.17), (120.4, 30.17)])),
    )
    return wall_states.page(found, lang, features=ground)


def scene_page(states: dict[str, tuple[wall_scene_states.Drawn, str]], state: str) -> str:
    made, lang = states[state]
    found = wall_scene_states.page(made, lang)
    assert found
    return found


PAGES: dict[str, Callable[[pytest.MonkeyPatch], str]] = {
    "now": now_page,
    "response": lambda _: scene_page(wall_scene_states.response_states(), "slow"),
    "funds": lambda _: scene_page(wall_scene_states.funds_states(), "usual"),
    "life": lambda _: scene_page(wall_scene_states.life_states(), "fallen"),
    "alarm": lambda patch: wall_alarm_drawn.page(patch, emergency(ago_s=720)),
    "came": lambda patch: wall_alarm_drawn.page(patch, emergency(came_s=392)),
    "late": lambda patch: wall_alarm_drawn.page(patch, emergency(ago_s=900, came_s=800)),
    "two": lambda patch: wall_alarm_drawn.page(
        patch, emergency(0), emergency(1, came_s=300), emergency(2, ago_s=200)),
}  # fmt: skip
EXPECTED = {
    "now": {".lv.orange", ".lv.yellow", ".x1", ".x2", ".x3", ".x4", ".call", ".figure"},
    "response": {".lv.blue", ".r-beyond", ".r-target", ".r-flag", ".r-late", ".r-acc", ".r-more"},
    "funds": {".lv.blue", ".f-swatch.own", ".f-swatch.outside", ".node.src-resident", ".m-bar.from i", ".m-gap.acc"},
    "life": {".lv.blue", ".r-flag"},
    "alarm": {".al-head", ".place", ".in", ".out", ".limit", ".next i", ".beyond", ".lv.orange"},
    "came": {".al-head", ".place", ".in", ".limit"},
    "late": {".out", ".limit"},
    "two": {".al-head", ".place", ".in", ".lv.red"},
}
"""Coloured marks that are on each page at least: a state that is not drawn any more is not tested by accident."""


@pytest.fixture(scope="module")
def visit() -> Iterator[Watched]:
    with chromium() as browser, watched(browser, size=(1920, 1080)) as found:
        yield found


@pytest.fixture(scope="module")
def drawn(visit: Watched, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Mark]]:
    """The marks of every scene and of the alarm, as seen in every vision."""
    found, file = {}, tmp_path_factory.mktemp("walls") / "wall.html"
    with pytest.MonkeyPatch.context() as patch:
        for scene, page in PAGES.items():
            file.write_text(page(patch), encoding="utf-8")
            visit.page.goto(file.as_uri())
            visit.page.evaluate(CLOCK)
            found[scene] = marks(visit.page)
    return found


def test_the_browser_draws_each_vision(drawn: dict[str, list[Mark]]) -> None:
    """The simulation is on: red and green draw together without the cones for them, and grey has no colour at all."""
    [head] = [mark for mark in drawn["alarm"] if mark.name == ".al-head" and mark.form == "bar"]
    assert apart(head.seen["none"], head.seen["protanopia"]) > 20
    assert apart(head.seen["none"], head.seen["deuteranopia"]) > 20
    for found in drawn.values():
        for mark in found:
            if mark.seen:
                assert np.ptp(mark.seen["achromatopsia"]) <= 2, mark.name
    greys = [mark for mark in drawn["life"] if mark.seen and not mark.is_coloured]
    assert max(apart(mark.seen["none"], mark.seen["tritanopia"]) for mark in greys) < 6


@pytest.mark.parametrize("scene", PAGES)
def test_every_coloured_mark_is_seen(drawn: dict[str, list[Mark]], scene: str) -> None:
    coloured = {mark.name for mark in drawn[scene] if mark.is_coloured}
    assert coloured >= EXPECTED[scene]
    assert [mark.name for mark in drawn[scene] if mark.is_coloured and not mark.seen] == []


def is_money(one: Mark, other: Mark) -> bool:
    """Whether both are bars or bands of the flow, of which names tell: tested by themselves."""
    return all(mark.name.startswith((".node", ".band")) for mark in (one, other))


def confused(found: list[Mark]) -> list[tuple[Mark, Mark]]:
    """What may be taken for another in one vision at least, by colour."""
    return [
        (one, other)
        for one, other in like(found)
        if min(nearest(one, other).values()) < CLEAR
        and not {one.name, other.name} <= GROUND
        and not is_money(one, other)
    ]


@pytest.mark.parametrize("scene", PAGES)
def test_what_colour_tells_is_clear_in_every_vision_or_told_otherwise(drawn: dict[str, list[Mark]], scene: str) -> None:
    faults = []
    for one, other in confused(drawn[scene]):
        check, _ = CARRIED.get((scene, one.name), (None, ""))
        is_told = check is not None and check(one, other)
        if not is_told:
            by = {vision: round(far, 1) for vision, far in nearest(one, other).items()}
            faults.append(f"{one.name} {one.colour} / {other.name} {other.colour}: {by}")
    assert faults == []


def test_nothing_is_excused_that_needs_no_excuse(drawn: dict[str, list[Mark]]) -> None:
    pairs = {(scene, one.name, other.name) for scene, found in drawn.items() for one, other in confused(found)}
    assert set(CARRIED) - {(scene, name) for scene, name, _ in pairs} == set()


def test_two_colours_that_grow_alike_are_found(visit: Watched, tmp_path: Path) -> None:
    """The comparison itself: red and green of one lightness, and a purple as light as the grey beside it, are told."""
    file = tmp_path / "wall.html"
    file.write_text(PAGES["response"](pytest.MonkeyPatch()), encoding="utf-8")
    visit.page.goto(file.as_uri())
    assert not any({".r-now", ".r-beyond"} == {one.name, other.name} for one, other in confused(marks(visit.page)))
    visit.page.add_style_tag(content=".wall .r-now{fill:#c87050!important}.wall .r-beyond{fill:#8c8c3c!important}")
    [worst] = [
        nearest(one, other)
        for one, other in confused(marks(visit.page))
        if {".r-now", ".r-beyond"} == {one.name, other.name}
    ]
    assert worst["none"] > 3 * CLEAR
    assert min(worst["protanopia"], worst["deuteranopia"]) < 2 * CLEAR
    assert worst["achromatopsia"] < CLEAR


def test_every_kind_of_money_has_its_name_beside_its_bar_and_every_band_leaves_such_a_bar(
    drawn: dict[str, list[Mark]],
) -> None:
    """In deuteranopia the green of money turns grey: names and order tell, and a band begins where its bar stands."""
    nodes = [mark for mark in drawn["funds"] if mark.name.startswith(".node.src-")]
    bands = [mark for mark in drawn["funds"] if mark.name.startswith(".band.src-")]
    assert len(nodes) >= 5
    words = [one for mark in nodes for one in mark.words]
    assert all(re.search(r"\d", one) for one in words)
    assert len(set(words)) == len(words)
    for band in bands:
        kind = band.name.removeprefix(".band")
        [bar] = [box for mark in nodes if mark.name == f".node{kind}" for box in mark.boxes]
        for left, top, _, _ in band.boxes:
            assert -2 <= left - bar[0] <= bar[2] + 2, band.name
            assert top <= bar[1] + bar[3] + 2, band.name


def test_shapes_of_levels_differ_and_the_ground_of_a_map_hides_none(drawn: dict[str, list[Mark]]) -> None:
    """Levels have a shape each; on the map also their colours stand off from every ground in every vision."""
    levels = {mark.form: mark for mark in drawn["now"] if mark.form.startswith("symbol ") and mark.is_coloured}
    assert {"symbol orange", "symbol yellow"} <= set(levels)
    grounds = [mark for mark in drawn["now"] if mark.name in GROUND and mark.seen]
    assert len(grounds) >= 3
    for level in levels.values():
        for ground in grounds:
            assert min(nearest(level, ground).values()) > 3 * CLEAR, (level.name, ground.name)

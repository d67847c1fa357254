"""Plans of walls and the director: what turns, what cuts in, what waits, and what a file with faults says."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest
import wall_states

from cockpit.queries import Pulse
from cockpit.wall import screens
from cockpit.wall.director import Turned, delayed, turn
from cockpit.wall.kept import Shown
from cockpit.wall.scene import Scene, Sentence
from config import walls
from config.reader import ConfigError
from config.walls import Plan, Turn
from geo.viewer import Clock

START = datetime(2026, 11, 20, 6, tzinfo=UTC)
NOBODY: frozenset[str] = frozenset()
PLAN = Plan(
    scenes=(Turn("now", 60), Turn("response", 30), Turn("funds", 20)),
    trouble_seconds=120,
    scale=1,
    night=(time(22), time(6)),
)
QUIET = {"now": NOBODY, "response": NOBODY, "funds": NOBODY}


def play(*steps: tuple[int, Mapping[str, frozenset[str]]]) -> list[str]:
    """The scenes shown at so many seconds from the start, with the troubles of then."""
    last: Turned | None = None
    shown = []
    for seconds, troubles in steps:
        last = turn(PLAN, last, troubles, at=START + timedelta(seconds=seconds))
        shown.append(last.scene)
    return shown


def test_quiet_scenes_turn_by_their_seconds() -> None:
    seconds = (0, 59, 60, 89, 90, 109, 110, 169, 170)
    shown = play(*[(second, QUIET) for second in seconds])
    assert shown == ["now", "now", "response", "response", "funds", "funds", "now", "now", "response"]


def test_a_scene_that_an_alarm_stood_before_has_the_rest_of_its_time() -> None:
    shown = turn(PLAN, turn(PLAN, None, QUIET, at=START), QUIET, at=START + timedelta(seconds=50))
    back = delayed(shown, timedelta(minutes=8))
    assert turn(PLAN, back, QUIET, at=START + timedelta(minutes=8, seconds=59)).scene == "now"
    assert turn(PLAN, back, QUIET, at=START + timedelta(minutes=8, seconds=60)).scene == "response"
    assert delayed(None, timedelta(minutes=8)) is None


def test_new_trouble_cuts_in_stays_longer_and_the_plan_goes_on_where_it_was() -> None:
    late = QUIET | {"funds": frozenset({"a"})}
    shown = play((0, QUIET), (10, late), (120, late), (129, late), (130, late), (159, late), (160, late))
    assert shown == ["now", "funds", "funds", "funds", "response", "response", "funds"]


def test_what_is_wrong_in_two_scenes_is_shown_one_after_the_other() -> None:
    both = QUIET | {"now": frozenset({"a"}), "response": frozenset({"b"})}
    assert play((0, both), (60, both), (119, both), (120, both), (239, both)) == [
        "now",
        "now",
        "now",
        "response",
        "response",
    ]


def test_more_trouble_on_the_scene_on_screen_keeps_it() -> None:
    one, two = (QUIET | {"now": frozenset(names)} for names in ("a", "ab"))
    assert play((0, one), (110, two), (200, two), (229, two), (230, two)) == ["now", "now", "now", "now", "response"]


def test_trouble_that_ended_and_comes_again_is_new() -> None:
    late = QUIET | {"funds": frozenset({"a"})}
    assert play((0, late), (10, QUIET), (125, QUIET), (130, late))[-1] == "funds"


def test_a_scene_that_cannot_be_shown_is_passed_over() -> None:
    only = {"now": NOBODY, "funds": NOBODY}
    assert play((0, only), (60, only), (80, only)) == ["now", "funds", "now"]
    assert play((0, {"now": NOBODY}), (60, {"now": NOBODY})) == ["now", "now"]


def test_night_may_pass_midnight() -> None:
    assert [PLAN.is_night(time(hour)) for hour in (21, 22, 0, 5, 6, 12)] == [False, True, True, True, False, False]


def test_the_shipped_plan_is_whole() -> None:
    assert walls.plan().scenes[0].show == "now"
    assert "default" in walls.names()


def test_every_fault_of_a_plan_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COCKPIT_HOME", str(tmp_path))
    folder = tmp_path / "config" / "walls"
    folder.mkdir(parents=True)
    (folder / "bad.toml").write_text(
        'scenes = [{ show = "weather", seconds = 60 }, { show = "now", seconds = 2 }]\ntrouble_seconds = true\n'
        'scale = 9\nnight = ["25:00", "06:00"]\n'
    )
    with pytest.raises(ConfigError) as fault:
        walls.plan("bad")
    told = str(fault.value)
    for part in ("weather", "seconds = 2", "trouble_seconds = True", "scale = 9", "25:00"):
        assert part in told
    assert walls.shipped().scenes[0].show == "now"
    (folder / "bad.toml").write_text(
        'scenes = [{ show = "now", seconds = 60 }]\ntrouble_seconds = 60\nscale = 1\nnight = ["22:00", "22:00"]\n'
    )
    with pytest.raises(ConfigError, match="begins when it ends"):
        walls.plan("bad")
    (folder / "bad.toml").write_text("scale = 1\n")
    with pytest.raises(ConfigError, match="missing key 'scenes'"):
        walls.plan("bad")


@pytest.mark.parametrize("told", ['["now"]', '[["now"]]', '[["now"], []]', '[["now"], ["now", "funds"]]', "2"])
def test_joined_screens_hold_each_scene_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, told: str) -> None:
    monkeypatch.setenv("COCKPIT_HOME", str(tmp_path))
    folder = tmp_path / "config" / "walls"
    folder.mkdir(parents=True)
    (folder / "wide.toml").write_text(
        'scenes = [{ show = "now", seconds = 60 }, { show = "funds", seconds = 60 }]\ntrouble_seconds = 60\n'
        f"scale = 1\nnight = []\nscreens = {told}\n"
    )
    with pytest.raises(ConfigError, match="screens = "):
        walls.plan("wide")


def test_each_joined_screen_has_a_plan_of_its_own() -> None:
    assert [[turn.show for turn in plan.scenes] for plan in walls.plan("joined").by_screen] == [
        ["now"],
        ["response", "funds", "life"],
    ]
    assert PLAN.by_screen == (PLAN,)


def test_a_joined_screen_without_data_says_so_and_never_repeats_its_neighbour() -> None:
    def shown(plan: Plan, *names: str, elsewhere: tuple[str, ...] = ()) -> dict[str, Scene]:
        made = tuple(Scene(name, Sentence(name, ""), frozenset(), "") for name in names)
        last = Shown(made, START, None, is_simulated=False, n_overdue=None)
        of, found = screens.given(wall_states.view(), plan, last, elsewhere=frozenset(elsewhere))
        assert {turn.show for turn in of.scenes} >= set(found)
        return found

    left, right = walls.plan("joined").by_screen
    assert set(shown(right, "now", "funds", elsewhere=("now",))) == {"funds"}
    assert set(shown(left, "now", elsewhere=("response", "funds", "life"))) == {"now"}
    alone = shown(right, "now", elsewhere=("now",))
    assert [scene.sentence.lead for scene in alone.values()] == ["时效、资金、民生有了数据就在这里轮换"]
    assert set(shown(left, "funds")) == {"funds"}, "with an alarm on the other screen"
    assert set(shown(PLAN, "funds")) == {"funds"}, "of one screen anything that there is"


def test_no_two_joined_screens_show_the_same(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    (folder / "three.toml").write_text(
        GOOD.replace("scenes = [", 'scenes = [{ show = "funds", seconds = 60 }, { show = "life", seconds = 60 }, ')
        + 'screens = [["funds"], ["life"], ["now"]]\n'
    )
    monkeypatch.setattr(screens.frame, "screen", lambda _view, scene, *_, **__: scene.name)
    monkeypatch.setattr(screens.st, "session_state", {})
    made = tuple(Scene(name, Sentence(name, ""), frozenset(), "") for name in ("now", "response"))
    view = replace(wall_states.view(), params={"plan": "three"})
    last = Shown(made, START, None, is_simulated=False)
    told = screens.drawn(view, last, Pulse(1, Clock(START)), None)
    assert re.findall(r"now|response|nothing", told) == ["response", "nothing", "now"]


GOOD = 'scenes = [{ show = "now", seconds = 60 }]\ntrouble_seconds = 60\nscale = 1\nnight = []\n'


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The site's own plans."""
    monkeypatch.setenv("COCKPIT_HOME", str(tmp_path))
    made = tmp_path / "config" / "walls"
    made.mkdir(parents=True)
    return made


@pytest.mark.parametrize(
    ("told", "said"),
    [
        (GOOD.replace("60 }", f"1{'0' * 400} }}"), "is no whole number"),
        (GOOD.replace("60 }", f"1{'0' * 5000} }}"), "digits"),
        (GOOD.replace("60 }", f"0x{'f' * 5000} }}"), "a number of thousands of digits is no whole number"),
        (GOOD.replace("scale = 1", f"scale = 1{'0' * 400}"), "is no number from"),
        (GOOD.replace("scale = 1", "scale = nan"), "scale = nan"),
        (f"scenes = {'[' * 20_000}{']' * 20_000}\n", "recursion"),
        (f"{GOOD}\0", "line 5"),
        (GOOD + "# more\n" * 10_000, "bytes"),
        ("scenes = [" + '{ show = "now", seconds = 60 },' * 2_000 + "]" + GOOD[GOOD.index("\n") :], "twice"),
    ],
    ids=["huge", "5000 digits", "hexadecimal", "scale", "nan", "nested", "nul", "large", "many"],
)
def test_whatever_a_file_holds_is_a_fault_of_the_file(folder: Path, told: str, said: str) -> None:
    (folder / "bad.toml").write_text(told)
    with pytest.raises(ConfigError, match=said) as fault:
        walls.plan("bad")
    assert len(str(fault.value)) < 1_000


@pytest.mark.parametrize("name", ["三楼", "Left", "a b", "x" * 60])
def test_any_name_of_a_file_is_the_name_of_its_plan(folder: Path, name: str) -> None:
    (folder / f"{name}.toml").write_text(GOOD)
    assert walls.plan(name).scenes == (Turn("now", 60),)


@pytest.mark.parametrize("name", ["../walls/default", "../../x", "/etc/passwd", "a\0b", "", ".", "default.toml"])
def test_what_is_no_name_of_a_file_is_no_plan(folder: Path, name: str) -> None:
    assert folder.is_dir()
    with pytest.raises(ConfigError, match="no plan"):
        walls.plan(name)


def test_a_changed_plan_is_followed_and_a_mark_at_the_beginning_is_no_fault(folder: Path) -> None:
    file = folder / "own.toml"
    file.write_text(GOOD)
    assert walls.plan("own").trouble_seconds == 60
    file.write_text("\ufeff" + GOOD.replace("trouble_seconds = 60", "trouble_seconds = 300"))
    assert walls.plan("own").trouble_seconds == 300
    file.unlink()
    with pytest.raises(ConfigError):
        walls.plan("own")

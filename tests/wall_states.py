"""Pictures of the wall without a store: made-up streets in any state, and the page that shows them.

Invariant: everything is drawn by the functions that draw the wall; only what they are given is made up.
"""

import math
import random
import re
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import shapely

from cockpit.context import Filters, View
from cockpit.wall import frame, now
from cockpit.wall.frame import Face
from cockpit.wall.now import basemap
from config.site import site
from config.walls import plan
from geo.map_queries import Feature
from geo.viewer import LEADER, Clock
from geo.wall import Day, Ground, Usual, Wall, WallArea, WallCase, WallShape, WallStage

ZONE = ZoneInfo("Asia/Shanghai")
AT = datetime(2026, 11, 20, 14, 32, tzinfo=ZONE)
STATIC = Path(__file__).parent.parent / "cockpit" / "static"
STYLES = ("wall.css", "wall_response.css", "funds.css", "wall_funds.css", "wall_life.css", "wall_alarm.css")
NAMES = (
    "渡口望江柳浪北塘观澜江滨云帆潮鸣桃源长桥城西竹园梅林和平文昌西河"
    "北门钟楼水门县前鼓楼学前仓桥南门市心银杏创业科苑星河会展"
)


def view(lang: str = "zh") -> View:
    """Who looks at the wall."""
    return View(
        viewer=LEADER, clock=Clock(AT), lang=lang, site=site(), filters=Filters(AT.date(), AT.date(), "community"),
        data_version=1, areas=(), categories=(), datasets={}, params={},
    )  # fmt: skip


def town(
    communities: int = 40,
    *,
    grids: int = 10,
    streets: int = 1,
    open_cases: int = 47,
    overdue: int = 3,
    soon: int = 5,
    today: int = 4,
    equal: bool = False,
    long_names: bool = False,
    latin: bool = False,
    seed: int = 7,
) -> Wall:
    """A town of square communities: open cases, reports of today about `today` each, eight Fridays like today."""
    chance = random.Random(seed)
    shapes, areas = _areas(communities, grids, streets, long_names=long_names)
    if latin:
        shapes = [replace(area, name=_latin(area)) for area in shapes]
        areas = [replace(area, name=_latin(area)) for area in areas]
    keys = [(area.level, area.code) for area in shapes]
    finest = [area for area in shapes if area.level == ("grid" if grids else "community")]
    community = {area.code: area for area in shapes if area.level == "community"}
    usual = {key: today for key in keys if key[0] == "community"}
    n_today = {
        key: today if equal else max(0, round(chance.gauss(today, math.sqrt(today) if today else 0))) for key in usual
    }
    cases = tuple(
        _case(chance, chance.choice(finest), community, late=no if no < overdue else None, soon=no < overdue + soon)
        for no in range(open_cases)
    ) if finest else ()  # fmt: skip
    cases = tuple(sorted(cases, key=lambda case: (not case.is_due, case.due_at or AT)))
    days = tuple(_day(week, usual, chance, open_cases, overdue, equal=equal) for week in range(8, 0, -1))
    households = dict.fromkeys(keys, 900)
    lately = {area.code: 3 if no % 37 == 5 else 0 for no, area in enumerate(finest)}
    parents = {area.code: area.parent_code for area in shapes if area.level == "community"}
    placed = [code for case in cases for code in (case.community_code, parents.get(case.community_code or ""))]
    late = [code for case in cases if case.is_due for code in (case.community_code, parents[case.community_code or ""])]
    return Wall(
        areas=tuple(
            replace(area, n_today=n_today.get((area.level, area.code), 0),
                    n_lately=0 if equal else lately.get(area.code, 0),
                    n_open=placed.count(area.code),
                    n_overdue=late.count(area.code))
            for area in areas
        ),
        cases=cases, n_open=open_cases, n_overdue=overdue, n_private=6, in_time=34, arrivals=37, has_deadlines=True,
        tells_arrivals=True, loaded_at=AT - timedelta(seconds=8), is_simulated=True, at=AT,
        n_reported=sum(n_today.values()), stages=_stages(finest),
        usual=Usual(AT.replace(minute=0), days, is_covered=True, households=households),
        ground=Ground(1, AT.date(), tuple(shapes)),
    )  # fmt: skip


def _latin(area: WallShape | WallArea) -> str:
    """A name as a city with Latin letters has them."""
    number = int("".join(letter for letter in area.code if letter.isdecimal()) or 0)
    if area.level == "street":
        return f"District {number + 1} - {('Northwest', 'Twin Peaks West', 'Central')[number % 3]}"
    return ("Golden Gate Heights", "Marina", "Inner Mission", "Bayview", "Central Waterfront / Dogpatch")[number % 5]


def _areas(communities: int, grids: int, streets: int, *, long_names: bool) -> tuple[list[WallShape], list[WallArea]]:
    across = max(1, math.ceil(math.sqrt(communities * 1.8)))
    down = math.ceil(communities / across)
    size = 0.05 / across
    shapes: list[WallShape] = []
    for no in range(communities):
        x, y = 120.25 + no % across * size, 30.2 - no // across * size
        box = shapely.box(x, y - size, x + size, y)
        name = NAMES[2 * no % len(NAMES) :][:2] + ("" if no < 30 else str(no)[-1] if no < 99 else "")
        name = "第二人民医院东侧新村" + name if long_names else name
        street = f"S{no * streets // communities}"
        shapes.append(WallShape("community", f"C{no:03}", f"{name}社区", street, box, x + size / 2, y - size / 2))
        columns = max(1, math.ceil(math.sqrt(grids)))
        for part in range(grids):
            step = size / columns
            left, top = x + part % columns * step, y - part // columns * step
            shapes.append(
                WallShape("grid", f"C{no:03}G{part}", f"{name}社区第{part + 1}网格", f"C{no:03}",
                          shapely.box(left, top - step, left + step, top), left + step / 2, top - step / 2)
            )  # fmt: skip
    whole = shapely.box(120.25, 30.2 - down * size, 120.25 + across * size, 30.2)
    for no in range(streets if communities else 0):
        parts = [one.shape for one in shapes if one.level == "community" and one.parent_code == f"S{no}"]
        shape = shapely.union_all(parts) if parts else whole
        shapes.append(WallShape("street", f"S{no}", f"示范{no + 1}街道", None, shape, 120.27, 30.18))
    order = {"community": 0, "grid": 1, "street": 2}
    shapes.sort(key=lambda one: (order[one.level], one.parent_code or "", one.code))
    return shapes, [WallArea(one.level, one.code, one.name, one.parent_code, 0, 0) for one in shapes]


def _case(
    chance: random.Random, area: WallShape, community: dict[str, WallShape], *, late: int | None, soon: bool
) -> WallCase:
    due = AT + timedelta(minutes=40 if soon else chance.randint(80, 4_000))
    if late is not None:
        due = AT - timedelta(minutes=25 + 95 * late)
    level = "orange" if late is not None else "yellow" if soon else None
    home = community[area.parent_code] if area.level == "grid" and area.parent_code else area
    return WallCase(
        response_class="general", channel=None, level=level, stage="accepted",
        reported_at=AT - timedelta(minutes=chance.randint(90, 3_000)), due_at=due, is_due=late is not None,
        is_suspended=False,
        team="综合执法队", community_code=home.code, community=home.name, finest=area.name, lon=area.lon, lat=area.lat,
    )  # fmt: skip


def _day(
    week: int, usual: dict[tuple[str, str], int], chance: random.Random, n_open: int, n_overdue: int, *, equal: bool
) -> Day:
    def about(n: int) -> int:
        return n if equal else max(0, round(chance.gauss(n, math.sqrt(n) if n else 0)))

    before = {key: about(n) for key, n in usual.items()}
    before["site", ""] = sum(before.values())
    opened, late = about(n_open), min(2, n_overdue) if not equal else n_overdue
    return Day((AT - timedelta(weeks=week)).date(), before, {}, {}, {}, opened, opened, late, late, 33, 37)


def _stages(finest: list[WallShape]) -> tuple[WallStage, ...]:
    told = ("arrived", "reported", "closed", "followed_up", "dispatched", "accepted")
    return tuple(
        WallStage(stage, AT - timedelta(minutes=no), finest[no * 7 % len(finest)].name, None, "占用消防通道",
                  "Broken manhole cover")
        for no, stage in enumerate(told)
        if finest
    )  # fmt: skip


def states() -> dict[str, tuple[Wall, str]]:
    """The states in which the scene must look right: what it shows, and the language."""
    usual = town()
    assert usual.usual
    quiet = town(overdue=0, soon=0, open_cases=38)
    no_times = replace(usual, has_deadlines=False, n_overdue=0, cases=tuple(
        replace(case, level=None, due_at=None, is_due=False) for case in usual.cases))  # fmt: skip
    return {
        "usual": (usual, "zh"),
        "english": (usual, "en"),
        "quiet": (quiet, "zh"),
        "one community": (town(1, open_cases=12), "zh"),
        "six communities": (town(6, grids=4, today=20), "zh"),
        "two hundred communities": (town(200, grids=5, streets=8, open_cases=140, today=6), "zh"),
        "two hundred in one street": (town(200, grids=0, open_cases=90, overdue=20), "zh"),
        "forty in five streets": (town(40, streets=5), "zh"),
        "long names": (town(40, streets=3, long_names=True), "zh"),
        "long names, english": (town(40, streets=3, long_names=True), "en"),
        "all equal": (town(equal=True, overdue=0), "zh"),
        "five thousand open": (town(open_cases=5_000, overdue=400, soon=300, today=90), "zh"),
        "hundred overdue": (town(open_cases=140, overdue=100, soon=20), "zh"),
        "hundreds overdue in small areas": (town(200, grids=0, streets=8, open_cases=2_000, overdue=400), "zh"),
        "latin names": (town(92, grids=0, streets=10, latin=True), "zh"),
        "latin names, english, no days": (_without_days(town(92, grids=0, streets=10, latin=True)), "en"),
        "not loaded today": (_not_today(usual), "zh"),
        "no urgent arrivals": (_no_urgent(usual), "zh"),
        "no deadlines": (no_times, "zh"),
        "no arrivals told": (replace(usual, tells_arrivals=False, in_time=None, arrivals=0), "zh"),
        "few arrivals": (replace(usual, in_time=None, arrivals=6), "zh"),
        "no households": (replace(usual, usual=replace(usual.usual, households={})), "zh"),
        "no days": (replace(usual, usual=replace(usual.usual, days=())), "zh"),
        "nothing today": (
            replace(town(today=0, open_cases=0, overdue=0, soon=0), stages=(), n_private=None, n_reported=0), "zh"),
        "a river": (replace(usual, ground=_by_a_river(usual.ground)), "zh"),
        "no areas": (replace(usual, areas=(), ground=Ground(1, AT.date(), ())), "zh"),
        "loaded last year": (replace(town(40), loaded_at=AT - timedelta(days=400), stages=()), "zh"),
        "loaded last year, english": (replace(town(40), loaded_at=AT - timedelta(days=400), stages=()), "en"),
        "nothing moved": (replace(town(40), stages=()), "zh"),
        "a community of forty signs": (_worst_in(town(40), "第二人民医院东侧新村" * 4), "zh"),
        "a community of forty signs, english": (_worst_in(town(40), "第二人民医院东侧新村" * 4), "en"),
        "nothing at all": (replace(town(0, open_cases=0), loaded_at=None, ground=None), "zh"),
    }  # fmt: skip


def _without_days(found: Wall) -> Wall:
    assert found.usual
    return replace(found, usual=replace(found.usual, days=()))


def _worst_in(found: Wall, name: str) -> Wall:
    """The case that is overdue longest in a community of that name."""
    return replace(found, cases=(replace(found.cases[0], community=name), *found.cases[1:]))


def _not_today(found: Wall) -> Wall:
    assert found.usual
    return replace(
        found, usual=replace(found.usual, is_covered=False), n_reported=0, arrivals=0, in_time=None, stages=(),
        areas=tuple(replace(area, n_today=0) for area in found.areas), loaded_at=AT - timedelta(days=4),
    )  # fmt: skip


def _no_urgent(found: Wall) -> Wall:
    assert found.usual
    days = tuple(replace(day, in_time=None, arrivals=0) for day in found.usual.days)
    return replace(found, usual=replace(found.usual, days=days), arrivals=0, in_time=None)


def _by_a_river(ground: Ground | None) -> Ground:
    assert ground
    river = shapely.LineString([(120.2, 30.18), (120.2485, 30.183)])
    return replace(ground, waters=(Feature("water", "澄江", None, river.buffer(0.0012)),))


def page(found: Wall, lang: str = "zh", *, down: bool = False, features: tuple[Feature, ...] = ()) -> str:
    """The whole page as HTML, with the program's own styles."""
    looking = view(lang)
    face = Face(Clock(AT), AT - timedelta(minutes=14) if down else None, found.loaded_at, is_simulated=True)
    markup = frame.screen(looking, now.scene(looking, looking.asked, found, face), face, plan=plan(), way_back=False)
    if found.ground and found.ground.shapes:
        drawn = basemap.drawn(found.ground)
        assert drawn
        for part, made in (("below", basemap.below), ("above", basemap.above)):
            filled = made(found.ground, drawn.frame, features)
            markup = re.sub(rf'(<g class="{part}"[^>]*>)(</g>)', lambda m, filled=filled: m[1] + filled + m[2], markup)  # type: ignore[misc]
    return written(markup, lang)


def written(markup: str, lang: str) -> str:
    """The page of a wall as HTML around its `markup`, with the styles in the order in which the program sends them."""
    styles = "".join((STATIC / name).read_text(encoding="utf-8") for name in ("desk.css", *STYLES))
    styles = styles.replace("/app/static/", STATIC.as_uri() + "/").replace("<style>", "").replace("</style>", "")
    return (
        f'<!doctype html><html lang="{"zh-CN" if lang == "zh" else "en"}"><meta charset="utf-8"><style>{styles}'
        f'body{{margin:0}}</style><body><div class="stApp"><div class="picture">{markup}</div></div></body></html>'
    )

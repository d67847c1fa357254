"""The scene of this moment in a real browser, in every state: no small letters, nothing cut, nothing over another."""

import re
from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any

import pytest
import shapely
import wall_states
from browser import chromium, watched
from playwright.sync_api import Browser
from wall_measured import SIZES, measured

from cockpit.wall import frame, naming
from cockpit.wall.now import feed, layout, marks
from cockpit.wall.now.map import LIMITS
from geo.map_queries import Feature
from geo.wall import WallStage

pytestmark = pytest.mark.browser
STATES = wall_states.states()
MOST_BYTES = 40 * 1024


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.mark.parametrize("state", [*STATES, "down"])
def test_every_state_is_read_and_whole(browser: Browser, tmp_path: Path, state: str) -> None:
    found, lang = STATES.get(state, STATES["usual"])
    file = tmp_path / "wall.html"
    file.write_text(wall_states.page(found, lang, down=state == "down"), encoding="utf-8")
    with watched(browser) as visit:
        visit.page.goto(file.as_uri())
        for size in SIZES.values():
            told = measured(visit.page, size)
            assert told["faults"] == [], size
            assert told["bytes"] <= MOST_BYTES


def drawn(state: str, **more: Any) -> str:
    found, lang = STATES[state]
    return wall_states.page(found, lang, **more)


def drawn_map(state: str) -> str:
    """The map alone."""
    return drawn(state).partition("<body>")[2].partition('class="ground-map"')[2].partition("</svg>")[0]


def test_a_quiet_wall_has_no_level_colour_on_it() -> None:
    quiet = drawn("quiet").partition("<body>")[2]
    assert 'class="zero"' in quiet
    assert "fig orange" not in quiet
    assert "an late" not in quiet
    assert 'class="lv ' not in quiet
    assert quiet.count('class="lv"') == 2, "the empty shapes of the legend"
    assert "一切正常" in quiet


def test_every_community_of_forty_is_named_on_the_map() -> None:
    for state in ("usual", "quiet"):
        found, _ = STATES[state]
        names = {area.name.removesuffix("社区") for area in found.areas if area.level == "community"}
        picture = drawn_map(state)
        told = set(re.findall(r'class="(?:pl|call)"[^>]*>([^<]*)<', picture))
        assert {name for name in names if not any(name in one for one in told)} == set()


def test_hundreds_overdue_in_small_areas_are_counted_by_street_and_no_mark_lies_on_another() -> None:
    picture = drawn_map("hundreds overdue in small areas")
    numbers = [int(told.replace(",", "")) for told in re.findall(r'class="nm orange"[^>]*>([^<]*)<', picture)]
    found, _ = STATES["hundreds overdue in small areas"]
    assert len(numbers) == 8
    assert sum(numbers) == found.n_overdue == 400
    assert picture.count("示范1街道") + picture.count(">示范1<") == 1
    paths = re.findall(r'<path class="lv orange" d="([^"]*)"', picture)
    assert sum(path.count("M") for path in paths) == 8


def test_where_nothing_is_in_time_one_by_one_the_legend_says_what_the_numbers_are() -> None:
    assert "白字＝未到期" in drawn("five thousand open")
    assert "白字" not in drawn("usual")
    legend = drawn("no deadlines").partition('class="lg"')[2].partition("</h2>")[0]
    assert 'class="ck in"' in legend, "what a ring on the map is"
    assert 'class="ck-w"' not in legend


def test_without_usual_days_the_share_stands_beside_the_promise() -> None:
    body = drawn("no days").partition('class="figs"')[2].partition("</section>")[0]
    assert ">承诺 90%</text>" in body
    assert ">承诺 90%</text>" not in drawn("usual")


def test_what_a_source_never_has_is_not_told_as_still_to_come() -> None:
    body = drawn("no urgent arrivals").partition('class="figs"')[2].partition("</section>")[0]
    assert "没有紧急事件到场" in body
    assert "还没有" not in body


def test_old_incidents_are_the_sentence_and_a_day_not_loaded_has_no_dots() -> None:
    body = drawn("not loaded today").partition("<body>")[2]
    assert "<h1>事件数据 4 天没有更新</h1>" in body
    assert "3 件已过时限，是否办结尚不清楚" in body
    head = body.partition("</header>")[0]
    assert 'class="mark"' not in head, "nobody knows that it is still so"
    assert 'class="mark old"' in head
    strip = body.partition('class="areas"')[2]
    assert "今天还没有更新" in strip
    assert 'class="dt' not in strip


def test_of_old_incidents_nobody_knows_whether_anything_moved() -> None:
    assert "没有更新，有没有新动态还不知道" in drawn("loaded last year")
    assert "两天内没有新动态" in drawn("nothing moved")
    assert "…" in re.findall(r"<h1[^>]*>([^<]*)", drawn("a community of forty signs"))[0]


def test_most_areas_overdue_single_out_none() -> None:
    assert 'class="an late"' not in drawn("five thousand open")
    assert 'class="an late"' in drawn("usual")


def test_streets_are_ordered_as_people_count_and_told_without_what_all_share() -> None:
    strip = drawn("latin names").partition('class="areas"')[2]
    told = re.findall(r'class="par"[^>]*>([^<]*)<', strip)
    assert [one.partition(" ")[0] for one in told] == [str(no) for no in range(1, 11)]


def test_names_are_cut_at_whole_words_and_never_to_a_bare_number() -> None:
    assert naming.apart(["ANC 1A", "ANC 2B", "ANC 3C"]) == ["1A", "2B", "3C"]
    assert naming.apart(["Ward 1", "Ward 2", "Ward 3"]) == ["Ward 1", "Ward 2", "Ward 3"]
    assert naming.apart(["Westhill", "Westwood", "Westend"]) == ["Westhill", "Westwood", "Westend"]
    assert layout.signs("综合治理示范一号") == ["综", "合", "⋮", "号"]


def test_an_empty_wall_keeps_its_foot_at_the_bottom(browser: Browser, tmp_path: Path) -> None:
    file = tmp_path / "wall.html"
    file.write_text(drawn("nothing at all"), encoding="utf-8")
    with watched(browser, size=SIZES["1080p"]) as visit:
        visit.page.goto(file.as_uri())
        foot = visit.page.locator("footer").bounding_box()
    assert foot
    assert foot["y"] > 1000


def test_the_areas_stand_in_the_order_of_their_streets_whatever_their_number() -> None:
    body = drawn("forty in five streets").partition("<body>")[2]
    names = [f"示范{no}街道" for no in range(1, 6)]
    places = [body.index(f">{name}<") for name in names]
    assert places == sorted(places)
    found, _ = STATES["forty in five streets"]
    codes = [area.code for area in found.areas if area.level == "community"]
    assert codes == sorted(codes)


def test_many_in_time_become_counts_and_many_overdue_one_mark_a_community() -> None:
    single, many = drawn("usual"), drawn("five thousand open")
    assert 'class="ck-w"' in single.partition("ground-map")[2]
    assert 'class="nn"' not in single
    assert many.count('class="nn"') > 10
    assert many.count('class="nm orange"') > 10
    assert marks.MOST_ONE_BY_ONE < 4_300


def test_what_is_more_than_usual_is_in_a_class_of_the_legend_and_nothing_else_is_coloured() -> None:
    body = drawn("usual").partition("<body>")[2]
    heat = body.partition('<g class="heat">')[2].partition("</g>")[0]
    assert heat.count("<use") == 11, "three cases where there never was one"
    assert '<i class="x1">&lt;2</i><i class="x2">2</i><i class="x3">4</i><i class="x4">8</i>' in body
    assert LIMITS == (2, 4, 8)
    assert '<g class="heat"></g>' in drawn("no households")
    assert '<g class="heat"></g>' in drawn("all equal")


def test_a_name_with_markup_in_it_is_text() -> None:
    found, _ = STATES["usual"]
    hostile = "<img src=x onerror=1>"
    named = replace(
        found,
        areas=tuple(replace(area, name=hostile) for area in found.areas),
        cases=tuple(replace(case, community=hostile, finest=hostile, team=hostile) for case in found.cases),
        stages=tuple(replace(stage, area=hostile, category_zh=hostile) for stage in found.stages),
    )
    assert "<img" not in wall_states.page(named)


def test_the_ground_is_drawn_with_what_there_is() -> None:
    assert 'class="wt"' in drawn("a river")
    water = Feature("water", "江", None, shapely.box(120.25, 30.19, 120.27, 30.2))
    road = Feature("road", None, 12, shapely.LineString([(120.2, 30.18), (120.4, 30.18)]))
    rail = Feature("rail", None, None, shapely.LineString([(120.2, 30.19), (120.4, 30.19)]))
    bare = drawn("usual")
    assert 'class="road"' not in bare
    assert 'class="gl"' in bare, "without blocks the grids have lines"
    with_road = drawn("usual", features=(water, road, rail))
    assert all(f'class="{kind}"' in with_road for kind in ("road", "water", "rail1", "out"))
    block = Feature("block", None, None, shapely.box(120.251, 30.199, 120.252, 30.1995))
    with_blocks = drawn("usual", features=(water, road, block))
    assert 'class="road"' not in with_blocks, "roads are the gaps between blocks"


def test_the_feed_drops_first_what_is_known_anyway() -> None:
    """Of 桃源社区第二网格 the word for the community, before either name is cut; a category is set smaller first."""
    found = wall_states.town(40)
    stage = WallStage("closed", wall_states.AT, "桃源社区第十二网格", None, "占用消防通道", "Broken manhole cover")
    told = feed.section(wall_states.view("en"), replace(found, stages=(stage,)), age="")
    assert ">桃源第十二网格<" in told
    assert '<span class="small">Broken manh' in told
    short = replace(stage, area="桃源社区第二网格", category_en="Noise")
    assert ">桃源社区第二网格<" in feed.section(wall_states.view("en"), replace(found, stages=(short,)), age="")


def test_a_plan_that_there_is_none_of_is_said() -> None:
    def foot(**params: str) -> str:
        return frame.ways(replace(wall_states.view(), params=params), way_back=False)

    assert foot() == foot(plan="default") == foot(plan="joined") == '<span class="ways"></span>'
    assert "没有方案“三楼&lt;b&gt;”，按默认" in foot(plan="三楼<b>")
    assert len(foot(plan="x" * 5_000)) < 200


def test_names_of_streets_stand_whole_beside_each_other_over_their_own_communities() -> None:
    strip = drawn("latin names").partition('class="areas"')[2]
    starts = [float(one) for one in re.findall(r'class="par" x="([\d.]+)"', strip)]
    names = [unescape(one) for one in re.findall(r'class="par"[^>]*>([^<]*)<', strip)]
    held = [(float(left), float(right)) for left, right in re.findall(r'class="gl" d="M([\d.]+) 31H([\d.]+)"', strip)]
    ends = [start + naming.width(name, size=24) for start, name in zip(starts, names, strict=True)]
    assert len(names) == 10
    assert not [name for name in names if "…" in name]
    assert all(later - end >= 11 for end, later in zip(ends, starts[1:], strict=False))
    assert all(start < right and end > left for start, end, (left, right) in zip(starts, ends, held, strict=True))

"""时效, 资金 and 民生 in a real browser, in every state: no small letters, nothing cut, nothing over another."""

import re
from base64 import b64encode
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import wall_scene_states as scenes
import wall_states
from browser import Watched, chromium, watched
from playwright.sync_api import Page
from wall_measured import SIZES, measured

from cockpit.charts import scales
from cockpit.context import View
from cockpit.queries import Asked
from cockpit.wall import funds, naming
from cockpit.wall.frame import Face
from cockpit.wall.funds import computed
from cockpit.wall.funds.computed import Funds
from cockpit.wall.response import stages
from geo.viewer import LEADER, Clock

pytestmark = pytest.mark.browser
STATES = {
    "response": scenes.response_states(),
    "funds": scenes.funds_states(),
    "life": scenes.life_states(),
}
UNMADE = {("funds", "no balance"), ("life", "no data at all")}
"""States in which there is no scene, so that the wall leaves it out."""
OLD = [
    ("response", "slow"),
    ("response", "slow, english"),
    ("funds", "usual"),
    ("funds", "english"),
    ("life", "fallen"),
    ("life", "an old month"),
]
"""States that are also looked at while the store is away, and with data that is old."""
MOST_BYTES = 80 * 1024
AREA = re.compile(r'class="r-area(?: late)?"')
CHROMA = """(data) => {
  const image = new Image();
  return new Promise((done) => {
    image.onload = () => {
      const canvas = document.createElement('canvas');
      [canvas.width, canvas.height] = [image.width, image.height];
      const drawing = canvas.getContext('2d');
      drawing.drawImage(image, 0, 0);
      const { data: pixels } = drawing.getImageData(0, 0, image.width, image.height);
      let most = 0;
      for (let at = 0; at < pixels.length; at += 4) {
        const [r, g, b] = pixels.slice(at, at + 3);
        most = Math.max(most, Math.max(r, g, b) - Math.min(r, g, b));
      }
      done(most);
    };
    image.src = `data:image/png;base64,${data}`;
  });
}"""
"""How far apart the parts of red, green and blue of the most colourful pixel of a picture are, of 255."""


@pytest.fixture(scope="module")
def visit() -> Iterator[Watched]:
    """One page for all pictures: each is set into it and measured in both sizes."""
    with chromium() as browser, watched(browser) as found:
        yield found


def show(visit: Watched, folder: Path, markup: str) -> Page:
    file = folder / "wall.html"
    file.write_text(markup, encoding="utf-8")
    visit.page.goto(file.as_uri())
    return visit.page


def drawn(scene: str, state: str, **more: object) -> str:
    made, lang = STATES[scene][state]
    found = scenes.page(made, lang, **more)  # type: ignore[arg-type]
    assert found is not None
    return found


@pytest.mark.parametrize(("scene", "state"), [(scene, state) for scene in STATES for state in STATES[scene]])
def test_every_state_is_read_and_whole(visit: Watched, tmp_path: Path, scene: str, state: str) -> None:
    made, lang = STATES[scene][state]
    markup = scenes.page(made, lang)
    assert (markup is None) == ((scene, state) in UNMADE)
    if markup is None:
        return
    page = show(visit, tmp_path, markup)
    for size in SIZES.values():
        told = measured(page, size)
        assert told["faults"] == [], size
        assert told["bytes"] <= MOST_BYTES
    assert visit.faults == []


@pytest.mark.parametrize(
    ("scene", "state", "is_down"),
    [(*one, is_down) for one in OLD for is_down in (True, False) if is_down or one != ("life", "fallen")],
)
def test_what_is_not_of_now_is_whole_and_has_no_colour(
    visit: Watched, tmp_path: Path, scene: str, state: str, is_down: bool
) -> None:
    """Closed months that fell are only ever down: how those are stale is `an old month`."""
    page = show(visit, tmp_path, drawn(scene, state, down=is_down, loaded_at=scenes.OLD))
    assert page.locator(".badge").count() >= 1
    for size in SIZES.values():
        assert measured(page, size)["faults"] == [], size
    if not is_down:
        for age in (timedelta(hours=47, minutes=59), timedelta(days=400)):
            show(visit, tmp_path, drawn(scene, state, loaded_at=scenes.AT - age))
            assert measured(page, SIZES["1080p"])["faults"] == [], age
        show(visit, tmp_path, drawn(scene, state, loaded_at=scenes.OLD))
    page.set_viewport_size({"width": 1920, "height": 1080})
    assert colourful(page) <= 24, "neutral greys of the theme alone"
    show(visit, tmp_path, drawn(scene, "slow" if scene == "response" else "fallen" if scene == "life" else "usual"))
    assert colourful(page) > 100, "the same scene of now has colours, and they are seen"


def colourful(page: Page) -> int:
    """The most colourful pixel of the screen."""
    shot = b64encode(page.screenshot()).decode()
    found: int = page.evaluate(CHROMA, shot)
    return found


@pytest.mark.parametrize(
    ("scene", "state"),
    [("response", "long names"), ("life", "long names"), ("funds", "long names"), ("funds", "long names, english")],
)  # fmt: skip
def test_names_that_begin_alike_are_told_apart_and_not_cut_by_the_browser(
    visit: Watched, tmp_path: Path, scene: str, state: str
) -> None:
    page = show(visit, tmp_path, drawn(scene, state))
    page.set_viewport_size({"width": 1920, "height": 1080})
    holders = ".r-area .t, .m-idle .m-row .t"
    told = page.locator(holders).all_inner_texts()
    assert len(told) >= 5
    assert [name for name, n in Counter(told).items() if n > 1] == []
    cut = "(all) => all.filter((one) => one.scrollWidth > one.clientWidth + 1).map((one) => one.textContent)"
    assert page.locator(holders).evaluate_all(cut) == []


def test_letters_are_never_wider_than_is_reckoned_and_hardly_narrower(visit: Watched, tmp_path: Path) -> None:
    page = show(visit, tmp_path, drawn("response", "usual"))
    letters = [chr(code) for code in range(33, 127)] + list("·×ßøæØÆéÜ")
    measure = """(letters) => {
      const one = document.createElement('span');
      one.style.cssText = 'position: absolute; white-space: pre; font: 100px var(--font); font-kerning: none;'
        + 'font-variant-numeric: var(--num)';
      document.querySelector('main.wall').append(one);
      const wide = (text) => {
        one.textContent = text;
        return one.getBoundingClientRect().width / 1000;
      };
      return letters.map((letter) => Math.max(...[400, 500, 600].map((weight) => {
        one.style.fontWeight = weight;
        return wide(`${letter}\u200b`.repeat(10));
      })));
    }"""
    page.evaluate("document.fonts.ready")
    page.evaluate(measure, letters)  # asks for the letters of all weights
    page.evaluate("document.fonts.ready")
    for letter, wide in zip(letters, page.evaluate(measure, letters), strict=True):
        told = naming.width(letter, size=1)
        assert wide - 0.01 <= told <= wide + 0.03, letter


def test_a_fault_of_each_kind_is_found(visit: Watched, tmp_path: Path) -> None:
    """The measuring itself: each thing that is broken in a good picture is told."""
    broken = {
        "small": ".wall .r-area .t{font-size:20px!important}",
        "not read from afar": ".wall .r-promised .figure{font-size:30px!important}",
        "outside": ".wall .areas{transform:translateX(900px)}",
        "over each other": ".wall .r-promised ul{margin-left:-200px!important}",
        "too wide": ".wall .r-promised{width:200px}",
        "too high": ".wall .r-areas{max-height:100px!important}",
        "cut": ".wall .r-area .s{overflow:hidden;height:10px}",
        "parts over each other": ".wall .r-top .r-sec{height:900px}",
    }
    page = show(visit, tmp_path, drawn("response", "slow"))
    assert measured(page, SIZES["1080p"])["faults"] == []
    for fault, rule in broken.items():
        style = page.add_style_tag(content=rule)
        told = measured(page, SIZES["1080p"])["faults"]
        assert any(one.startswith(fault) for one in told), (fault, told)
        style.evaluate("(one) => one.remove()")


def body(scene: str, state: str) -> str:
    return drawn(scene, state).partition("<body>")[2]


def test_a_length_that_is_nothing_in_hours_is_told_in_minutes_or_seconds() -> None:
    told = re.findall(r'class="r-value[^>]*>([^<]+)<', body("response", "usual"))
    assert not [each for each in told if each in ("0.0", "0")]
    assert [each for each in told if each.endswith("秒")]
    assert [each for each in told if each.endswith("分钟")]


def test_a_stage_of_no_time_at_all_is_told_in_seconds() -> None:
    wall = wall_states.town(40)
    found = scenes.responded(wall, slower={"accept": 0.01})
    drawn = stages.chart(wall_states.view(), "urgent", found.urgent, scales.MINUTES)
    told = re.findall(r'class="r-value[^>]*>([^<]+)<', drawn)
    assert told[0].endswith("秒")
    assert "0.0" not in told


def test_without_arrivals_nobody_is_said_not_to_have_come() -> None:
    untold = body("response", "no arrivals told")
    assert "没有到场<" not in untold
    assert "样本不足" not in untold
    assert not AREA.search(untold)
    assert "没有到场<" in body("response", "nothing today")


def test_the_key_of_purple_stands_only_where_something_is() -> None:
    assert "紫" in body("response", "slow")
    assert "紫" not in body("response", "usual")


def test_more_areas_than_can_be_shown_become_streets_or_are_counted() -> None:
    for scene in ("response", "life"):
        assert "9 个街道的" in body(scene, "two hundred communities")
        assert len(AREA.findall(body(scene, "two hundred communities"))) == 9
    whole = body("response", "two hundred in one street")
    assert "200 个社区的" in whole
    assert "另有 136 个" in whole
    assert len(AREA.findall(whole)) == 64


def test_a_difference_between_books_and_balance_is_the_headline() -> None:
    assert "<h1>账实相差 12,345.67 元</h1>" in body("funds", "a gap")
    assert 'class="m-gap">' in body("funds", "a gap")


def test_an_old_month_says_its_year_and_that_nothing_came_since() -> None:
    old = body("life", "an old month")
    assert "<h1>2025年11月" in old
    assert "12 个月没有新的" in old
    assert "没有新的" not in body("life", "usual")


def test_months_of_which_nothing_was_published_keep_their_place() -> None:
    """Five of thirteen months: the dots stand where those months are, not side by side."""
    drawing = body("life", "months missing").partition('class="r-days"')[2].partition("</svg>")[0]
    places = [float(x) for x in re.findall(r'<circle cx="([\d.]+)"', drawing)]
    step = (places[-1] - places[0]) / 12
    assert [round((x - places[0]) / step) for x in places] == [0, 6, 7, 11, 12]


def test_a_rate_that_nobody_gave_lately_is_named_without_a_number() -> None:
    told = body("life", "nobody answered lately")
    assert '<b class="none">无数据</b>' in told
    assert "无评价" in told


def test_the_sentence_of_old_data_says_so_and_until_when_it_held() -> None:
    told = heads(drawn("response", "slow", loaded_at=scenes.OLD))
    assert told == ("事件数据 40 天没有更新", "截至 10月11日 14:32：派遣比平常慢 4 分钟")
    head, lead = heads(drawn("funds", "english", loaded_at=scenes.OLD))
    assert head == "Money not updated for 40 days"
    assert lead.startswith("As of 11 Oct 14:32: ")
    assert heads(drawn("response", "slow", loaded_at=scenes.AT - timedelta(hours=47)))[0] == "派遣比平常慢 4 分钟"


def test_an_old_ledger_is_told_as_of_its_load(monkeypatch: pytest.MonkeyPatch) -> None:
    looking, asked_at = wall_states.view(), []
    ledger = replace(scenes.ledger(), loaded_at=scenes.OLD)

    def told(view: View, asked: Asked) -> Funds | None:
        asked_at.append(asked.clock.at)
        return computed.told(view, ledger, today=asked.clock.at.date())

    monkeypatch.setattr(computed, "funds", told)
    asked, face = Asked(LEADER, Clock(scenes.AT), 1), Face(Clock(scenes.AT), loaded_at=scenes.AT)
    made = funds.scene(looking, asked, wall_states.town(40), face)
    assert asked_at == [scenes.AT, scenes.OLD]
    assert made
    assert "至10月11日" in made.body
    ledger = replace(ledger, loaded_at=scenes.AT)
    asked_at.clear()
    made = funds.scene(looking, asked, wall_states.town(40), face)
    assert asked_at == [scenes.AT]
    assert made
    assert "至11月20日" in made.body
    assert "今年收支" in made.body
    later = Face(Clock(scenes.AT + timedelta(days=60)), loaded_at=scenes.AT)
    made = funds.scene(looking, replace(asked, clock=later.clock), wall_states.town(40), later)
    assert made
    assert "2026年收支" in made.body, "which is this year's no more"


def heads(markup: str) -> tuple[str, str]:
    """The sentence and its second line."""
    found = re.search(r"<h1[^>]*>([^<]*)</h1><p[^>]*>([^<]*)", markup)
    assert found
    return found[1], found[2]

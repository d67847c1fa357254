"""Pictures of 时效, 资金 and 民生 without a store: made-up response times, ledgers and months in any state.

Invariant: everything is computed and drawn by the functions of the scenes; only what the store answers is made up.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

from wall_states import AT, town, view, written

from cockpit.context import View
from cockpit.wall import frame, funds, life, response
from cockpit.wall.frame import Face, is_stale
from cockpit.wall.funds import computed as funds_computed
from cockpit.wall.life import computed as life_computed
from cockpit.wall.response import computed as response_computed
from cockpit.wall.response.computed import STAGES, Response, Stage, is_slow
from cockpit.wall.scene import Scene
from config.walls import plan
from geo.money import Flow, Position
from geo.viewer import Clock
from geo.wall import Wall
from geo.wall.funds import WallFunds
from geo.wall.life import Part, Reached
from geo.wall.response import GENERAL, URGENT, Arrivals, Promise, StageLength

TODAY = AT.date()
OLD = AT - timedelta(days=40)
Drawn = Callable[[View, Face], Scene | None]
"""One state of a scene: how it is made for who looks, in the state of its data."""
LENGTHS = {"accept": 48, "dispatch": 70, "arrival": 210, "handle": 16_000, "follow_up": 30_000}
"""What each stage takes of a usual case, in seconds."""
DISTRICTS = (
    "Northwest", "Central West", "Southwest", "Twin Peaks West", "Central", "Central North", "North", "Northeast",
    "Central East", "Southeast",
)  # fmt: skip
FUNDS = ("助老基金", "街道公益基金", "社区更新基金", "应急帮扶基金", "助学基金", "社区文体基金", "邻里互助基金")
SERVICES = {
    "canteen": ("长者食堂", "Canteen for elders"), "clinic": ("社区卫生服务站", "Community clinic"),
    "market": ("菜市场", "Food market"), "nursery": ("托育点", "Nursery"), "park": ("口袋公园", "Pocket park"),
    "charging": ("电动自行车充电点", "Charging for electric bicycles"), "toilet": ("公共厕所", "Public toilet"),
    "library": ("图书馆", "Library"), "post": ("快递驿站", "Parcel station"), "bank": ("银行网点", "Bank branch"),
}  # fmt: skip


# ---------------------------------------------------------------- 时效


def responded(
    wall: Wall,
    *,
    urgent: int = 37,
    general: int = 1_402,
    in_time: float = 0.92,
    arrivals: int = 60,
    slower: dict[str, float] | None = None,
    late: Sequence[int] = (),
    step: int = 1,
    no_past: bool = False,
    equal: bool = False,
    times: float = 1.0,
    seed: int = 3,
) -> Response:
    """Response times of the communities of `wall`: `slower` times as long stages now, `times` as long all of them.

    `arrivals` are those of a community, `late` the numbers of those of which half came too late; `in_time` the share
    of all others within ten minutes.
    """
    chance, slower = random.Random(seed), slower or {}
    communities = [area for area in wall.areas if area.level == "community"]

    def seconds(mean: float, n: int) -> tuple[int, ...]:
        return tuple(sorted(round(mean if equal else chance.lognormvariate(0, 0.5) * mean) for _ in range(n)))

    def stage(of: str, name: str, n: int) -> Stage:
        usual = length(of, name, seconds(LENGTHS[name], 400))
        now = length(of, name, seconds(LENGTHS[name] * times * slower.get(name, 1), n)) if n else None
        return Stage(name, now, None if no_past else usual.p50_s, not no_past and is_slow(now, usual))

    def arrived(number: int) -> tuple[int, ...]:
        share = 0.5 if number in late else in_time
        n = round(arrivals * (1 if equal else chance.uniform(0.4, 1.6)))
        came = (chance.uniform(150, 590) if chance.random() < share else chance.uniform(610, 1_500) for _ in range(n))
        return tuple(sorted(round(times * (400 if equal else each)) for each in came))

    def promise(share: float, n: int) -> Promise:
        few = Promise(None, n, is_told=True)
        return few if n < 10 else Promise(max(0, round(share * n)), n, is_told=True)

    found = response_computed.communities(
        tuple(Arrivals(area.code, arrived(number)) for number, area in enumerate(communities)
              if arrivals or number % 3 == 0)
    )  # fmt: skip
    n_times = 28 if step == 1 else 12
    shares = [in_time if equal else min(1.0, chance.gauss(in_time, 0.03)) for _ in range(n_times - 1)]
    days = [TODAY - timedelta(days=step * back) for back in range(n_times - 1, -1, -1)]
    past = tuple(zip(days, [promise(share, 40) for share in shares] + [promise(in_time, urgent)], strict=True))
    return Response(
        span=1 if step == 1 else 28,
        promise=promise(in_time, urgent),
        urgent=tuple(stage(URGENT, name, urgent) for name in STAGES[URGENT]),
        general=tuple(stage(GENERAL, name, general) for name in STAGES[GENERAL]),
        past=past[-1:] if no_past else past,
        step=step,
        communities=found,
        days=28 if step == 1 else 84,
    )  # fmt: skip


def length(of: str, stage: str, seconds: tuple[int, ...]) -> StageLength:
    """One stage's lengths as the store tells them: one by one up to 500."""
    n = len(seconds)
    middle, most = seconds[(n - 1) // 2], seconds[max(0, -(-n * 9 // 10) - 1)]
    return StageLength(0, of, stage, n, middle, most, seconds if n <= 500 else None)


def response_states() -> dict[str, tuple[Drawn, str]]:
    """The states of 时效 in which the scene must look right, and the language."""

    def made(wall: Wall, told: Response) -> Drawn:
        def drawn(looking: View, face: Face) -> Scene:
            back = (
                TODAY - (face.loaded_at or AT).astimezone(AT.tzinfo).date() if is_stale(looking, face) else timedelta()
            )
            past = tuple((day - back, promise) for day, promise in told.past)
            return response.made(looking, replace(told, past=past), replace(wall, loaded_at=face.loaded_at), face)

        return drawn

    usual = town(grids=0)
    slow = responded(usual, slower={"dispatch": 4.0}, late=(18, 24, 29))
    n_communities = {n: town(n, grids=0, streets=9 if n > 64 else 1) for n in (1, 6, 64, 65, 200)}
    names = town(40, grids=0, long_names=True)
    latin = town(40, grids=0, latin=True)
    districts = town(92, grids=0, streets=10)
    streets = [area.code for area in districts.areas if area.level == "street"]
    named = {code: f"{number} - {name}" for number, (code, name) in enumerate(zip(streets, DISTRICTS, strict=True), 1)}
    areas = tuple(replace(area, name=named.get(area.code, area.name)) for area in districts.areas)
    districts = replace(districts, areas=areas)
    none = Promise(None, 0, is_told=False)
    empty = responded(usual, urgent=0, general=0, arrivals=0, no_past=True)
    untold = replace(
        empty, promise=none, past=((TODAY, none),), communities=(),
        general=tuple(one for one in responded(usual).general if one.name != "arrival"),
    )  # fmt: skip
    busy = responded(usual, urgent=5_000, general=5_000, in_time=0.03, times=40, arrivals=900, late=range(40))
    return {
        "usual": (made(usual, responded(usual)), "zh"),
        "english": (made(usual, responded(usual)), "en"),
        "slow": (made(usual, slow), "zh"),
        "slow, english": (made(usual, slow), "en"),
        "all stages slow": (made(usual, responded(usual, slower=dict.fromkeys(LENGTHS, 6.0), in_time=0.4)), "en"),
        "busy": (made(usual, busy), "zh"),
        "busy, english": (made(usual, busy), "en"),
        "all equal": (made(usual, responded(usual, equal=True, in_time=1.0)), "zh"),
        "one community": (made(n_communities[1], responded(n_communities[1])), "zh"),
        "six communities": (made(n_communities[6], responded(n_communities[6], late=(2,))), "zh"),
        "sixty-four communities": (made(n_communities[64], responded(n_communities[64], late=(2, 60))), "en"),
        "sixty-five in nine streets": (made(n_communities[65], responded(n_communities[65], late=(2,))), "zh"),
        "two hundred communities": (made(n_communities[200], responded(n_communities[200], late=(7,))), "zh"),
        "two hundred in one street": (
            made(town(200, grids=0), responded(town(200, grids=0), arrivals=20)), "zh"),
        "long names": (made(names, responded(names, late=(3, 9, 21, 30))), "zh"),
        "long names, english": (made(names, responded(names, late=(3, 9, 21, 30))), "en"),
        "latin names": (made(latin, responded(latin, late=(3, 9))), "en"),
        "ten districts": (made(districts, responded(districts, in_time=0.6, step=7)), "zh"),
        "nobody came lately": (made(usual, replace(empty, span=28, communities=responded(usual).communities)), "zh"),
        "nobody came lately, english": (
            made(usual, replace(empty, span=28, communities=responded(usual).communities)), "en"),
        "few cases": (made(usual, responded(usual, urgent=6, general=8, arrivals=5)), "zh"),
        "few cases, english": (made(usual, responded(usual, urgent=6, general=8, arrivals=5)), "en"),
        "weeks": (made(usual, responded(usual, step=7)), "en"),
        "no days before": (made(usual, responded(usual, no_past=True)), "zh"),
        "no arrivals told": (made(usual, untold), "zh"),
        "no arrivals told, english": (made(usual, untold), "en"),
        "nothing today": (made(usual, empty), "zh"),
        "no areas": (made(replace(usual, areas=()), responded(usual)), "zh"),
    }  # fmt: skip


# ---------------------------------------------------------------- 资金


def ledger(
    n: int = 7,
    *,
    size: float = 1.0,
    asleep: int = 2,
    negative: bool = False,
    gap: Decimal = Decimal(0),
    names: Sequence[str] = FUNDS,
    moved: bool = True,
    committed: bool = True,
    inferred: bool = False,
    since: int = 0,
    between: int = 0,
) -> WallFunds:
    """A ledger of `n` funds with amounts `size` times the usual, the last `asleep` of them without any spending for a
    year and `since` months; `between`: what the first fund passed on to the second.
    """
    chance = random.Random(11)
    sources = ["resident", "merchant", "fair", "giveback", "online", "foundation", "match", "fiscal", "other"]
    sources = ["org_inferred", "group_inferred", "person_inferred"] if inferred else sources
    uses = ["meals", "home_adaptation", "hardship", "public_space", "education", "culture", "management"]
    positions, flows = [], []

    def money(most: float) -> Decimal:
        return Decimal(round(chance.uniform(0.2, 1) * most * size)).quantize(Decimal("0.01"))

    for number in range(n):
        sleeps = number >= n - asleep
        gave = {source: money(60_000) for source in chance.sample(sources, min(5, len(sources)))} if moved else {}
        spent = {use: money(40_000) for use in chance.sample(uses, 4)} if moved and not sleeps else {}
        gave = {} if sleeps else gave
        opening, income, expense = money(90_000), sum(gave.values(), Decimal(0)), sum(spent.values(), Decimal(0))
        if negative and number == 0:
            opening, expense = -opening, expense * 4
            spent = {use: amount * 4 for use, amount in spent.items()}
        flows += [_flow("income", number, code, amount) for code, amount in gave.items()]
        flows += [_flow("expense", number, code, amount) for code, amount in spent.items()]
        last = TODAY - timedelta(days=30 * (13 + since + number) if sleeps else 20 + 25 * (number % 9))
        positions.append(
            Position(
                fund_id=number, fund_code=f"F{number:02}",
                name=names[number % len(names)] + ("" if number < len(names) else f"（{number // len(names) + 1}）"),
                fund_kind="community", purpose=None, opened_on=date(2020, 1, 1), area_name=None, entries=40,
                first_on=date(2024, 1, 3), has_income=True, opening=opening, income=income, expense=expense,
                received=Decimal(between if number == 1 else 0), passed_on=Decimal(between if number == 0 else 0),
                closing=opening + income - expense + (gap - between if number == 0 else between if number == 1 else 0),
                committed=money(9_000) if committed and not sleeps else Decimal(0), last_charitable_on=last,
                opening_12m=opening, income_12m=income,
                self_generated_12m=sum((gave.get(code, Decimal(0)) for code in sources[:4]), Decimal(0)),
                charitable_12m=expense, untold_12m=income if inferred else Decimal(0),
            )
        )  # fmt: skip
    if between:
        flows.append(Flow("between", 0, 1, True, None, "", None, Decimal(between), 1))
    return WallFunds(tuple(positions), tuple(flows), None)


def _flow(side: str, fund: int, code: str, amount: Decimal) -> Flow:
    return Flow(side, fund, None, True, None, code, None, amount, 3)


def funds_states() -> dict[str, tuple[Drawn, str]]:
    """The states of 资金 in which the scene must look right, and the language."""

    def made(found: WallFunds) -> Drawn:
        def drawn(looking: View, face: Face) -> Scene | None:
            told = funds_computed.told(looking, replace(found, loaded_at=face.loaded_at), today=TODAY)
            return funds.made(looking, told, face) if told else None

        return drawn

    zh = tuple(f"第二人民医院东侧新村睦邻互助公益专项基金{sign}" for sign in "甲乙丙丁戊己庚")
    en = tuple(f"Foundation for Neighbours of the Second People's Hospital, East {sign}" for sign in "ABCDEFG")
    none = ledger(1, asleep=0)
    return {
        "usual": (made(ledger()), "zh"),
        "english": (made(ledger()), "en"),
        "none asleep": (made(ledger(asleep=0)), "zh"),
        "one fund": (made(ledger(1, asleep=0)), "zh"),
        "one fund that sleeps": (made(ledger(1, asleep=1)), "en"),
        "thirty funds": (made(ledger(30)), "zh"),
        "thirty asleep": (made(ledger(30, asleep=30)), "en"),
        "negative": (made(ledger(negative=True)), "zh"),
        "negative, english": (made(ledger(negative=True)), "en"),
        "between funds": (made(ledger(between=33_000)), "zh"),
        "between funds, english": (made(ledger(between=33_000, size=1_000)), "en"),
        "overdrawn": (made(ledger(1, asleep=0, negative=True)), "zh"),
        "asleep for fifteen years": (made(ledger(since=170)), "en"),
        "huge": (made(ledger(size=4e4)), "zh"),
        "huge, english": (made(ledger(size=4e4)), "en"),
        "cents": (made(ledger(size=0.0004)), "zh"),
        "a gap": (made(ledger(gap=Decimal("-12345.67"))), "zh"),
        "a huge gap, english": (made(ledger(size=4e4, gap=Decimal("-12345678.12"))), "en"),
        "long names": (made(ledger(names=zh)), "zh"),
        "long names, english": (made(ledger(names=en)), "en"),
        "nothing this year": (made(ledger(moved=False, asleep=0, committed=False)), "zh"),
        "sources inferred": (made(ledger(inferred=True, committed=False)), "zh"),
        "sources inferred, english": (made(ledger(inferred=True)), "en"),
        "no balance": (
            made(replace(none, positions=tuple(replace(one, has_income=False) for one in none.positions))), "zh"),
    }  # fmt: skip


# ---------------------------------------------------------------- 民生


def months_of(
    wall: Wall,
    *,
    cases: int = 12,
    solved: float = 0.91,
    content: float = 0.84,
    called: float = 0.78,
    last_content: float | None = None,
    low: Sequence[int] = (),
    months: Sequence[int] = range(13),
    unanswered: Sequence[int] = (),
    equal: bool = False,
) -> tuple[Part, ...]:
    """Closed months of every community: `cases` a month each; `months` count back from the last one (0).

    `low`: numbers of communities half as content as the others; `unanswered`: months of which nobody answered.
    """
    chance = random.Random(5)
    codes = [area.code for area in wall.areas if area.level == "community"]
    parts = []
    for back in months:
        month = date(2026 - (2 + back) // 12, 12 - (2 + back) % 12, 1)
        for number, code in enumerate(codes):
            n = cases if equal else max(1, round(chance.gauss(cases, 3)))
            shares = {"solved_rate": solved, "satisfaction_rate": content, "followup_coverage": called}
            if back == 0 and last_content is not None:
                shares["satisfaction_rate"] = last_content
            if number in low:
                shares["satisfaction_rate"] /= 2
            for kpi, share in shares.items():
                if kpi == "satisfaction_rate" and back in unanswered:
                    continue
                good = round(n * share) if equal else sum(chance.random() < share for _ in range(n))
                parts.append(Part(month, code, kpi, good, n))
    return tuple(parts)


def reached(n: int = 10, *, share: float | None = None, long: bool = False) -> tuple[Reached, ...]:
    """So many kinds of service, the first within reach of the fewest."""
    kinds = list(SERVICES.items())[:n]
    more = ("与家门口服务综合体", " and neighbourhood service complex") if long else ("", "")
    return tuple(
        Reached(code, zh + more[0], en + more[1], 36_000, round(36_000 * (0.08 + 0.1 * no if share is None else share)))
        for no, (code, (zh, en)) in enumerate(kinds)
    )


def life_states() -> dict[str, tuple[Drawn, str]]:
    """The states of 民生 in which the scene must look right, and the language."""

    def made(wall: Wall, parts: Sequence[Part], reach: Sequence[Reached] = ()) -> Drawn:
        told = life_computed.told(parts)
        if told is None:
            return lambda _looking, _face: None
        whole = replace(told, reach=tuple(reach))
        return lambda looking, face: life.made(looking, whole, wall, face)

    usual, services = town(grids=0), reached()
    areas = {n: town(n, grids=0, streets=9 if n > 64 else 1) for n in (1, 6, 64, 65, 200)}
    names = town(40, grids=0, long_names=True)
    fallen = months_of(usual, last_content=0.71, low=(4, 17, 30, 31))
    worst = months_of(usual, cases=130, solved=0.0, content=0.0, called=0.0)
    return {
        "usual": (made(usual, months_of(usual), services), "zh"),
        "english": (made(usual, months_of(usual), services), "en"),
        "fallen": (made(usual, fallen, services), "zh"),
        "fallen, english": (made(usual, fallen, services), "en"),
        "worst": (made(usual, worst, reached(share=0.0)), "zh"),
        "best": (made(usual, months_of(usual, solved=1, content=1, called=1), reached(share=1.0)), "zh"),
        "all equal": (made(usual, months_of(usual, equal=True), reached(share=0.5)), "en"),
        "one community": (made(areas[1], months_of(areas[1], cases=40), services), "zh"),
        "six communities": (made(areas[6], months_of(areas[6], low=(1,)), services), "zh"),
        "sixty-four communities": (made(areas[64], months_of(areas[64], low=(1, 60)), services), "en"),
        "sixty-five in nine streets": (made(areas[65], months_of(areas[65], low=(1,)), services), "zh"),
        "two hundred communities": (made(areas[200], months_of(areas[200], low=(1,)), services), "zh"),
        "long names": (made(names, months_of(names, low=(4, 17, 30, 31)), reached(long=True)), "zh"),
        "long names, english": (made(names, months_of(names, low=(4, 17, 30, 31)), reached(long=True)), "en"),
        "few cases": (made(areas[6], months_of(areas[6], cases=1), services), "zh"),
        "few cases, english": (made(areas[6], months_of(areas[6], cases=1), services), "en"),
        "months without answers": (made(usual, months_of(usual, unanswered=(2, 3, 7, 8)), services), "zh"),
        "months missing": (made(usual, months_of(usual, months=(0, 1, 5, 6, 12)), services), "zh"),
        "nobody answered lately": (made(usual, months_of(usual, unanswered=(0, 1, 2)), services), "zh"),
        "nobody ever answered": (made(usual, months_of(usual, unanswered=range(13)), services), "zh"),
        "first month": (made(usual, months_of(usual, months=(0,)), services), "zh"),
        "an old month": (made(usual, months_of(usual, months=range(11, 24)), services), "zh"),
        "no services": (made(usual, months_of(usual)), "zh"),
        "one service": (made(usual, months_of(usual), reached(1)), "zh"),
        "no areas": (made(replace(usual, areas=()), months_of(usual), services), "zh"),
        "no data at all": (made(usual, ()), "zh"),
    }  # fmt: skip


# ---------------------------------------------------------------- the page


def page(drawn: Drawn, lang: str = "zh", *, down: bool = False, loaded_at: datetime | None = None) -> str | None:
    """The whole page as HTML; None where the scene cannot be made."""
    looking = view(lang)
    loaded_at = loaded_at or AT - timedelta(seconds=8)
    face = Face(Clock(AT), AT - timedelta(minutes=14) if down else None, loaded_at, is_simulated=True)
    scene = drawn(looking, face)
    return written(frame.screen(looking, scene, face, plan=plan(), way_back=False), lang) if scene else None

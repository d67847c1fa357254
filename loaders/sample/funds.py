"""The funds of the sample street and their ledger.

Guards one invariant: no fund ever spends what it does not have, and nobody but organisations and groups is named.
"""

from calendar import monthrange
from collections import Counter
from dataclasses import dataclass, replace
from datetime import date, timedelta

import polars as pl
from numpy.random import Generator, default_rng

from loaders.sample.days import months, months_before
from loaders.sample.plan import Plan
from loaders.sample.settings import Flow, Fund

_OUT = ("expense", "transfer")
_RESERVE_FEN = 3_000_00
_MISBOOKED = 4
_STREAM = 5


@dataclass(frozen=True)
class Entry:
    """One movement of money in fen, not yet numbered; `counterpart` is payer, payee or receiving fund."""

    day: date
    fund: Fund
    kind: str
    subject: str
    counterpart: str
    project: str
    area: str
    fen: int
    note: str = ""
    corrects: int | None = None


def fund_table(plan: Plan, funds: tuple[Fund, ...], street_code: str) -> pl.DataFrame:
    """One row is one fund under the headings of the standard file."""
    return pl.DataFrame(
        {
            "基金编号": [fund.code for fund in funds],
            "基金名称": [fund.name for fund in funds],
            "基金类型": [fund.kind for fund in funds],
            "设立日期": [fund.opened_on for fund in funds],
            "所属区域代码": [_area(plan, fund.area, street_code) for fund in funds],
            "用途": [fund.purpose for fund in funds],
        }
    )


def opened_by(funds: tuple[Fund, ...], day: date) -> tuple[Fund, ...]:
    """The funds that exist on `day`."""
    return tuple(fund for fund in funds if date.fromisoformat(fund.opened_on) <= day)


def ledger_table(
    plan: Plan, funds: tuple[Fund, ...], *, street_code: str, first: date, last: date, seed: int
) -> pl.DataFrame:
    """One row is one voucher of [first, last], ordered by day, under the headings of the standard file."""
    entries = _affordable(_planned(funds, first, last, seed), funds, first)
    vouchers = _vouchers(entries)
    corrects = [None if entry.corrects is None else vouchers[entry.corrects] for entry in entries]
    return pl.DataFrame(
        [_row(entry, plan, street_code) for entry in entries], schema=dict.fromkeys(_HEADINGS, pl.String)
    ).select(pl.Series("凭证号", vouchers), pl.all().exclude("说明"), pl.Series("更正凭证号", corrects), "说明")


_HEADINGS = (
    "基金编号", "日期", "类型", "来源类别", "付款方", "收款方", "用途类别", "项目", "服务区域代码", "金额", "说明",
)  # fmt: skip


def _row(entry: Entry, plan: Plan, street_code: str) -> dict[str, str | None]:
    """The entry under its headings; income has a source and a payer, all that goes out a use, a payee and an area."""
    came, went = entry.kind == "income", entry.kind in (*_OUT, "committed")
    return {
        "基金编号": entry.fund.code,
        "日期": entry.day.isoformat(),
        "类型": entry.kind,
        "来源类别": entry.subject if came else None,
        "付款方": entry.counterpart if came else None,
        "收款方": entry.counterpart if went else None,
        "用途类别": entry.subject if went else None,
        "项目": entry.project or None,
        "服务区域代码": _area(plan, entry.area, street_code) if went else None,
        "金额": f"{entry.fen // 100}.{entry.fen % 100:02d}",
        "说明": entry.note or None,
    }


def _vouchers(entries: list[Entry]) -> list[str]:
    """QC, year and fund for an opening; PZ, month and the number of the month for all others."""
    used: Counter[str] = Counter()
    vouchers = []
    for entry in entries:
        month = f"{entry.day:%Y%m}"
        used[month] += entry.kind != "opening"
        opening = f"QC{entry.day:%Y}-{entry.fund.code}"
        vouchers.append(opening if entry.kind == "opening" else f"PZ{month}-{used[month]:03d}")
    return vouchers


def _area(plan: Plan, name: str, street_code: str) -> str:
    return plan.communities.codes[plan.short_names.index(name)] if name else street_code


def _planned(funds: tuple[Fund, ...], first: date, last: date, seed: int) -> list[Entry]:
    """What the flows of all funds would move in [first, last], by day; a sleeping fund's spending has stopped."""
    entries = []
    for number, fund in enumerate(funds):
        last_spent = _fell_asleep(fund, last)
        for place, flow in enumerate(fund.flows):
            until = last if flow.kind == "income" else last_spent
            for month in months(first, last):
                rng = default_rng([seed, _STREAM, number, place, month.year, month.month])
                entry = _occurrence(fund, flow, month, rng)
                if entry and first <= entry.day <= until:
                    entries.append(entry)
    return sorted(entries, key=lambda entry: (entry.day, entry.fund.code, entry.kind, entry.subject))


def _fell_asleep(fund: Fund, today: date) -> date:
    """The last day on which a fund spends: months before the half-year began, so that it holds for half a year."""
    half = today.replace(month=1 if today.month < 7 else 7, day=1)
    return months_before(half, fund.asleep_months) if fund.asleep_months else today


def _occurrence(fund: Fund, flow: Flow, month: date, rng: Generator) -> Entry | None:
    """The flow in one month, on a working day; None if it does not happen in that month of the year."""
    if month.month not in flow.months:
        return None
    share, lot, spot = rng.random(3)
    day = month.replace(day=1 + int(lot * (monthrange(month.year, month.month)[1] - 3)))
    day += timedelta(days=(0, 0, 0, 0, 0, 2, 1)[day.weekday()])
    low, high = flow.amount
    yuan = low + (high - low) * share
    fen = round(yuan * 100) if flow.kind == "income" and high > low else round(yuan) * 100
    area = flow.areas[int(spot * len(flow.areas))] if flow.areas else fund.area
    return Entry(day, fund, flow.kind, flow.subject, flow.party, flow.project, area, fen)


def _affordable(planned: list[Entry], funds: tuple[Fund, ...], first: date) -> list[Entry]:
    """The openings, then every planned entry that its fund can pay at that moment and keep its reserve."""
    balance = {fund.code: round(fund.opening * 100) for fund in funds}
    kept = [Entry(first, fund, "opening", "", "", "", fund.area, balance[fund.code], "期初结转") for fund in funds]
    spent: list[int] = []
    for entry in planned:
        code = entry.fund.code
        if entry.kind in _OUT and balance[code] - entry.fen < _RESERVE_FEN:
            continue
        balance[code] += entry.fen if entry.kind == "income" else -entry.fen if entry.kind in _OUT else 0
        if entry.kind == "transfer":
            balance[entry.counterpart] += entry.fen
        kept.append(entry)
        if entry.kind == "expense" and not entry.fund.asleep_months:
            spent.append(len(kept) - 1)
            if len(spent) == _MISBOOKED:
                kept.append(_supplement(kept[spent[0]], spent[0], entry.day))
    return kept


def _supplement(wrong: Entry, number: int, found_on: date) -> Entry:
    """The correction of a voucher that was booked 60 yuan too low, out of the fund's reserve."""
    return replace(wrong, day=found_on, fen=60_00, note="补记少计的 60.00 元", corrects=number)

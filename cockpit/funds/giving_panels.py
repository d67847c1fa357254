"""The panels about gifts: what was received by kind of giver, the publisher's totals beside the entries.

Invariant: a difference to what the publisher states is printed to the cent, not smoothed away.
"""

from contextlib import suppress
from decimal import Decimal
from itertools import pairwise

from cockpit import formats
from cockpit.funds import giving_computed as asking
from cockpit.funds.computed import FundsView
from cockpit.funds.words import Scale, currency_word, exact, gap_words, last_gap, scale, short
from cockpit.markup import attributes, esc
from cockpit.panels import Empty
from cockpit.picture import picture
from config.money import kinds
from geo.errors import StoreUnavailable
from geo.giving import PublishedDay, Received


def draw_received(funds: FundsView) -> Empty | None:
    """What came in, in one figure, and why there is no balance."""
    found = asking.received(funds)
    if not found:
        return Empty(funds.view.tr("funds.no_entries"))
    picture(_received_markup(funds, found[-1]), key="funds_received")
    return None


def _received_markup(funds: FundsView, whole: Received) -> str:
    tr = funds.view.tr
    figure, _, unit = short(funds, whole.amount).partition(" ")
    told = tr("funds.received_notes", n=formats.number(whole.entries), median=short(funds, whole.median),
              largest=short(funds, whole.largest))  # fmt: skip
    small = f"<small>{esc(unit)}</small>" if unit else ""
    tip = esc(exact(funds, whole.amount))
    return (
        f'<div class="f-figures"><div class="f-main"><div class="f-big figure" data-tip="{tip}">'
        f'{esc(figure)}{small}</div><div class="i2">{esc(told)}</div></div></div>'
        f'<p class="f-none">{esc(tr("funds.no_outflow_short"))}</p><p class="i2">{esc(tr("funds.no_outflow_why"))}</p>'
    )


def has_kinds(funds: FundsView) -> bool:
    """Whether the gifts are shown by kind of giver: where no balance can be."""
    return not funds.states_outflow


def draw_kinds(funds: FundsView) -> Empty | None:
    """The gifts by kind of giver: how many, how much, the share as a bar, the median and the largest."""
    found = asking.received(funds)
    if not found:
        return Empty(funds.view.tr("funds.no_entries"))
    picture(_kinds_markup(funds, found), key="funds_kinds")
    return None


def _kinds_markup(funds: FundsView, found: tuple[Received, ...]) -> str:
    tr, whole, unit = funds.view.tr, found[-1], scale(funds)
    names = ("kind", "entries", "amount", "share", "median", "largest")
    heads = "".join(
        f"<th{attributes(class_='num' if name != 'kind' else None)}>{esc(tr(f'funds.giver_{name}'))}</th>"
        for name in names
    )
    body = "".join(_kind_row(funds, one, whole, unit) for one in found)
    foot = ""
    if {one.code for one in found} & set(kinds().inferred):
        foot = f'<p class="f-foot">{esc(tr("funds.inferred_note"))}</p>'
    return f'<table class="f-givers"><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>{foot}'


def _kind_row(funds: FundsView, one: Received, whole: Received, unit: Scale) -> str:
    share = float(one.amount / whole.amount) if whole.amount else 0.0
    name = funds.view.tr("funds.giver_all") if one.is_all else (
        kinds().name(one.code, funds.view.lang) if one.code else funds.view.tr("funds.unknown_source")
    )  # fmt: skip
    cells = (
        formats.number(one.entries), unit.figure(one.amount), formats.share(share), short(funds, one.median),
        short(funds, one.largest),
    )  # fmt: skip
    numbers = "".join(f'<td class="num">{esc(cell)}</td>' for cell in cells)
    tip = exact(funds, one.amount)
    return f"<tr{attributes(class_='f-all' if one.is_all else None, data_tip=tip)}><td>{esc(name)}</td>{numbers}</tr>"


# ---------------------------------------------------------------- the publisher's totals


def has_published(funds: FundsView) -> bool:
    """Whether a publisher states totals of the window; False while the store does not answer."""
    with suppress(StoreUnavailable):
        return bool(asking.published(funds))
    return False


def published_unit(funds: FundsView) -> str:
    """Who states them, and the unit."""
    sources = dict.fromkeys(day.source for day in asking.published(funds))
    return " · ".join([*sources, scale(funds).unit])


def draw_published(funds: FundsView) -> Empty | None:
    """The publisher's totals day by day beside what the entries add up to, and the difference."""
    found = asking.published(funds)
    picture(_published_markup(funds, found), key="funds_published")
    return None


def _published_markup(funds: FundsView, found: tuple[PublishedDay, ...]) -> str:
    tr, unit, last = funds.view.tr, scale(funds), last_gap(found)
    joint = " " if funds.view.lang == "en" else ""
    said = joint.join([gap_words(funds, last, key="published"), *_of_days(funds, found, last)]) if last else ""
    head = f'<p class="f-said">{esc(said)}</p>' if said else ""
    money = currency_word(funds.view.site.currency, funds.view.lang)
    names = ("day", "counted_day", "stated_day", "counted", "stated", "difference", "share")
    titles = {name: esc(tr(f"funds.published_{name}", currency=money)) for name in names}
    heads = "".join(
        f"<th{attributes(class_='num' if name != 'day' else None)}>{title}</th>" for name, title in titles.items()
    )
    most = max((_share(day) for day in found), default=0.0)
    body = "".join(_published_row(funds, day, unit, most) for day in found)
    table = f'<table class="f-published"><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>'
    told = [tr("funds.published_note")]
    told += [
        tr("funds.published_falls", day=formats.full_day(day.through_on, funds.view.lang)) for day in _falls(found)
    ]
    return f'{head}<div class="scroll">{table}</div><p class="f-foot">{esc(joint.join(told))}</p>'


def _of_days(funds: FundsView, found: tuple[PublishedDay, ...], last: PublishedDay) -> list[str]:
    """How much of the difference lies in the days of which the publisher states a figure of their own."""
    told = [day for day in found if day.money_day is not None and day.source == last.source]
    difference = sum((day.counted_day - (day.money_day or Decimal(0)) for day in told), Decimal(0))
    if not told or not difference:
        return []
    side = funds.view.tr(f"funds.published_side_{'less' if difference < 0 else 'more'}")
    return [funds.view.tr("funds.published_days", n=len(told), amount=exact(funds, abs(difference)), side=side)]


def _share(day: PublishedDay) -> float:
    return float(abs(day.counted_total - day.money_total) / day.money_total) if day.money_total else 0.0


def _falls(found: tuple[PublishedDay, ...]) -> list[PublishedDay]:
    """The days whose stated total is smaller than the one before, which a total from the beginning cannot be."""
    stated = [day for day in found if day.money_total is not None]
    return [after for before, after in pairwise(stated) if (after.money_total or 0) < (before.money_total or 0)]


def _published_row(funds: FundsView, day: PublishedDay, unit: Scale, most: float) -> str:
    tr = funds.view.tr
    no_data = tr("funds.no_data")
    counted_day = no_data if day.is_missing else unit.figure(day.counted_day)
    stated = [no_data if amount is None else unit.figure(amount) for amount in (day.money_day, day.money_total)]
    cells = [counted_day, stated[0], unit.figure(day.counted_total), stated[1]]
    tip = ""
    if day.money_total is not None:
        difference = day.counted_total - day.money_total
        cells.append(
            f"+{formats.number(difference, digits=2)}" if difference > 0 else formats.number(difference, digits=2)
        )
        tip = tr("funds.published_tip", counted=exact(funds, day.counted_total), stated=exact(funds, day.money_total),
                 amount=exact(funds, difference), n=formats.number(day.entries))  # fmt: skip
    else:
        cells.append("")
    tones = ["num i3" if cell == no_data else "num" for cell in cells]
    numbers = "".join(f'<td class="{tone}">{esc(cell)}</td>' for tone, cell in zip(tones, cells, strict=True))
    shown = formats.full_day(day.through_on, funds.view.lang)
    return f'<tr data-tip="{esc(tip)}"><td class="n">{esc(shown)}</td>{numbers}{_bar(day, most)}</tr>'


def _bar(day: PublishedDay, most: float) -> str:
    """The difference as a share of what is stated, a bar from zero with its number."""
    if day.money_total is None or not most:
        return "<td></td>"
    share = _share(day)
    sign = formats.MINUS if day.counted_total < day.money_total else "+" if share else ""
    return (
        f'<td class="f-gap num"><i style="width:{round(56 * share / most)}px"></i>'
        f"<span>{esc(sign + formats.share(share))}</span></td>"
    )

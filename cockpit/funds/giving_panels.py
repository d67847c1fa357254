"""The panels about gifts: what was received by kind of giver, the publisher's totals beside the entries, goods.

Invariant: a difference to what the publisher states is printed, not smoothed away; goods stand in their own units, and
what they are said to be worth stands apart from money.
"""

from contextlib import suppress
from decimal import Decimal

from cockpit import formats
from cockpit.funds import giving_computed as asking
from cockpit.funds.computed import FundsView
from cockpit.funds.words import Scale, exact, gap_words, last_gap, scale, short
from cockpit.markup import attributes, esc
from cockpit.panels import Empty
from cockpit.picture import picture
from config.money import kinds
from geo.errors import StoreUnavailable
from geo.giving import Goods, GoodsItem, PublishedDay, Received


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
    return (
        f'<div class="f-figures"><div class="f-main"><div class="f-big figure" data-tip="{esc(exact(funds, whole.amount))}">'
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


def has_goods(funds: FundsView) -> bool:
    """Whether there are goods in the window; False while the store does not answer."""
    with suppress(StoreUnavailable):
        return bool(asking.goods(funds).items)
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
    head = f'<p class="f-said">{esc(gap_words(funds, last, key="published"))}</p>' if last else ""
    names = ("day", "counted_day", "stated_day", "counted", "stated", "difference", "share")
    heads = "".join(
        f"<th{attributes(class_='num' if name != 'day' else None)}>{esc(tr(f'funds.published_{name}'))}</th>"
        for name in names
    )
    most = max((_share(day) for day in found), default=0.0)
    body = "".join(_published_row(funds, day, unit, most) for day in found)
    table = f'<table class="f-published"><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>'
    told = [tr("funds.published_note")]
    told += [
        tr("funds.published_falls", day=formats.full_day(day.through_on, funds.view.lang)) for day in _falls(found)
    ]
    joint = " " if funds.view.lang == "en" else ""
    return f'{head}<div class="scroll">{table}</div><p class="f-foot">{esc(joint.join(told))}</p>'


def _share(day: PublishedDay) -> float:
    return float(abs(day.counted_total - day.money_total) / day.money_total) if day.money_total else 0.0


def _falls(found: tuple[PublishedDay, ...]) -> list[PublishedDay]:
    """The days whose stated total is smaller than the one before, which a total from the beginning cannot be."""
    stated = [day for day in found if day.money_total is not None]
    pairs = zip(stated, stated[1:], strict=False)
    return [after for before, after in pairs if (after.money_total or 0) < (before.money_total or 0)]


def _published_row(funds: FundsView, day: PublishedDay, unit: Scale, most: float) -> str:
    tr = funds.view.tr
    no_data = tr("funds.no_data")
    counted_day = no_data if day.is_missing else unit.figure(day.counted_day)
    cells = [counted_day, _figure(unit, day.money_day), unit.figure(day.counted_total), _figure(unit, day.money_total)]
    tip = ""
    if day.money_total is not None:
        difference = day.counted_total - day.money_total
        cells.append(unit.signed(difference))
        tip = tr("funds.published_tip", counted=exact(funds, day.counted_total), stated=exact(funds, day.money_total),
                 amount=exact(funds, difference), n=formats.number(day.entries))  # fmt: skip
    else:
        cells.append("")
    numbers = "".join(
        f"<td{attributes(class_='num i3' if cell == no_data else 'num')}>{esc(cell)}</td>" for cell in cells
    )
    shown = formats.full_day(day.through_on, funds.view.lang)
    return f'<tr data-tip="{esc(tip)}"><td class="n">{esc(shown)}</td>{numbers}{_bar(day, most)}</tr>'


def _figure(unit: Scale, amount: Decimal | None) -> str:
    return "" if amount is None else unit.figure(amount)


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


# ---------------------------------------------------------------- goods


def goods_unit(funds: FundsView) -> str:
    """How many lots, each in its own unit."""
    found = asking.goods(funds)
    return funds.view.tr("funds.goods_unit", n=formats.number(found.lots))


def draw_goods(funds: FundsView) -> Empty | None:
    """The goods by item and unit; what they are said to be worth stands apart."""
    picture(_goods_markup(funds, asking.goods(funds)), key="funds_goods")
    return None


def _goods_markup(funds: FundsView, found: Goods) -> str:
    tr, directions = funds.view.tr, {item.direction for item in found.items}
    names = ["item", "quantity", "unit", "spec", "lots", "recipient", "value"]
    if all(item.spec is None for item in found.items):
        names.remove("spec")
    if all(item.stated_value is None for item in found.items):
        names.remove("value")
    if len(directions) > 1:
        names.insert(0, "direction")
    right = {"quantity", "lots", "value"}
    heads = "".join(
        f"<th{attributes(class_='num' if name in right else None)}>{esc(tr(f'funds.goods_{name}'))}</th>"
        for name in names
    )
    body = "".join(_goods_row(funds, item, names, right) for item in found.items)
    return f'<div class="scroll"><table class="f-goods"><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table></div>{_goods_foot(funds, found)}'


def _goods_row(funds: FundsView, item: GoodsItem, names: list[str], right: set[str]) -> str:
    words = _goods_words(funds, item)
    written = []
    for name in names:
        css = "num" if name in right else "f-text" if name in ("item", "recipient", "spec") else "n"
        is_unknown = name == "quantity" and item.quantity is None
        tip = words[name] if css == "f-text" and len(words[name]) > 14 else None
        written.append(
            f"<td{attributes(class_=css + (' i3' if is_unknown else ''), data_tip=tip)}>{esc(words[name])}</td>"
        )
    return f"<tr>{''.join(written)}</tr>"


def _goods_words(funds: FundsView, item: GoodsItem) -> dict[str, str]:
    tr = funds.view.tr
    if item.quantity is None:
        quantity = tr("funds.goods_unknown")
    else:
        digits = max(0, -int(item.quantity.normalize().as_tuple().exponent))
        quantity = formats.number(item.quantity, digits=digits)
        quantity += f" {tr('funds.goods_part', n=item.unknown)}" if item.unknown else ""
    several = tr("funds.goods_recipients", n=item.recipients)
    return {
        "direction": tr(f"funds.goods_{item.direction}"), "item": item.item, "quantity": quantity, "unit": item.unit or "",
        "spec": item.spec or "", "lots": formats.number(item.lots),
        "recipient": several if item.recipients > 1 else item.recipient or "",
        "value": short(funds, item.stated_value) if item.stated_value is not None else "",
    }  # fmt: skip


def _goods_foot(funds: FundsView, found: Goods) -> str:
    tr, view = funds.view.tr, funds.view
    told = [tr("funds.goods_note")]
    if found.valued is not None:
        told.append(tr("funds.goods_valued", amount=short(funds, found.valued)))
    joint = " " if view.lang == "en" else ""
    left = found.found - len(found.items)
    more = ""
    if left or view.option("goods", ("", "all")):
        link = esc(view.link({"goods": "all" if left else None}))
        label = tr("funds.goods_all", n=formats.number(left)) if left else tr("funds.goods_fewer")
        more = f' <a href="{link}" data-go="{link}">{esc(label)}</a>'
    return f'<p class="f-foot">{esc(joint.join(told))}{more}</p>'

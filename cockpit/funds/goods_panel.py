"""The panel of goods: by item and unit, never a sum over units; what they are said to be worth stands apart.

Invariant: a quantity is never shown without its unit, and goods enter no figure of money.
"""

from contextlib import suppress

from cockpit import formats
from cockpit.funds import giving_computed as asking
from cockpit.funds.computed import FundsView
from cockpit.funds.words import short
from cockpit.markup import attributes, esc
from cockpit.panels import Empty
from cockpit.picture import picture
from geo.errors import StoreUnavailable
from geo.giving import Goods, GoodsItem


def has_goods(funds: FundsView) -> bool:
    """Whether there are goods in the window; False while the store does not answer."""
    with suppress(StoreUnavailable):
        return bool(asking.goods(funds).items)
    return False


def unit(funds: FundsView) -> str:
    """How many lots, each in its own unit."""
    found = asking.goods(funds)
    key = "funds.goods_panel_undated" if found.undated else "funds.goods_panel_unit"
    return funds.view.tr(key, n=formats.number(found.lots), undated=formats.number(found.undated))


def draw_goods(funds: FundsView) -> Empty | None:
    """The goods by item and unit; what they are said to be worth stands apart."""
    picture(_markup(funds, asking.goods(funds)), key="funds_goods")
    return None


def _markup(funds: FundsView, found: Goods) -> str:
    tr, directions = funds.view.tr, {item.direction for item in found.items}
    names = ["item", "quantity", "unit", "spec", "lots", "recipient", "value", "source"]
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
    body = "".join(_row(funds, item, names, right) for item in found.items)
    table = f'<table class="f-goods"><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>'
    return f'<div class="scroll">{table}</div>{_foot(funds, found)}'


def _row(funds: FundsView, item: GoodsItem, names: list[str], right: set[str]) -> str:
    words = _words(funds, item)
    written = []
    for name in names:
        css = "num" if name in right else "f-text" if name in ("item", "recipient", "spec", "source") else "n"
        is_unknown = name == "quantity" and item.quantity is None
        tip = words[name] if css == "f-text" and len(words[name]) > 14 else None
        written.append(
            f"<td{attributes(class_=css + (' i3' if is_unknown else ''), data_tip=tip)}>{esc(words[name])}</td>"
        )
    return f"<tr>{''.join(written)}</tr>"


def _words(funds: FundsView, item: GoodsItem) -> dict[str, str]:
    tr = funds.view.tr
    if item.quantity is None:
        quantity = tr("funds.goods_unknown")
    else:
        digits = max(0, -int(item.quantity.normalize().as_tuple().exponent))
        quantity = formats.number(item.quantity, digits=digits)
        quantity += f" {tr('funds.goods_part', n=item.unknown)}" if item.unknown else ""
    several = tr("funds.goods_recipients", n=item.recipients)
    return {
        "source": item.source, "direction": tr(f"funds.goods_{item.direction}"), "item": item.item,
        "quantity": quantity, "unit": item.unit or "", "spec": item.spec or "", "lots": formats.number(item.lots),
        "recipient": several if item.recipients > 1 else item.recipient or "",
        "value": short(funds, item.stated_value) if item.stated_value is not None else "",
    }  # fmt: skip


def _foot(funds: FundsView, found: Goods) -> str:
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

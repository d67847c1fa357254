"""The words of the money page: amounts on one scale, the sentence on top, names of the nodes of the Sankey.

Invariant: plain text comes out (markup escapes it); an amount is never shown without its unit or a title that has it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from cockpit import formats
from cockpit.funds import giving_computed as giving
from cockpit.funds import money_flow
from cockpit.funds.computed import FundsView
from cockpit.funds.money import Summary
from cockpit.funds.money_flow import Knot
from config import messages
from config.money import kinds
from geo.giving import PublishedDay
from geo.money import FLOWS, FUNDS, Book, Payment

UNKNOWN = {"source": "unknown_source", "use": "unknown_use", "area": "unknown_area", "payee": "unknown_payee",
           "payer": "unknown_payer", "fund": "unknown_fund"}  # fmt: skip
RESTS = {"fund": "rest_fund", "payee": "rest_payee", "payer": "rest_payer", "area": "rest_area"}
NAMED_CURRENCIES = ("CNY", "USD", "EUR")


@dataclass(frozen=True, slots=True)
class Scale:
    """One unit for all amounts of a chart: 万元, 元, CN¥ thousand, $ million."""

    divisor: Decimal
    digits: int
    unit: str

    def figure(self, amount: Decimal) -> str:
        """The amount in this unit, without it; what would round to zero keeps one more digit or says <."""
        scaled = amount / self.divisor
        least = Decimal(1).scaleb(-self.digits)
        if amount and abs(scaled) < least / 2:
            return f"<{least}"
        return formats.number(scaled, digits=self.digits)

    def signed(self, amount: Decimal) -> str:
        """The amount with its sign, also plus."""
        return f"+{self.figure(amount)}" if amount > 0 else self.figure(amount)


def scale(funds: FundsView) -> Scale:
    """The one scale of the page, in which amounts of its size read well."""
    return scale_of(funds.size, currency=funds.view.site.currency, lang=funds.view.lang)


def scale_of(size: Decimal, *, currency: str, lang: str) -> Scale:
    """The scale in which an amount of this size reads well."""

    def made(divisor: int, digits: int, unit: str) -> Scale:
        return Scale(
            Decimal(divisor), digits, messages.tr(f"funds.unit_{unit}", lang, currency=currency_word(currency, lang))
        )

    if size < 100_000:
        return made(1, 0, "one")
    if lang == "zh":
        return made(10_000, 0 if size >= 10**9 else 1, "wan")
    return made(1_000, 1 if size < 10**7 else 0, "thousand") if size < 10**8 else made(1_000_000, 1, "million")


def currency_word(currency: str, lang: str) -> str:
    """The word for the site's currency, its code (ISO 4217) where the catalogue has none."""
    return messages.tr(f"funds.currency_{currency}", lang) if currency in NAMED_CURRENCIES else currency


def short(funds: FundsView, amount: Decimal) -> str:
    """An amount for a sentence: 96.7 万元."""
    return formats.money_short(amount, currency=funds.view.site.currency, lang=funds.view.lang)


def exact(funds: FundsView, amount: Decimal) -> str:
    """An amount to the cent: 967,214.00 元."""
    return formats.money(amount, currency=funds.view.site.currency, lang=funds.view.lang)


def period(funds: FundsView) -> str:
    """The days of the window, up to the last that has come."""
    end = min(funds.window.end, funds.scope.today.fromordinal(funds.scope.today.toordinal() + 1))
    return formats.period(funds.window.start, max(end, funds.window.start), funds.view.lang)


def period_and_unit(funds: FundsView) -> str:
    """The window and the unit of its amounts, for a title."""
    return funds.view.tr("funds.flow_unit", period=period(funds), unit=scale(funds).unit)


def spoken_period(funds: FundsView) -> str:
    """The window in a sentence: 今年, or its days."""
    return funds.view.tr("funds.this_year") if funds.window.name == "year" else period(funds)


def fund_head(funds: FundsView, found: Summary) -> tuple[str, str, str | None]:
    """Sentence, second line and level mark for funds: sleeping funds, what came and went, whether accounts agree."""
    tr = funds.view.tr
    if not found.with_balance and found.income_only:
        return _income_head(funds)
    if not found.with_balance:
        spent = sum((holding.position.expense for holding in found.holdings), Decimal(0))
        return (
            tr("funds.no_balance_sentence", amount=short(funds, spent)),
            tr("funds.no_balance_lead", period=period(funds)),
            None,
        )
    agree = tr("funds.match") if not found.gap else tr("funds.no_match", amount=exact(funds, abs(found.gap)))
    parts = {
        "period": spoken_period(funds),
        "income": short(funds, found.income),
        "expense": short(funds, found.expense),
        "match": agree,
    }
    if not found.asleep:
        return tr("funds.awake", amount=short(funds, found.closing)), tr("funds.lead_funds_awake", **parts), None
    months = kinds().idle.sleep_months
    amount = short(funds, found.asleep_balance)
    key = "funds.sleep_year" if months == 12 else "funds.sleep_months"
    names = (", " if funds.view.lang == "en" else "、").join(holding.position.name for holding in found.asleep[:2])
    if len(found.asleep) > 2:
        names = tr("funds.more_funds", names=names, n=len(found.asleep))
    sentence = tr(key, n=len(found.asleep), months=months, amount=amount)
    return sentence, tr("funds.lead_funds", names=names, **parts), "blue"


def _income_head(funds: FundsView) -> tuple[str, str, None]:
    """Sentence and second line where only income is published: how many gifts, what counts once, the publisher."""
    tr, found = funds.view.tr, giving.received(funds)
    if not found:
        return nothing_head(funds, funds.book) if funds.book else (tr("funds.nothing_sentence"), "", None)
    sentence = tr("funds.received_sentence", n=formats.number(found[-1].entries), amount=short(funds, found[-1].amount))
    parts = [period(funds)]
    twice, stated = giving.repeats(funds), giving.published(funds)
    if twice.entries:
        parts.append(tr("funds.repeated_lead", n=formats.number(twice.entries)))
    if (gap := last_gap(stated)) is not None:
        parts.append(gap_words(funds, gap, key="lead_gap"))
    return sentence, (", " if funds.view.lang == "en" else "；").join(parts), None


def last_gap(stated: Sequence[PublishedDay]) -> PublishedDay | None:
    """The last day of which the publisher states a total of money."""
    return next((day for day in reversed(stated) if day.money_total), None)


def gap_words(funds: FundsView, day: PublishedDay, *, key: str) -> str:
    """By how much the entries differ from the publisher's total through a day; `key`: the sentence, without its end."""
    total = day.money_total or Decimal(0)
    difference = day.counted_total - total
    side = "less" if difference < 0 else "more" if difference else "same"
    return funds.view.tr(
        f"funds.{key}_{side}", day=formats.full_day(day.through_on, funds.view.lang), stated=short(funds, total),
        counted=short(funds, day.counted_total), amount=exact(funds, abs(difference)),
        short=short(funds, abs(difference)), share=formats.share(float(abs(difference) / total)) if total else "",
    )  # fmt: skip


def payment_head(funds: FundsView, found: Sequence[Payment]) -> tuple[str, str, None]:
    """Sentence and second line for a book without balances: how many, how much, who pays most, where entries end."""
    tr = funds.view.tr
    total = sum((payment.amount for payment in found), Decimal(0))
    payers: dict[str, Decimal] = {}
    for payment in found:
        payers[payment.payer_key or ""] = payers.get(payment.payer_key or "", Decimal(0)) + payment.amount
    names = {payment.payer_key or "": payment.payer for payment in found}
    largest = max(payers, key=lambda key: (payers[key], key))
    key = "funds.flows_sentence" if funds.scope.book == FLOWS else "funds.programmes_sentence"
    n = formats.number(sum(payment.entries for payment in found))
    lead = tr(
        "funds.lead_largest" if len(payers) > 1 else "funds.lead_only", period=period(funds),
        payer=names[largest] or tr("funds.unknown_payer"), share=formats.share(float(payers[largest] / total)),
    )  # fmt: skip
    last_on = funds.book.last_on if funds.book else None
    if last_on and last_on < funds.last_day:
        lead = tr("funds.lead_ends", lead=lead, day=formats.full_day(last_on, funds.view.lang))
    return tr(key, n=n, amount=short(funds, total)), lead, None


def nothing_head(funds: FundsView, book: Book) -> tuple[str, str, None]:
    """Sentence and second line for a window without entries: when there are some."""
    tr, lang = funds.view.tr, funds.view.lang
    if book.first_on is None or book.last_on is None:
        return tr("funds.nothing_sentence"), "", None
    first, last = formats.full_day(book.first_on, lang), formats.full_day(book.last_on, lang)
    return tr("funds.nothing_sentence"), tr("funds.nothing_lead", period=period(funds), first=first, last=last), None


def balance_title(funds: FundsView) -> str:
    """What the figure is: in hand now, a closing balance of the past, or the sum of what flowed."""
    if funds.scope.book != FUNDS:
        return funds.view.tr("funds.totals_title")
    if not funds.states_outflow:
        return funds.view.tr("funds.received_title")
    return funds.view.tr("funds.balance_title" if funds.is_current else "funds.balance_title_then")


def balance_unit(funds: FundsView) -> str:
    """How many funds the balance is of, and of which day."""
    if funds.scope.book != FUNDS:
        return period(funds)
    if not funds.states_outflow:
        return period_and_unit(funds)
    chosen = [funds.fund] if funds.fund else funds.funds
    n = sum(fund.has_balance for fund in chosen)
    return funds.view.tr("funds.balance_unit", n=n, day=formats.full_day(funds.last_day, funds.view.lang))


def idle_unit(funds: FundsView) -> str:
    """The two limits in months, labelled as a proposal."""
    limits = kinds().idle
    return funds.view.tr("funds.idle_unit", watch=limits.watch_months, sleep=limits.sleep_months)


def knot_name(funds: FundsView, knot: Knot, names: Mapping[str, str]) -> str:
    """What a node of the Sankey is called; `names` are those of funds, areas, payers and payees, by `fund:ID`."""
    unknown = funds.view.tr(f"funds.{UNKNOWN[knot.kind]}") if knot.kind in UNKNOWN else ""
    if not unknown:
        return _role_name(funds, knot)
    if not knot.code:
        return unknown
    if knot.kind in ("payer", "payee"):
        return names.get(f"{knot.kind}:{knot.code}", knot.code)
    if knot.kind == "fund" or (knot.kind == "area" and funds.scope.book == FUNDS):
        return names.get(f"{knot.kind}:{knot.code}", unknown)
    return kinds().name(knot.code, funds.view.lang) if knot.kind in ("source", "use") else knot.code


def _role_name(funds: FundsView, knot: Knot) -> str:
    """The name of a node that stands for a role, a slab or a tail."""
    tr = funds.view.tr
    if knot.kind == money_flow.REST:
        return tr(f"funds.{RESTS.get(knot.code, 'rest')}", n=formats.number(knot.folded))
    if knot.kind == money_flow.CLOSING and funds.is_current:
        return tr("funds.knot_closing_now")
    return tr(f"funds.knot_{knot.kind}", n=knot.folded)

"""What a community has: services in reach of its households, its money, its grid staff.

Invariant: distances are straight lines and called so; a balance stands only where the ledger knows one; where nothing
is loaded the panel says what to load and shows no number.
"""

from decimal import Decimal

from cockpit import formats
from cockpit.community import computed, head, money
from cockpit.community.choice import Chosen
from cockpit.context import View
from cockpit.markup import attributes, esc
from cockpit.panels import Empty
from cockpit.picture import picture
from config.money import kinds
from geo.community import REACH_M, Reach
from geo.money import Book, Entry, Position
from geo.staffing import AreaTeams, Vacancy

FIRST_KINDS = 12
FIRST_VACANCIES = 8
KM = 1000


# ---- services


def services_unit(chosen: Chosen) -> str:
    """What is measured, for the head of the panel."""
    found = _reach(chosen)
    if not found:
        return ""
    homes = found[0].households
    if homes is None:
        return chosen.view.tr("community.services_unit_point")
    return chosen.view.tr("community.services_unit_homes", n=formats.number(homes))


def _reach(chosen: Chosen) -> tuple[Reach, ...]:
    view, area = chosen.view, chosen.area
    if area is None:
        return ()
    return computed.reach(view.asked, filters=view.filters, level=area.level, area_id=area.area_id)


def draw_services(chosen: Chosen) -> Empty | None:
    """One row a kind, the farthest first; the nearer ones folded."""
    view = chosen.view
    view.check()
    found = _reach(chosen)
    if not found:
        return Empty(view.tr("community.services_none"))
    is_homes = found[0].households is not None
    rule = view.tr(f"community.services_rule_{'homes' if is_homes else 'point'}")
    table = _services(view, found[:FIRST_KINDS])
    rest = found[FIRST_KINDS:]
    if rest:
        summary = esc(view.tr("community.services_more", n=len(rest)))
        table += f'<details class="c-fold k-fold"><summary>{summary}</summary>{_services(view, rest)}</details>'
    picture(f'{table}<p class="c-key">{esc(rule)}</p>', key="community_services")
    return None


def _services(view: View, found: tuple[Reach, ...]) -> str:
    heads = f'<th scope="col">{esc(view.tr("community.column_kind"))}</th>'
    heads += f'<th scope="col" colspan="2">{esc(view.tr("community.column_nearest"))}</th>'
    heads += "".join(
        f'<th class="num" scope="col">{esc(view.tr("community.column_m", n=formats.number(m)))}</th>' for m in REACH_M
    )
    body = "".join(_service_row(view, one) for one in found)
    return f'<table class="k-services"><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>'


def _service_row(view: View, one: Reach) -> str:
    tip = one.nearest
    if one.households is not None and one.median_m is not None:
        tip = view.tr(
            "community.services_tip_homes", name=one.nearest, median=_distance(view, one.median_m), points=one.points[2]
        )
    cells = "".join(_within(view, one, place) for place in range(len(REACH_M)))
    name = one.name(view.lang)
    return (
        f'<tr><td class="k-kind"{attributes(data_tip=name)}>{esc(name)}</td>'
        f'<td class="k-near"{attributes(data_tip=tip)}>{esc(one.nearest)}</td>'
        f'<td class="num i2">{esc(_distance(view, one.nearest_m))}</td>{cells}</tr>'
    )


def _within(view: View, one: Reach, place: int) -> str:
    kind, m = one.name(view.lang), formats.number(REACH_M[place])
    if one.households is None:
        n = one.points[place]
        tip = view.tr("community.services_tip_points", m=m, kind=kind, n=formats.number(n))
        return f"<td{attributes(class_='num' if n else 'num i3', data_tip=tip)}>{formats.number(n)}</td>"
    near = one.near[place]
    words = {"near": formats.number(near), "all": formats.number(one.households)}
    tip = view.tr("community.services_tip_cell", m=m, kind=kind, **words)
    known = attributes(class_="num" if near else "num i3", data_tip=tip)
    return f"<td{known}>{esc(formats.share(near / one.households, digits=0))}</td>"


def _distance(view: View, metres: float) -> str:
    if metres < KM:
        return view.tr("community.metres", n=formats.number(metres))
    return view.tr("community.kilometres", n=formats.number(metres / KM, digits=1))


# ---- money


def draw_money(chosen: Chosen) -> Empty | None:
    """The community's funds, the entries of the period that serve it, and its books without balances."""
    view, area = chosen.view, chosen.area
    view.check()
    if "funds" not in view.datasets or area is None:
        return Empty(view.tr("community.money_unloaded"))
    found = money.money_of(view, area)
    markup = _funds(view, found.funds) if found.funds else f'<p class="i2">{esc(view.tr("community.money_none"))}</p>'
    markup += _serving(view, found)
    markup += "".join(f'<p class="k-line">{esc(_book(view, book))}</p>' for book in found.others)
    picture(f'{markup}<p class="k-line">{head.way(view, "funds")}</p>', key="community_money")
    return None


def _short(view: View, amount: Decimal) -> str:
    return formats.money_short(amount, currency=view.site.currency, lang=view.lang)


def _exact(view: View, amount: Decimal) -> str:
    return formats.money(amount, currency=view.site.currency, lang=view.lang)


def _funds(view: View, found: tuple[Position, ...]) -> str:
    heads = f'<th scope="col">{esc(view.tr("community.column_fund"))}</th>'
    heads += "".join(
        f'<th class="num" scope="col">{esc(view.tr(f"community.column_{name}"))}</th>'
        for name in ("balance", "in", "out", "last")
    )
    body = "".join(_fund(view, one) for one in found)
    return f'<table class="k-funds"><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>'


def _fund(view: View, one: Position) -> str:
    def cell(amount: Decimal) -> str:
        return f'<td class="num"{attributes(data_tip=_exact(view, amount))}>{esc(_short(view, amount))}</td>'

    balance = cell(one.closing)
    if not one.has_income:
        tip = attributes(data_tip=view.tr("community.money_no_balance_tip"))
        balance = f'<td class="num i3"{tip}>{esc(view.tr("community.no_balance"))}</td>'
    last = view.tr("community.never")
    if one.last_charitable_on:
        last = formats.full_day(one.last_charitable_on, view.lang)
    name = f'<td class="k-near"{attributes(data_tip=one.name)}>{esc(one.name)}</td>'
    came, went = one.income + one.received, one.expense + one.passed_on
    return f'<tr>{name}{balance}{cell(came)}{cell(went)}<td class="num i2">{esc(last)}</td></tr>'


def _serving(view: View, found: money.Money) -> str:
    """The entries of the period that serve the community, or the last that did."""
    if found.entries.rows:
        told = view.tr("community.entries_serving", n=formats.number(found.entries.found))
        body = "".join(_entry(view, entry) for entry in found.entries.rows)
        return f'<p class="k-line">{esc(told)}</p><table class="k-entries"><tbody>{body}</tbody></table>'
    book = next((book for book in found.books if book.code == "funds" and book.entries), None)
    if book is None or book.first_on is None or book.last_on is None:
        return f'<p class="k-line">{esc(view.tr("community.entries_none"))}</p>'
    told = view.tr("community.entries_last", n=formats.number(book.entries), **_span(view, book))
    return f'<p class="k-line">{esc(told)}</p>'


def _entry(view: View, entry: Entry) -> str:
    day = entry.occurred_on.isoformat() if entry.occurred_on else str(entry.fiscal_year or "")
    code = entry.source_kind if entry.entry_kind in ("opening", "income") else entry.use_kind or entry.source_kind
    subject = kinds().name(code, view.lang) if code else ""
    kind = view.tr(f"funds.kind_{entry.entry_kind}")
    fund = f'<td class="k-near"{attributes(data_tip=entry.fund_name)}>{esc(entry.fund_name or "")}</td>'
    return (
        f'<tr><td class="n i2">{esc(day)}</td>{fund}<td>{esc(kind)} <span class="i2">{esc(subject)}</span></td>'
        f'<td class="num n">{esc(_exact(view, entry.amount))}</td></tr>'
    )


def _book(view: View, book: Book) -> str:
    return view.tr(f"community.book_{book.code}", n=formats.number(book.entries), **_span(view, book))


def _span(view: View, book: Book) -> dict[str, str]:
    first, last = (formats.full_day(day, view.lang) if day else "" for day in (book.first_on, book.last_on))
    return {"amount": _short(view, book.amount), "first": first, "last": last}


# ---- staff


def draw_staff(chosen: Chosen) -> Empty | None:
    """Complete teams, vacancies since when, open cases per full-time member."""
    view, area = chosen.view, chosen.area
    view.check()
    if "staff" not in view.datasets or area is None:
        return Empty(view.tr("community.staff_none"))
    team = computed.team(view.asked, filters=view.filters, level=area.level, area_id=area.area_id)
    if team is None or not team.has_data:
        return Empty(view.tr("community.staff_none_here"))
    vacant = computed.vacancies(view.asked, area_id=area.area_id)
    markup = f'<p class="k-line k-first">{esc(_team(view, team))}</p>'
    if not vacant:
        markup += f'<p class="i2">{esc(view.tr("community.staff_all_filled"))}</p>'
    else:
        heads = "".join(
            f'<th scope="col">{esc(view.tr(f"community.column_{name}"))}</th>' for name in ("role", "where", "vacant")
        )
        body = "".join(_vacancy(view, one) for one in vacant[:FIRST_VACANCIES])
        markup += f'<table class="k-staff"><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>'
    if len(vacant) > FIRST_VACANCIES:
        markup += f'<p class="k-line">{esc(view.tr("community.staff_more", n=len(vacant) - FIRST_VACANCIES))}</p>'
    picture(markup, key="community_staff")
    return None


def _team(view: View, team: AreaTeams) -> str:
    counts = {name: formats.number(getattr(team, name)) for name in ("grids", "complete", "posts", "vacant")}
    parts = [view.tr("community.staff_line", **counts)]
    if team.grids > team.listed:
        parts.append(view.tr("community.staff_line_unlisted", n=formats.number(team.grids - team.listed)))
    key = "staff_load" if team.load is not None else "staff_full_time"
    load = formats.number(team.load, digits=1) if team.load is not None else ""
    parts.append(view.tr(f"community.{key}", n=formats.number(team.full_time), load=load))
    return view.tr("community.joiner").join(parts)


def _vacancy(view: View, one: Vacancy) -> str:
    told = view.tr("community.vacant_unknown")
    if one.since is not None and one.days is not None:
        told = view.tr("community.vacant_days", n=formats.number(one.days), day=formats.full_day(one.since, view.lang))
    role, where = view.tr(f"community.role_{one.role}"), one.area_name or one.area_code
    return f'<tr><td>{esc(role)}</td><td class="k-near">{esc(where)}</td><td>{esc(told)}</td></tr>'

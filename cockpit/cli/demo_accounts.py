"""The sample accounts of the demo mode: one a role, in areas that the store has.

Invariant: a sample account has no password and is marked as one; none is made in a store that has people's accounts
and real data.
"""

from datetime import UTC, datetime, timedelta

import click

from config.messages import tr
from geo import account_changes as changes
from geo import money
from geo.account_rules import ROLES
from geo.accounts import Account, add_account
from geo.facts import contents
from geo.map_queries import Area, areas
from geo.store import Store
from geo.viewer import OPERATOR, current_clock

PREFIX = "demo-"


def check(store: Store, *, lang: str) -> None:
    """Raises click.UsageError where the store holds real data and accounts of people: nobody steps into that."""
    people = [account for account in changes.accounts(store, OPERATOR, now=_now()) if not account.is_demo]
    if people and contents(store, OPERATOR, current_clock()).has_real_data:
        raise click.UsageError(tr("users.demo_with_people", lang, n=len(people)))


def provide(store: Store, *, lang: str) -> tuple[Account, ...]:
    """Makes what is missing of the sample accounts and enables the others; returns them by role."""
    known = {account.login: account for account in changes.accounts(store, OPERATOR, now=_now())}
    found = []
    for role, limited_to in scopes(_areas(store), funded=_funded(store)).items():
        login = PREFIX + role.replace("_", "-")
        account = known.get(login)
        if account is None:
            found.append(_made(store, login, role, limited_to, lang))
        elif account.is_demo:
            found.append(_renewed(store, account, limited_to))
    return tuple(found)


def scopes(known: tuple[Area, ...], *, funded: frozenset[str] = frozenset()) -> dict[str, tuple[str, ...]]:
    """Role → areas as "level:code" (none: the whole site); a role whose level of areas the store lacks is left out.

    A community that has grids, and if one is in `funded` (names) that one: its secretary has money to look at.
    """
    grids = [area for area in known if area.level == "grid"]
    communities = [area for area in known if area.level == "community"]
    with_grids = {grid.parent_id for grid in grids}
    whole = [area for area in communities if area.area_id in with_grids]
    community = next((area for area in whole if area.name in funded), next(iter(whole), None))
    community = community or (communities[0] if communities else None)
    inside = [grid for grid in grids if community and grid.parent_id == community.area_id]
    grid = next(iter(inside or grids), None)
    limited = {"secretary": community, "grid_worker": grid}
    found: dict[str, tuple[str, ...]] = {}
    for role in ROLES:
        if role not in limited:
            found[role] = ()
        elif area := limited[role]:
            found[role] = (f"{area.level}:{area.code}",)
    return found


def _made(store: Store, login: str, role: str, limited_to: tuple[str, ...], lang: str) -> Account:
    name = tr("users.demo_name", lang, role=tr(f"role.{role}", lang))
    return add_account(
        store, OPERATOR, login=login, display_name=name, role=role, areas=limited_to, is_demo=True, now=_now()
    )


def _renewed(store: Store, account: Account, limited_to: tuple[str, ...]) -> Account:
    """The account enabled, in the areas that are sampled now."""
    if account.disabled_at:
        account = changes.enable_account(store, OPERATOR, login=account.login, now=_now())
    if account.areas == limited_to:
        return account
    kept = {"login": account.login, "display_name": account.display_name, "role": account.role}
    return changes.change_account(store, OPERATOR, **kept, areas=limited_to, now=_now(), is_forced=True)


def _areas(store: Store) -> tuple[Area, ...]:
    clock = current_clock()
    return areas(store, OPERATOR, clock, day=clock.at.date())


def _funded(store: Store) -> frozenset[str]:
    """The names of the areas that have a fund of their own."""
    clock = current_clock()
    today = clock.at.date()
    scope = money.Scope(money.FUNDS, today, today + timedelta(days=1), today)
    with store.reading(OPERATOR, clock) as connection:
        found = money.positions(connection, scope, year_start=today, self_generated=[], overhead=[])
    return frozenset(position.area_name for position in found if position.area_name)


def _now() -> datetime:
    return datetime.now(UTC)

"""What the page of accounts knows: all accounts, the one that is open, and what the URL filters.

Invariant: accounts are read anew in each run and kept in no cache: what somebody may do changes at once. Their times
are the machine's, never those of a fixed or replayed clock.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from cockpit.context import View, descendants, token
from config.access import access
from geo import account_changes as changes
from geo import paired
from geo.account_changes import OpenSession
from geo.account_rules import ROLES, AccountError
from geo.accounts import Account
from geo.errors import StoreUnavailable
from geo.map_queries import Area
from geo.paired import PairedWall

ENABLED, DISABLED, WHOLE, NEW = "enabled", "disabled", "site", "new"


@dataclass(frozen=True)
class UsersView:
    """The view with all accounts (sample accounts that were removed are left out) and what was chosen."""

    view: View
    now: datetime
    accounts: tuple[Account, ...] = ()
    walls: tuple[PairedWall, ...] = ()
    role: str | None = None
    within: str | None = None
    state: str | None = None
    chosen: Account | None = None
    is_new: bool = False
    fault: StoreUnavailable | None = field(default=None, compare=False)

    def known(self) -> tuple[Account, ...]:
        """All accounts; raises StoreUnavailable when they could not be read."""
        if self.fault:
            raise self.fault
        return self.accounts

    def known_walls(self) -> tuple[PairedWall, ...]:
        """The walls that were admitted by their code; raises StoreUnavailable when they could not be read."""
        if self.fault:
            raise self.fault
        return self.walls

    @property
    def areas(self) -> Mapping[str, Area]:
        """The areas in force by "level:code"."""
        return {token(area): area for area in self.view.areas}

    def is_me(self, account: Account) -> bool:
        """Whether it is the account of who looks at the page."""
        return account.account_id == self.view.viewer.account_id

    def shown(self) -> tuple[Account, ...]:
        """The accounts that the filters leave; raises StoreUnavailable."""
        return tuple(account for account in self.known() if self._passes(account))

    def _passes(self, account: Account) -> bool:
        state = DISABLED if account.disabled_at else ENABLED
        is_within = self.within is None or bool(self._scopes(self.within) & set(account.areas or (WHOLE,)))
        return self.role in (None, account.role) and self.state in (None, state) and is_within

    def _scopes(self, within: str) -> set[str]:
        """The area and all below it, as accounts name them."""
        area = self.areas.get(within)
        return {within} | ({token(below) for below in descendants(self.view.areas, area)} if area else set())


def open_users(view: View) -> UsersView:
    """The page's view from the URL; never raises for a store that does not answer."""
    now = datetime.now(UTC)
    try:
        view.check()
        found = changes.accounts(view.store, view.viewer, now=now)
        walls = paired.walls(view.store, view.viewer, now=now)
    except StoreUnavailable as fault:
        return UsersView(view, now, fault=fault)
    except AccountError:  # the right went away while the page was open
        return UsersView(view, now)
    kept = tuple(account for account in found if not (account.is_demo and account.disabled_at))
    params = view.params
    chosen = next((account for account in kept if account.login == params.get("account")), None)
    return UsersView(
        view=view,
        now=now,
        accounts=kept,
        walls=walls,
        role=params.get("role") if params.get("role") in ROLES else None,
        within=params.get("within") or None,
        state=params.get("state") if params.get("state") in (ENABLED, DISABLED) else None,
        chosen=chosen,
        is_new=NEW in params and chosen is None,
    )


def sessions(users: UsersView, account: Account) -> tuple[OpenSession, ...]:
    """The open sessions of the account, the latest used first; raises StoreUnavailable."""
    return changes.sessions_of(
        users.view.store, users.view.viewer, account_id=account.account_id, now=users.now, idle=access().idle
    )

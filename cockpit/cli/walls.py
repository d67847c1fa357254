"""`cockpit walls`: screens that show a code are admitted as walls, listed and revoked, by the operator.

Invariant: wrong usage and what is refused end with exit code 2 and change nothing.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeVar

import click

from cockpit.cli.account_lines import moment
from cockpit.cli.areas import UnknownAreaError, chosen
from cockpit.cli.ready import language, ready_store
from cockpit.cli.tables import print_table
from cockpit.cli.telling import say, say_json
from config.access import WALL, access
from config.messages import tr
from geo import account_changes as changes
from geo import paired
from geo.account_rules import AccountError
from geo.paired import PairedWall
from geo.signing_in import Limits
from geo.store import Store
from geo.viewer import OPERATOR, current_clock

T = TypeVar("T")
LISTED = ("name", "login", "scope", "since", "last_seen", "seen_from", "state")


@click.group()
def walls() -> None:
    """The walls that were admitted by the code they show."""


def _now() -> datetime:
    """The machine's time: walls do not stand at COCKPIT_NOW."""
    return datetime.now(UTC)


def _done(work: Callable[[], T]) -> T:
    """What `work` returns; ends with 2 and the reason where that cannot be done."""
    try:
        return work()
    except AccountError as error:
        raise click.UsageError(tr(f"users.fault_{error.code}", language(), **error.params)) from error


def _areas(store: Store, named: tuple[str, ...]) -> tuple[str, ...]:
    """The areas that were named, as "level:code"; ends with 2 where one is not known."""
    known = changes.known_areas(store, OPERATOR, now=_now()) if named else ()
    try:
        return tuple(dict.fromkeys(chosen(area, known, language()).token for area in named))
    except UnknownAreaError as error:
        raise click.UsageError(str(error)) from error


@walls.command(name="list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON on standard output.")
def list_(*, as_json: bool) -> None:
    """List the walls that are not revoked."""
    store = ready_store(current_clock())
    found = _done(lambda: paired.walls(store, OPERATOR, now=_now()))
    if as_json:
        say_json([_record(one) for one in found])
    elif found:
        print_table([tr(f"walls.head_{name}", language()) for name in LISTED], [_line(one) for one in found])
    else:
        say(tr("walls.none", language()), err=True)
    store.close()


@walls.command()
@click.argument("code")
@click.option("--name", required=True, help="What the wall is called: where it stands.")
@click.option(
    "--area", "areas", multiple=True, metavar="CODE|LEVEL:CODE", help="Only this area and all below it; repeatable."
)
def confirm(code: str, *, name: str, areas: tuple[str, ...]) -> None:
    """Admit the screen that shows CODE as a wall."""
    store, told = ready_store(current_clock()), access().lockout
    limited_to = _areas(store, areas)
    limits = Limits(told.window, told.account_at_address, told.address, told.account)
    made = _done(
        lambda: paired.confirm(
            store, OPERATOR, code, name=name, areas=limited_to, lasts=access().lasts(WALL), limits=limits, now=_now()
        )
    )
    wall = next(one for one in paired.walls(store, OPERATOR, now=_now()) if one.account_id == made.account_id)
    named = {"name": wall.name, "login": wall.login, "areas": _where(wall), "address": wall.seen_from or "–"}
    say(tr("walls.cli_admitted", language(), **named), err=True)
    store.close()


@walls.command()
@click.argument("name")
def revoke(name: str) -> None:
    """Revoke the wall called NAME (or its account): its screen is signed out at once and shows a code again."""
    store = ready_store(current_clock())
    found = _done(lambda: _named(store, name))
    _done(lambda: paired.revoke(store, OPERATOR, login=found.login, now=_now()))
    say(tr("walls.cli_revoked", language(), name=found.name, login=found.login), err=True)
    store.close()


def _named(store: Store, name: str) -> PairedWall:
    """The wall of that name; else the one of that account."""
    found = paired.walls(store, OPERATOR, now=_now())
    for one in (*(one for one in found if one.name == name), *(one for one in found if one.login == name)):
        return one
    raise AccountError("unknown_wall", name=name)


def _where(one: PairedWall) -> str:
    return ", ".join(one.areas) or tr("users.whole_site", language())


def _record(one: PairedWall) -> dict[str, object]:
    return {
        "name": one.name,
        "login": one.login,
        "areas": list(one.areas),
        "since": one.since,
        "admitted_by": one.admitted_by,
        "last_seen_at": one.last_seen_at,
        "seen_from": one.seen_from,
        "is_open": one.is_open,
    }


def _line(one: PairedWall) -> list[str]:
    seen = moment(one.last_seen_at) if one.last_seen_at else "–"
    state = tr("walls.open" if one.is_open else "walls.gone", language())
    return [one.name, one.login, _where(one), moment(one.since), seen, one.seen_from or "–", state]

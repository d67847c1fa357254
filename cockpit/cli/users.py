"""`cockpit users`: the accounts of this installation, as the operator of its command line.

Invariant: a password is never an argument and never in a log; one that is generated goes to standard output once and
must be changed at the first sign-in. Wrong usage and what is refused end with exit code 2 and change nothing.
"""

import sys
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TypeVar

import click

from cockpit.access.passwords import generated_password, hash_password, password_faults
from cockpit.cli.account_lines import LISTED, line, method_word, moment, record, role_word, where
from cockpit.cli.areas import UnknownAreaError, chosen
from cockpit.cli.ready import language, ready_store
from cockpit.cli.tables import print_table
from cockpit.cli.telling import say, say_json
from config.access import access
from config.messages import tr
from geo import account_changes as changes
from geo.account_rules import ROLES, AccountError
from geo.accounts import Account, add_account
from geo.store import Store
from geo.viewer import OPERATOR, current_clock

T = TypeVar("T")

role_option = click.option("--role", type=click.Choice(ROLES), help="What the account may see and do.")
area_option = click.option(
    "--area", "areas", multiple=True, metavar="CODE|LEVEL:CODE", help="Only this area and all below it; repeatable."
)
stdin_option = click.option("--password-stdin", is_flag=True, help="Read the password from standard input (one line).")
force_option = click.option("--force", is_flag=True, help="Even where no administrator would be left.")
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON on standard output.")


@click.group()
def users() -> None:
    """The accounts: who may sign in, with what role, in which areas."""


def _now() -> datetime:
    """The machine's time: accounts do not stand at COCKPIT_NOW."""
    return datetime.now(UTC)


def _say(key: str, **params: object) -> None:
    say(tr(f"users.{key}", language(), **params), err=True)


def _refuse(key: str, **params: object) -> click.UsageError:
    return click.UsageError(tr(f"users.{key}", language(), **params))


def _done(work: Callable[[], T]) -> T:
    """What `work` returns; ends with 2 and the reason where the account cannot be changed so."""
    try:
        return work()
    except AccountError as error:
        raise _refuse(f"fault_{error.code}", **error.params) from error


def _store() -> Store:
    return ready_store(current_clock())


def _areas(store: Store, named: tuple[str, ...]) -> tuple[str, ...]:
    """The areas that were named, as "level:code"; ends with 2 where one is not known."""
    if not named:
        return ()
    known = changes.known_areas(store, OPERATOR, now=_now())
    try:
        return tuple(dict.fromkeys(chosen(area, known, language()).token for area in named))
    except UnknownAreaError as error:
        raise click.UsageError(str(error)) from error


def _password(login: str, *, password_stdin: bool) -> tuple[str, bool]:
    """The password and whether it was generated; ends with 2 where the one that was given may not be used."""
    if not password_stdin:
        return generated_password(), True
    told = sys.stdin.readline().rstrip("\r\n")
    faults = password_faults(told, login=login)
    if faults:
        raise click.UsageError(" ".join(tr(fault, language()) for fault in faults))
    return told, False


def _tell_password(password: str, *, is_generated: bool) -> None:
    if is_generated:
        _say("password_once")
        say(password)


@users.command()
@click.argument("login")
@click.option("--name", required=True, help="The person's (or screen's) name, as others see it.")
@role_option
@area_option
@stdin_option
@click.option("--no-password", is_flag=True, help="Signs in elsewhere only (unified sign-in, or a proxy).")
def add(
    login: str, *, name: str, role: str | None, areas: tuple[str, ...], password_stdin: bool, no_password: bool
) -> None:
    """Make an account; without --password-stdin a password is generated and printed once."""
    if role is None:
        raise _refuse("role_needed", roles=", ".join(ROLES))
    if no_password and password_stdin:
        raise _refuse("one_password")
    store = _store()
    limited_to = _areas(store, areas)
    password, is_generated = (None, False) if no_password else _password(login, password_stdin=password_stdin)
    made = _done(
        lambda: add_account(
            store, OPERATOR, login=login, display_name=name, role=role, areas=limited_to,
            password_hash=hash_password(password) if password else None, must_change=is_generated, now=_now(),
        )
    )  # fmt: skip
    _say("added", login=made.login, name=made.display_name, role=role_word(made.role), areas=where(made))
    if password:
        _tell_password(password, is_generated=is_generated)
    store.close()


@users.command(name="list")
@json_option
def list_(*, as_json: bool) -> None:
    """List all accounts."""
    store = _store()
    found = _done(lambda: changes.accounts(store, OPERATOR, now=_now()))
    if as_json:
        say_json([record(account) for account in found])
    elif found:
        print_table([tr(f"users.head_{name}", language()) for name in LISTED], [line(account) for account in found])
    else:
        _say("first_account")
    store.close()


@users.command()
@click.argument("login")
@json_option
def show(login: str, *, as_json: bool) -> None:
    """Show an account and its open sessions."""
    store = _store()
    found = _done(lambda: _account(store, login))
    sessions = changes.sessions_of(store, OPERATOR, account_id=found.account_id, now=_now(), idle=access().idle)
    if as_json:
        say_json(record(found) | {"sessions": [asdict(session) for session in sessions]})
    else:
        print_table([tr(f"users.head_{name}", language()) for name in LISTED], [line(found)])
        heads = [tr(f"users.head_{name}", language()) for name in ("method", "address", "since", "last_used")]
        told = [
            [method_word(session.method), session.address, moment(session.created_at), moment(session.last_seen_at)]
            for session in sessions
        ]
        if told:
            say("")
            print_table(heads, told)
        else:
            _say("no_sessions")
    store.close()


@users.command()
@click.argument("login")
@click.option("--name", help="The new name.")
@role_option
@area_option
@click.option("--site", "is_site", is_flag=True, help="The whole site, in place of areas.")
@force_option
def change(
    login: str, *, name: str | None, role: str | None, areas: tuple[str, ...], is_site: bool, force: bool
) -> None:
    """Change name, role or areas; --area gives the areas anew."""
    if is_site and areas:
        raise _refuse("site_or_areas")
    store = _store()
    before = _done(lambda: _account(store, login))
    limited_to = _areas(store, areas) or (() if is_site else before.areas)
    after = _done(
        lambda: changes.change_account(
            store, OPERATOR, login=login, display_name=name or before.display_name, role=role or before.role,
            areas=limited_to, now=_now(), is_forced=force,
        )
    )  # fmt: skip
    _say("changed", login=after.login, name=after.display_name, role=role_word(after.role), areas=where(after))
    store.close()


@users.command()
@click.argument("login")
@force_option
def disable(login: str, *, force: bool) -> None:
    """Disable an account; all its sessions end at once."""
    store = _store()
    _done(lambda: changes.disable_account(store, OPERATOR, login=login, now=_now(), is_forced=force))
    _say("disabled", login=login)
    store.close()


@users.command()
@click.argument("login")
def enable(login: str) -> None:
    """Enable a disabled account."""
    store = _store()
    _done(lambda: changes.enable_account(store, OPERATOR, login=login, now=_now()))
    _say("enabled", login=login)
    store.close()


@users.command()
@click.argument("login")
@stdin_option
def password(login: str, *, password_stdin: bool) -> None:
    """Give an account a new password; its sessions end. Without --password-stdin one is generated, printed once."""
    store = _store()
    _done(lambda: _account(store, login))
    told, is_generated = _password(login, password_stdin=password_stdin)
    _done(
        lambda: changes.set_password(
            store, OPERATOR, login=login, password_hash=hash_password(told), must_change=is_generated, now=_now()
        )
    )
    _say("password_set", login=login)
    _tell_password(told, is_generated=is_generated)
    store.close()


@users.command(name="sign-out")
@click.argument("login")
def sign_out(login: str) -> None:
    """End all sessions of an account."""
    store = _store()
    _done(lambda: changes.sign_out(store, OPERATOR, login=login, now=_now()))
    _say("signed_out", login=login)
    store.close()


@users.command(name="remove-demo")
def remove_demo() -> None:
    """Disable the sample accounts of the demo mode; their sessions end."""
    store = _store()
    found = changes.remove_demo(store, OPERATOR, now=_now())
    _say("demo_removed", n=len(found), logins=", ".join(found) or "–")
    store.close()


def _account(store: Store, login: str) -> Account:
    found = {account.login: account for account in changes.accounts(store, OPERATOR, now=_now())}
    if login not in found:
        raise AccountError("unknown_login", login=login)
    return found[login]

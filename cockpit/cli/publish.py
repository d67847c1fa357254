"""`cockpit publish`: counts closed months anew for comparison, those that are due or those named.

Invariant: figures are written for months that are over at the clock, and for no others; wrong usage ends with 2.
"""

from collections.abc import Sequence
from datetime import date, datetime

import click

from cockpit import publishing
from cockpit.cli.ready import language, ready_store
from cockpit.cli.telling import say
from cockpit.publishing import NotClosedError
from config.messages import tr
from config.reader import ConfigError
from geo.errors import GeoError
from geo.store import Store
from geo.viewer import Clock, current_clock


def _month(_: click.Context, __: click.Parameter, value: str | None) -> date | None:
    try:
        return datetime.strptime(value, "%Y-%m").date() if value else None  # noqa: DTZ007 - a month has no zone
    except ValueError as error:
        raise click.UsageError(tr("published.bad_month", language(), month=value)) from error


@click.command()
@click.option("--month", callback=_month, help="This month, such as 2026-10, whether it is due or not.")
@click.option("--all", "is_all", is_flag=True, help="All closed months from the first one on, due or not.")
def publish(*, month: date | None, is_all: bool) -> None:
    """Publish the figures of closed months, which every signed-in role may compare."""
    if month and is_all:
        raise click.UsageError(tr("published.month_or_all", language()))
    clock = current_clock()
    store = ready_store(clock)
    named = (month,) if month else publishing.all_months(store, clock) if is_all else None
    try:
        done = publishing.publish(store, clock, months=named)
    except NotClosedError as error:
        known = f"{error.months[-1]:%Y-%m} – {error.months[0]:%Y-%m}" if error.months else "–"
        told = tr("published.not_closed", language(), month=f"{error.month:%Y-%m}", known=known)
        raise click.UsageError(told) from error
    say(_said(done), err=True)
    store.close()


def after_load(store: Store, clock: Clock, lang: str) -> None:
    """Publishes the newest that is due after a load has committed; a failure leaves the load as it is and is said."""
    try:
        done = publishing.publish(store, clock, newest=publishing.KEPT_MONTHS)
    except GeoError as error:
        say(tr("published.failed", lang, reason=error), err=True)
        return
    except ConfigError as error:
        say(tr("published.misconfigured", lang, reason=error.message(lang)), err=True)
        return
    if done:
        say(_said(done, lang), err=True)


def _said(done: Sequence[date], lang: str | None = None) -> str:
    lang = lang or language()
    if not done:
        return tr("published.none_due", lang)
    key = "published.one_done" if len(done) == 1 else "published.done"
    return tr(key, lang, n=len(done), first=f"{min(done):%Y-%m}", last=f"{max(done):%Y-%m}")

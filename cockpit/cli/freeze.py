"""`cockpit freeze 2026-10` freezes a month's figures; `cockpit frozen 2026-10 --verify` counts them again and compares.

Invariant: a month that is not over, unknown or frozen already ends with 2, and nothing was changed; frozen figures that
were altered, or that the audit trail does not know so, end with 1; figures that differ because data came later are told
and end with 0.
"""

from datetime import date, datetime
from typing import Any

import click

from cockpit import freezing
from cockpit.cli.load import json_option, lang_option
from cockpit.cli.ready import as_option, language, reader, ready_store
from cockpit.cli.telling import cell, say, say_json
from cockpit.freezing import (
    AlreadyFrozenError,
    BrokenChainError,
    Difference,
    NotAllowedError,
    NotClosedError,
    NotFrozenError,
    Verified,
)
from config.messages import tr
from config.site import site
from config.visible import visible
from geo.frozen import FrozenFigure, FrozenMonth
from geo.replay import site_clock
from geo.viewer import current_clock
from geo.windows import FIRST_DAY, LAST_DAY


def _refuse(key: str, *, lang: str | None = None, **params: object) -> click.UsageError:
    return click.UsageError(visible(tr(f"frozen.{key}", lang or language(), **params)))


def _month(_: click.Context, __: click.Parameter, value: str) -> date:
    try:
        month = datetime.strptime(value, "%Y-%m").date()  # noqa: DTZ007 - a month has no zone
    except ValueError as error:
        raise _refuse("bad_month", month=value) from error
    if not FIRST_DAY <= month <= LAST_DAY:
        raise _refuse("far_month", month=value, first=f"{FIRST_DAY:%Y-%m}", last=f"{LAST_DAY:%Y-%m}")
    return month


@click.command()
@click.argument("month", callback=_month)
@as_option
@lang_option
@json_option
def freeze(month: date, user: str | None, lang: str, as_json: bool) -> None:
    """Freeze the figures of a month that is over, such as 2026-10."""
    store = ready_store(current_clock())
    viewer = reader(store, user, needs=("act.freeze",), lang=lang)
    try:
        made = freezing.freeze(store, site_clock(store, viewer), month, by=viewer)
    except NotAllowedError as error:
        raise _refuse("not_allowed", lang=lang) from error
    except NotClosedError as error:
        known = f"{error.months[-1]:%Y-%m} – {error.months[0]:%Y-%m}" if error.months else "–"
        key = "not_covered" if error.is_over else "not_over"
        raise _refuse(key, lang=lang, month=f"{month:%Y-%m}", known=known) from error
    except AlreadyFrozenError as error:
        told = error.frozen.circumstances
        raise _refuse(
            "already", lang=lang, month=f"{month:%Y-%m}", at=_at(told.frozen_at), by=told.frozen_by
        ) from error
    except BrokenChainError as error:
        say(tr("frozen.not_after_broken", lang, month=f"{error.month:%Y-%m}"), err=True)
        raise SystemExit(1) from error
    if as_json:
        say_json(_record(made))
    else:
        say(tr("frozen.done", lang, month=f"{month:%Y-%m}", n=made.figures, hash=made.chain_hash.hex()), err=True)
    store.close()


@click.command()
@click.argument("month", callback=_month)
@click.option("--verify", "is_verified", is_flag=True, help="Count the month again and name the figures that differ.")
@as_option
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def frozen(month: date, is_verified: bool, user: str | None, as_json: bool) -> None:
    """Tell how a month was frozen, and what of it is counted otherwise now."""
    store = ready_store(current_clock())
    viewer = reader(store, user, needs=("act.freeze",), lang=language())
    clock = site_clock(store, viewer)
    try:
        found = freezing.verify(store, clock, month) if is_verified else None
        held = found.month if found else freezing.find(store, viewer, clock, month)
    except NotFrozenError as error:
        known = ", ".join(f"{each:%Y-%m}" for each in error.months) or "–"
        raise _refuse("not_frozen", month=f"{month:%Y-%m}", known=known) from error
    if as_json:
        say_json(_record(held) | (_verified(found) if found else {}))
    else:
        say(_head(held))
        for line in _lines(found) if found else ():
            say(line)
    store.close()
    if found and (found.broken_from or found.unaccounted):
        raise SystemExit(1)


def _record(month: FrozenMonth) -> dict[str, Any]:
    told = month.circumstances
    return {
        "month": f"{told.month:%Y-%m}",
        "frozen_at": told.frozen_at.astimezone(site().zone).isoformat(timespec="seconds"),
        "frozen_by": told.frozen_by,
        "role": told.role,
        "figures": month.figures,
        "hash": month.chain_hash.hex(),
        "data_version": told.data_version,
        "boundary_version": told.boundary_version,
        "calendar_version": told.calendar_version,
        "definitions": dict(told.definitions),
    }


def _verified(found: Verified) -> dict[str, Any]:
    return {
        "is_intact": found.broken_from is None and found.unaccounted is None,
        "broken_from": f"{found.broken_from:%Y-%m}" if found.broken_from else None,
        "unaccounted": f"{found.unaccounted:%Y-%m}" if found.unaccounted else None,
        "verified_at": found.at.astimezone(site().zone).isoformat(timespec="seconds"),
        "data_version_now": found.data_version,
        "differences": [each.record() for each in found.differences],
    }


def _head(month: FrozenMonth) -> str:
    told = month.circumstances
    return tr(
        "frozen.head", language(),
        month=f"{told.month:%Y-%m}", at=_at(told.frozen_at), by=told.frozen_by, n=month.figures,
        version=told.data_version, boundary=told.boundary_version, calendar=told.calendar_version or "–",
        hash=month.chain_hash.hex(),
    )  # fmt: skip


def _lines(found: Verified) -> list[str]:
    lang, n, since = language(), len(found.differences), found.broken_from
    rows = tr("frozen.broken", lang, month=f"{since:%Y-%m}") if since else tr("frozen.intact", lang)
    told = tr("frozen.differences", lang, n=n) if n else tr("frozen.no_difference", lang)
    trail = [tr("frozen.unaccounted", lang, month=f"{found.unaccounted:%Y-%m}")] if found.unaccounted else []
    return [rows, *trail, told, *(_line(each, lang) for each in found.differences)]


def _line(each: Difference, lang: str) -> str:
    kept, by = each.frozen, each.difference
    return tr(
        "frozen.difference", lang,
        level=kept.level, area=cell(kept.code), name=cell(kept.name), kpi=kept.kpi, frozen=_value(kept),
        now=_value(each.now) if each.now else tr("frozen.gone", lang), difference="" if by is None else f"{by:+.6g}",
    )  # fmt: skip


def _value(figure: FrozenFigure) -> str:
    value = figure.note if figure.value is None else f"{figure.value:.6g}"
    parts = "" if figure.denominator is None else f" ({figure.numerator}/{figure.denominator})"
    return f"{value}{parts}"


def _at(moment: datetime) -> str:
    return moment.astimezone(site().zone).strftime("%Y-%m-%d %H:%M")

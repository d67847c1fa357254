"""`cockpit doctor`: what a steward would look at, without changing anything: settings, age of data, keys, backup.

Invariant: nothing is migrated, mended or loaded here; what could not be found out is said as such, never as good.
"""

import platform
import shutil
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from importlib.metadata import PackageNotFoundError, version

import click

from cockpit import formats, publishing
from cockpit.cli import safe_start
from cockpit.cli.ready import language
from cockpit.cli.telling import cell, say, say_json
from config import freshness, reader, walls
from config.assessment import assessment
from config.indicators import indicators
from config.messages import catalogue, tr
from config.site import site
from config.slots import slots
from geo import checkup, embedded, sealing
from geo.errors import GeoError
from geo.migrations import check, head
from geo.replay import site_clock
from geo.store import Store
from geo.viewer import OPERATOR, current_clock
from loaders.sandbox import desk

GOOD, LOOK, BAD = "good", "look", "bad"
MARKS = {GOOD: "○", LOOK: "△", BAD: "●"}
LITTLE_DISK = 10 * 2**30
NO_DISK = 2**30
OLD_BACKUP = timedelta(hours=48)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at: `state` good, look (somebody should) or bad (does not work, or is not safe)."""

    check: str
    state: str
    text: str


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def doctor(*, as_json: bool) -> None:
    """Check settings, logins, versions, age of data, disk, keys, backup, audit trail; exit code 1 when one is bad."""
    found = [*_program(), *_settings(), *_disk(), *_readers(), *_store()]
    if as_json:
        say_json([asdict(finding) for finding in found])
    else:
        for finding in found:
            front = f"{MARKS[finding.state]} {_say(f'check_{finding.check}')}{_say('colon')}"
            say(f"{front}{cell(finding.text)}")
    sys.exit(1 if any(finding.state == BAD for finding in found) else 0)


def _say(key: str, **params: object) -> str:
    return tr(f"doctor.{key}", language(), **params)


def _program() -> Iterator[Finding]:
    try:
        own = version("street-cockpit")
    except PackageNotFoundError:
        own = "?"
    yield Finding(
        "program", GOOD, f"street-cockpit {own}, Python {platform.python_version()}, {_say('home')} {reader.home()}"
    )


def _settings() -> Iterator[Finding]:
    reasons = safe_start.before_store(None)
    for reason in reasons:
        yield Finding("settings", BAD, reason.text(language()))
    if not reasons:
        yield Finding("settings", GOOD, _say("settings_good"))
    yield _definitions()
    yield from _walls()


def _definitions() -> Finding:
    """Whether the indicators can be read: the first definition file with a fault, and every fault of it."""
    try:
        found = indicators()
        slots()
        assessment()
    except reader.ConfigError as error:
        return Finding("definitions", BAD, error.message(language()))
    return Finding("definitions", GOOD, _say("definitions_good", n=len(found)))


def _walls() -> Iterator[Finding]:
    """Whether the plans of walls can be read: each one with a fault, since its wall follows the shipped one instead."""
    faults = list[str]()
    try:
        known = walls.names()
    except reader.ConfigError as error:
        yield Finding("walls", LOOK, _say("wall_fault", fault=error.message(language())))
        return
    for name in known:
        try:
            walls.plan(name)
        except reader.ConfigError as error:
            faults.append(error.message(language()))
    yield from (Finding("walls", LOOK, _say("wall_fault", fault=fault)) for fault in faults)
    if not faults:
        yield Finding("walls", GOOD, _say("walls_good", n=len(known)))


def _disk() -> Iterator[Finding]:
    places = {reader.home()}
    if embedded.status().version is not None:
        places.add(embedded.status().data_dir)
    for place in sorted(places):
        known = next((one for one in (place, *place.parents) if one.exists()), place)
        free = shutil.disk_usage(known).free
        state = BAD if free < NO_DISK else LOOK if free < LITTLE_DISK else GOOD
        yield Finding("disk", state, _say("free", gib=formats.number(free / 2**30, digits=1), place=place))


def _readers() -> Iterator[Finding]:
    """What the kernel holds the process to that reads files."""
    try:
        found = desk.locked()
    except OSError as error:
        yield Finding("readers", BAD, tr("sandbox.doctor_none", language(), reason=error.strerror or error))
        return
    missing = [name for name, held in (("no_filter", found.filter), ("no_landlock", found.landlock)) if not held]
    for name in missing:
        yield Finding("readers", LOOK, tr(f"sandbox.doctor_{name}", language()))
    if not missing:
        yield Finding("readers", GOOD, tr("sandbox.doctor_good", language()))


def _store() -> Iterator[Finding]:
    """What the store says; its trouble is a finding, and what could then not be asked is left out."""
    try:
        store = Store.from_environment()
        found = checkup.versions(store)
    except GeoError as error:
        yield Finding("store", BAD, _say("away", reason=error))
        return
    yield Finding("store", GOOD, f"PostgreSQL {found.postgres}, PostGIS {found.postgis}, {found.proj}")
    schema = _schema(store)
    yield schema
    for asked in (_safety, _ages, _published, _keys, _trail) if schema.state == GOOD else ():
        try:
            yield from asked(store)
        except GeoError as error:
            yield Finding("store", BAD, _say("not_asked", reason=error))
    store.close()


def _schema(store: Store) -> Finding:
    try:
        with store.reading(OPERATOR, current_clock()) as connection:
            check(connection)
    except GeoError as error:
        return Finding("schema", BAD, str(error))
    return Finding("schema", GOOD, _say("schema_good", revision=head()))


def _safety(store: Store) -> Iterator[Finding]:
    reasons = safe_start.in_store(store)
    for reason in reasons:
        yield Finding("safety", BAD, reason.text(language()))
    if not safe_start.has_accounts(store):
        yield Finding("safety", LOOK, tr("start.no_accounts", language()))
    elif not reasons:
        yield Finding("safety", GOOD, _say("safety_good"))


def _ages(store: Store) -> Iterator[Finding]:
    clock = site_clock(store, OPERATOR)
    found = checkup.datasets(store, clock)
    for one in found:
        agreed = freshness.agreed_hours(one.dataset)
        old = clock.at - one.loaded_at
        age = formats.duration(max(old.total_seconds(), 0), language())
        named = catalogue(language()).get(f"data.dataset_{one.dataset.replace('-', '_')}", one.dataset)
        state = LOOK if old > timedelta(hours=2 * agreed) else GOOD
        yield Finding("freshness", state, _say("age", dataset=named, age=age, hours=formats.number(agreed)))
    if not found:
        yield Finding("freshness", LOOK, _say("nothing_loaded"))


def _trail(store: Store) -> Iterator[Finding]:
    """The head of the trail, and what the trail knows of backups."""
    found = checkup.trail(store, current_clock())
    if found.newest is None:
        yield Finding("audit", LOOK, _say("no_trail"))
    else:
        told = {"last": found.head.seq, "at": _moment(found.newest), "head": found.head.chain_hash}
        yield Finding("audit", GOOD, _say("trail", **told))
    if found.backed_up is None:
        yield Finding("backup", LOOK, _say("no_backup"))
    else:
        is_old = datetime.now(UTC) - found.backed_up > OLD_BACKUP
        yield Finding("backup", LOOK if is_old else GOOD, _say("backed_up", at=_moment(found.backed_up)))


def _moment(value: datetime) -> str:
    return f"{value.astimezone(site().zone):%Y-%m-%d %H:%M:%S}"


def _keys(store: Store) -> Iterator[Finding]:
    """Whether the key file is this store's; a copy in a safe place cannot be looked for."""
    found = sealing.status(store, OPERATOR, current_clock())
    if found.fault:
        yield Finding("keys", BAD, found.fault.message(language()))
    elif found.key_id is None:
        yield Finding("keys", GOOD, tr("vault.status_none", language()))
    else:
        key = "vault.status_ok" if found.store_key_id else "vault.status_new"
        yield Finding("keys", GOOD, f"{tr(key, language(), key=found.key_id)} {found.file}")
    if found.keys > 1:
        yield Finding("keys", LOOK, tr("vault.status_rotating", language(), keys=found.keys))


def _published(store: Store) -> Iterator[Finding]:
    due = publishing.due(store, site_clock(store, OPERATOR))
    if due:
        first, last = f"{min(due):%Y-%m}", f"{max(due):%Y-%m}"
        yield Finding("published", LOOK, _say("published_due", n=len(due), first=first, last=last))
    else:
        yield Finding("published", GOOD, _say("published_good"))

"""`cockpit keys`: the keys of the vault: a new one, what they are, a copy for the backup. No key is ever printed."""

import sys
from pathlib import Path

import click

from cockpit.cli.ready import ready_store
from cockpit.cli.telling import say, say_json
from config.messages import LANGUAGES, tr
from geo import sealing
from geo.sealing import VaultStatus
from geo.viewer import OPERATOR, current_clock

lang_option = click.option(
    "--lang", type=click.Choice(LANGUAGES), envvar="COCKPIT_LANG", default="zh", help="Language of the messages."
)


@click.group()
def keys() -> None:
    """The keys of sealed texts: rotate, status, export."""


@keys.command()
@lang_option
def rotate(*, lang: str) -> None:
    """Make a new key, seal everything with it, drop the old one."""
    clock = current_clock()
    seen = sealing.rotate(ready_store(clock), OPERATOR, clock)
    say(tr("vault.rotated", lang, rows=seen), err=True)


@keys.command()
@lang_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON on standard output.")
def status(*, lang: str, as_json: bool) -> None:
    """Say where the key lies, whether it is this store's, and how much is sealed. Ends with 1 where it is not."""
    clock = current_clock()
    found = sealing.status(ready_store(clock), OPERATOR, clock)
    if as_json:
        say_json(_record(found, lang))
    else:
        say("\n".join(_lines(found, lang)))
    sys.exit(1 if found.fault else 0)


@keys.command()
@click.argument("file", type=click.Path(path_type=Path))
@lang_option
def export(file: Path, *, lang: str) -> None:
    """Write the keys to FILE (0600), for the backup; an existing file is not overwritten."""
    clock = current_clock()
    try:
        sealing.export(ready_store(clock), OPERATOR, clock, to=file.absolute())
    except FileExistsError:
        say(tr("vault.file_exists", lang, file=file), err=True)
        sys.exit(2)
    say(tr("vault.exported", lang, file=file), err=True)


def _record(found: VaultStatus, lang: str) -> dict[str, object]:
    return {
        "file": str(found.file),
        "has_file": found.has_file,
        "keys": found.keys,
        "key": found.key_id,
        "store_key": found.store_key_id,
        "is_ok": found.fault is None,
        "fault": found.fault.message(lang) if found.fault else None,
        "sealed": found.sealed,
    }


def _lines(found: VaultStatus, lang: str) -> list[str]:
    told = [tr("vault.status_file", lang, file=found.file)]
    if found.fault:
        told.append(found.fault.message(lang))
    elif found.key_id is None:
        told.append(tr("vault.status_none", lang))
    else:
        told.append(tr("vault.status_ok" if found.store_key_id else "vault.status_new", lang, key=found.key_id))
    if found.keys > 1:
        told.append(tr("vault.status_rotating", lang, keys=found.keys))
    return told + [tr("vault.status_sealed", lang, table=table, rows=rows) for table, rows in found.sealed.items()]

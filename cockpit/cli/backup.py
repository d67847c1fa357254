"""`cockpit db backup` and `cockpit db restore`: all of a site in one file, its keys in another, and back.

Invariant: exit 2 means that nothing was changed; a document (`--json`) is all that goes to standard output.
"""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import click

from cockpit.cli.ready import language
from cockpit.cli.telling import say, say_json
from config import reader
from config.messages import tr
from geo import backup as backups
from geo import restoring
from geo.backup_words import BackupError
from geo.store import Store, configured_urls
from geo.viewer import OPERATOR, current_clock

T = TypeVar("T")
MEGABYTE = 1_000_000
path_type = click.Path(path_type=Path, dir_okay=False)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON on standard output.")


@click.command()
@click.argument("file", type=path_type)
@click.option(
    "--keys", metavar="KEYFILE", type=path_type, help="Write the site's keys into this file (keep it elsewhere)."
)
@click.option("--force", is_flag=True, help="Replace FILE and KEYFILE where they exist.")
@json_option
def backup(file: Path, *, keys: Path | None, force: bool, as_json: bool) -> None:
    """Write the whole store and the site's settings into FILE; pages and loads go on meanwhile."""
    clock = current_clock()
    store = Store.from_environment()  # as it stands: a backup migrates nothing
    mode = "replace" if force else "new"
    try:
        made = _told(
            lambda: backups.back_up(store, OPERATOR, clock, file=file, home=reader.home(), keys_file=keys, mode=mode)
        )
    finally:
        store.close()
    lang = language()
    say(tr("backup.made", lang, file=file, size=f"{made.size / MEGABYTE:.1f}",
                  tables=len(made.manifest["tables"]), rows=made.rows), err=True)  # fmt: skip
    if made.keys_file is not None:
        say(tr("backup.made_keys", lang, file=made.keys_file), err=True)
    elif made.keys:
        say(tr("backup.keys_elsewhere", lang, folder=reader.home() / "secrets"), err=True)
    if as_json:
        say_json({
            "file": str(made.file), "size": made.size, "keys": str(made.keys_file) if made.keys_file else None,
            "rows": made.rows, "manifest": dict(made.manifest),
        })  # fmt: skip


@click.command()
@click.argument("file", type=path_type)
@click.option("--keys", metavar="KEYFILE", type=path_type, help="The file of keys that was written with the backup.")
@click.option("--without-keys", is_flag=True, help="The keys are lost: restore all but what they sealed.")
@json_option
def restore(file: Path, *, keys: Path | None, without_keys: bool, as_json: bool) -> None:
    """Bring the backup FILE into an empty site and compare every table with it."""
    if keys is not None and without_keys:
        raise click.UsageError(tr("backup.keys_or_not", language()))
    urls = configured_urls()
    policy = "lost" if without_keys else "needed"
    done = _told(lambda: restoring.restore(urls, OPERATOR, file=file, home=reader.home(), keys_file=keys, keys=policy))
    lang = language()
    told = {
        "file": file,
        "made_at": done.manifest["made_at"],
        "tables": len(done.manifest["tables"]),
        "rows": done.rows,
    }
    say(tr("backup.restored", lang, **told), err=True)
    if done.revision != done.manifest["revision"]:
        say(tr("backup.migrated", lang, then=done.manifest["revision"], now=done.revision), err=True)
    if done.sessions_ended:
        say(tr("backup.sessions_ended", lang, count=done.sessions_ended), err=True)
    for path in done.set_aside:
        say(tr("backup.set_aside", lang, file=path), err=True)
    if as_json:
        say_json({
            "file": str(done.file), "rows": done.rows, "equal": True, "revision": done.revision,
            "sessions_ended": done.sessions_ended, "keys": list(done.keys),
            "set_aside": [str(path) for path in done.set_aside], "manifest": dict(done.manifest),
        })  # fmt: skip


def _told(work: Callable[[], T]) -> T:
    """The result of `work`, or one sentence in the reader's language: exit 2 for a refusal, 1 for a failure."""
    try:
        return work()
    except BackupError as error:
        say(error.message(language()), err=True)
        sys.exit(2 if error.is_refusal else 1)

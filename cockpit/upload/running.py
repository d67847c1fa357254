"""The three things that are done to a file in a child process: looked at, tried, loaded.

Invariant: only what the child itself said counts; where it was ended while it loaded, the ledger is asked what became
of it.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import Any

from cockpit import queries
from cockpit.upload import desk as desks
from cockpit.upload.child import Child
from cockpit.upload.desk import ASKED, DONE, LOADING, LOOKING, SHOWN, TRYING, Choice, Upload
from geo import steward
from geo.audit import audit
from geo.errors import StoreUnavailable
from geo.masking import hidden
from geo.viewer import Viewer, current_clock

BEFORE = {LOOKING: ASKED, TRYING: ASKED, LOADING: SHOWN}
"""The stage to which an upload falls back when what is under way ends without a result."""


def note(viewer: Viewer, upload: Upload, action: str, **detail: object) -> None:
    """A line in the audit trail; raises StoreUnavailable: without it nothing is done."""
    told = {"file": hidden(upload.name), "size": upload.size, "sha256": upload.sha256, **detail}
    with queries.store().auditing(viewer, current_clock()) as connection:
        audit(connection, viewer=viewer, action=action, target="upload", detail=told)


def look(upload: Upload, viewer: Viewer, *, lang: str, dataset: str | None = None, draft: str | None = None) -> None:
    """Begins to find out what the file is; `draft` names a mapping that is written from it. Raises DeskFullError."""
    told = [f"--name={upload.name}", f"--as={viewer.name}", f"--lang={lang}", "--json"]
    told += [f"--dataset={dataset}"] if dataset else []
    told += [f"--write={draft}"] if draft else []
    told += [f"--sheet={upload.part}"] if upload.part is not None else []
    with _turn(upload, LOOKING):
        _begin(upload, viewer, LOOKING, ["inspect", str(upload.path), *told])


def attempt(upload: Upload, viewer: Viewer, choice: Choice, *, lang: str) -> None:
    """Begins a dry run; raises StoreUnavailable and DeskFullError."""
    with _turn(upload, TRYING):
        note(viewer, upload, "upload-tried", **_told(choice))
        upload.choice, upload.tried = choice, {}
        _begin(upload, viewer, TRYING, [*_take_in(upload, viewer, choice, lang), "--dry-run"])


def load(upload: Upload, viewer: Viewer, *, lang: str) -> None:
    """Begins the load that was shown; raises StoreUnavailable and DeskFullError."""
    if upload.choice is None:
        return
    with _turn(upload, LOADING):
        note(viewer, upload, "upload-confirmed", **_told(upload.choice))
        upload.result = {}
        _begin(upload, viewer, LOADING, _take_in(upload, viewer, upload.choice, lang))


@contextmanager
def _turn(upload: Upload, stage: str) -> Iterator[None]:
    """The stage, where one more may run; what cannot begin falls back to where it was."""
    before = upload.stage
    desks.desk().take_turn(upload, stage)
    try:
        yield
    except BaseException:
        upload.stage = before
        raise


def cancel(upload: Upload, viewer: Viewer) -> None:
    """Ends what is under way; a load that was committed before that stays, and is told. Raises StoreUnavailable."""
    stage = upload.stage
    if upload.child is not None:
        upload.child.end()
    if upload.stage == BEFORE[stage]:
        upload.fault, upload.said = "upload.was_cancelled", ""
    note(viewer, upload, "upload-cancelled", stage=stage)


def drop(upload: Upload, viewer: Viewer) -> None:
    """Removes the file; its line in the trail may fail, the file goes all the same."""
    is_loaded = upload.stage == DONE
    desks.desk().drop(upload)
    if is_loaded:
        return
    with suppress(StoreUnavailable):
        note(viewer, upload, "upload-dropped")


def _told(choice: Choice) -> dict[str, object]:
    return {name: value for name, value in vars(choice).items() if value is not None}


def _take_in(upload: Upload, viewer: Viewer, choice: Choice, lang: str) -> list[str]:
    found = [
        "take-in",
        choice.dataset,
        str(upload.path),
        f"--name={upload.name}",
        f"--as={viewer.name}",
        f"--lang={lang}",
    ]
    given = {"source": choice.source, "crs": choice.crs, "level": choice.level, "sheet": choice.part}
    found += [f"--{option}={value}" for option, value in given.items() if value is not None]
    return found


def _begin(upload: Upload, viewer: Viewer, stage: str, arguments: list[str]) -> None:
    upload.rows, upload.fault, upload.said = 0, "", ""
    since, is_looked = current_clock().at, False

    def on_line(line: Mapping[str, Any]) -> None:
        nonlocal is_looked
        if "rows" in line and "status" not in line:
            upload.rows = int(line["rows"])
        elif stage == LOOKING:
            upload.looked, is_looked = line, True
            upload.parts = tuple(line["parts"]) or upload.parts
        elif stage == TRYING:
            upload.tried, upload.stage = line, SHOWN
        else:
            _finish(upload, line)

    def on_end(said: str) -> None:
        if upload.stage != stage:
            return
        load_id = _landed(upload, viewer, since) if stage == LOADING else None
        if load_id is not None:
            _finish(upload, {"result": {"status": "loaded", "load_id": load_id}})
            return
        if not is_looked:
            upload.fault, upload.said = "" if said else "upload.failed", said
        upload.stage = BEFORE[stage]

    upload.child = Child(arguments, on_line=on_line, on_end=on_end)


def _finish(upload: Upload, line: Mapping[str, Any]) -> None:
    """What a load said at its end; a file that went in is removed at once."""
    upload.result = line
    is_in = line["result"]["status"] != "refused"
    upload.stage = DONE if is_in else SHOWN
    if is_in:
        upload.path.unlink(missing_ok=True)


def _landed(upload: Upload, viewer: Viewer, since: datetime) -> int | None:
    """The load of this file by this account since then; None also where the store cannot be asked."""
    try:
        return steward.landed(queries.store(), viewer, current_clock(), sha256=upload.sha256, since=since)
    except StoreUnavailable:
        return None

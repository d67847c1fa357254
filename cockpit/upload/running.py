"""The three things that are done to a file in a child process: looked at, tried, loaded.

Invariant: only what the child itself said counts; where it was ended while it loaded, the ledger is asked what became
of it, once its transaction is over. One thing is done to a file at a time, from however many pages.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import Any

from cockpit import queries
from cockpit.upload import desk as desks
from cockpit.upload.child import Child
from cockpit.upload.desk import ASKED, DONE, LOADING, LOOKING, SHOWN, TRYING, Choice, Upload
from geo import steward, turns
from geo.audit import audit
from geo.errors import StoreUnavailable
from geo.masking import hidden
from geo.viewer import Viewer, current_clock

BEFORE = {LOOKING: ASKED, TRYING: ASKED, LOADING: SHOWN}
"""The stage to which an upload falls back when what is under way ends without a result."""
WAIT_S = 10
"""How long a load that was ended is waited for, so that the ledger tells what became of it."""
NOT_KNOWN = "upload.not_known"


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
    with _turn(upload, LOOKING) as is_ours:
        if is_ours:
            _begin(upload, viewer, LOOKING, ["inspect", str(upload.path), *told])


def attempt(upload: Upload, viewer: Viewer, choice: Choice, *, lang: str) -> None:
    """Begins a dry run; raises StoreUnavailable and DeskFullError."""
    with _turn(upload, TRYING) as is_ours:
        if is_ours:
            note(viewer, upload, "upload-tried", **_told(choice))
            upload.choice, upload.tried = choice, {}
            _begin(upload, viewer, TRYING, [*_take_in(upload, viewer, choice, lang), "--dry-run"])


def load(upload: Upload, viewer: Viewer, *, lang: str) -> None:
    """Begins the load that was shown; raises StoreUnavailable and DeskFullError."""
    if upload.choice is None:
        return
    with _turn(upload, LOADING) as is_ours:
        if is_ours:
            note(viewer, upload, "upload-confirmed", **_told(upload.choice))
            upload.result = {}
            _begin(upload, viewer, LOADING, _take_in(upload, viewer, upload.choice, lang))


@contextmanager
def _turn(upload: Upload, stage: str) -> Iterator[bool]:
    """The stage, where one more may run and no other page was first; what cannot begin falls back to where it was."""
    before = upload.stage
    is_ours = desks.desk().take_turn(upload, stage)
    try:
        yield is_ours
    except BaseException:
        if is_ours:
            upload.claim(stage, before)
        raise


def cancel(upload: Upload, viewer: Viewer) -> None:
    """Ends what is under way; a load that was committed before that stays, and is told. Raises StoreUnavailable."""
    stage = upload.stage
    if upload.child is not None:
        upload.child.end()
    if upload.stage == BEFORE[stage] and upload.fault != NOT_KNOWN:
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
    since, is_looked, server = current_clock().at, False, None

    def on_line(line: Mapping[str, Any]) -> None:
        nonlocal is_looked, server
        if "rows" in line and "status" not in line:
            if not upload.rows and stage == LOADING:
                server = _server(viewer)
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
        if stage == LOADING and _is_landed(upload, viewer, since, server):
            return
        if not is_looked and upload.fault != NOT_KNOWN:
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


def _server(viewer: Viewer) -> int | None:
    """The server's process that has the turn; None also where the store cannot be asked."""
    with suppress(StoreUnavailable):
        return turns.server(queries.store(), viewer, current_clock())
    return None


def _is_landed(upload: Upload, viewer: Viewer, since: datetime, server: int | None) -> bool:
    """Whether the load of this file by this account since then is in the ledger, which is told then.

    Notes that nobody knows where the store cannot be asked, or its process `server` is still at the COMMIT.
    """
    store, clock = queries.store(), current_clock()
    try:
        is_over = turns.is_over(store, viewer, clock, pid=server, wait_s=WAIT_S)
        load_id = steward.landed(store, viewer, clock, sha256=upload.sha256, since=since)
    except StoreUnavailable:
        is_over, load_id = False, None
    if load_id is not None:
        _finish(upload, {"result": {"status": "loaded", "load_id": load_id}})
    elif not is_over:
        upload.fault, upload.said = NOT_KNOWN, ""
    return load_id is not None

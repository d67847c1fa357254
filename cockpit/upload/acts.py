"""What a steward clicks while a file is brought in: sheet, try, back, confirm, cancel, write a mapping, begin anew.

Invariant: nothing is loaded without a second click that follows a preview of exactly this choice; of what was typed
only names that exist get into a command.
"""

import re
from collections.abc import Callable, Mapping
from urllib.parse import parse_qs

import streamlit as st

from cockpit.data.computed import DATASETS, DataView
from cockpit.upload import running
from cockpit.upload.desk import ASKED, SHOWN, Choice, DeskFullError, Upload, desk
from config.mapping import LEVELS, source_names
from geo.errors import StoreUnavailable

LONGEST = 2_000
DATASET = "holds"
"""The field with the dataset; one called `dataset` would hide the form's own property of that name."""
CRS = re.compile(r"[A-Za-z0-9:_-]{0,40}")
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
Form = Mapping[str, str]


def handle(data: DataView, upload: Upload, clicked: str) -> None:
    """Does what was clicked, and draws the page anew."""
    name, _, fields = clicked.partition("?")
    if name not in ACTS or not desk().is_held(upload):
        st.rerun()
    form = {key: values[0].strip() for key, values in parse_qs(fields[:LONGEST], keep_blank_values=True).items()}
    try:
        ACTS[name](data, upload, form)
    except StoreUnavailable:
        upload.fault = "upload.store_down"
    except DeskFullError:
        upload.fault = "upload.desk_full"
    st.rerun()


def _try(data: DataView, upload: Upload, form: Form) -> None:
    choice = _choice(upload, form)
    if upload.stage != ASKED:
        return
    if choice is None:
        upload.fault = "upload.bad_choice"
        return
    running.attempt(upload, data.view.viewer, choice, lang=data.view.lang)


def _choice(upload: Upload, form: Form) -> Choice | None:
    """The choice of the form; None where it names what does not exist."""
    dataset, source, crs, level = (form.get(name, "") for name in (DATASET, "source", "crs", "level"))
    is_known = dataset in DATASETS and (not source or source in source_names()) and (not level or level in LEVELS)
    if not is_known or not CRS.fullmatch(crs):
        return None
    return Choice(
        dataset, source or None, crs or None, level if level and dataset == "boundaries" else None, upload.part
    )


def _part(data: DataView, upload: Upload, form: Form) -> None:
    """Looks again, at the sheet or layer of this number."""
    number = form.get("part", "")
    if upload.stage != ASKED or not number.isdecimal() or int(number) >= len(upload.parts):
        return
    upload.part, upload.choice = upload.parts[int(number)], None
    running.look(upload, data.view.viewer, lang=data.view.lang)


def _draft(data: DataView, upload: Upload, form: Form) -> None:
    name, dataset = form.get("draft", ""), form.get(DATASET, "")
    if upload.stage != ASKED:
        return
    if not NAME.fullmatch(name) or name in source_names() or dataset not in DATASETS:
        upload.fault = "upload.bad_draft"
        return
    if not desk().has_turn():
        raise DeskFullError
    running.note(data.view.viewer, upload, "upload-mapping", mapping=name)
    running.look(upload, data.view.viewer, lang=data.view.lang, dataset=dataset, draft=name)


def _back(data: DataView, upload: Upload, form: Form) -> None:  # noqa: ARG001 - one signature for all acts
    if upload.claim(SHOWN, ASKED):
        upload.fault, upload.said, upload.result = "", "", {}


def _confirm(data: DataView, upload: Upload, form: Form) -> None:  # noqa: ARG001
    if upload.stage == SHOWN and upload.choice is not None:
        running.load(upload, data.view.viewer, lang=data.view.lang)


def _cancel(data: DataView, upload: Upload, form: Form) -> None:  # noqa: ARG001
    if upload.is_running:
        running.cancel(upload, data.view.viewer)


def _drop(data: DataView, upload: Upload, form: Form) -> None:  # noqa: ARG001
    running.drop(upload, data.view.viewer)


ACTS: dict[str, Callable[[DataView, Upload, Form], None]] = {
    "try": _try,
    "part": _part,
    "draft": _draft,
    "back": _back,
    "confirm": _confirm,
    "cancel": _cancel,
    "drop": _drop,
}

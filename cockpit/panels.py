"""Panels with their four faces: data, empty (with the reason), stale (with the age), down (what happened, what to do).

Invariant: each panel asks its own query inside `draw`, and a store that does not answer is caught here and nowhere
else; so one failed panel leaves the others standing.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import streamlit as st

from cockpit import formats, queries
from cockpit.context import View
from cockpit.picture import esc, picture
from config import freshness
from geo.errors import NotMigrated, StoreUnavailable


@dataclass(frozen=True, slots=True)
class Empty:
    """What `draw` returns when there is nothing to draw: the reason, in the reader's language."""

    reason: str


def header(title: str, unit: str, age: str = "", *, mark: str = "") -> str:
    """The head of a section: 2 px rule, bold title, plain unit and period, age at the right end."""
    end = f'<span class="age{" " + mark if mark else ""}">{esc(age)}</span>' if age else ""
    return f'<h2 class="sec"><b>{esc(title)}</b><span class="unit">{esc(unit)}</span>{end}</h2>'


def panel(
    view: View,
    *,
    key: str,
    title: str,
    unit: str,
    draw: Callable[[], Empty | None],
    dataset: str | None = None,
) -> None:
    """Draws one section: its head, then what `draw` puts on the page, in the face that its data has.

    `draw` asks and draws, and returns Empty when there is nothing. `dataset` (such as "incidents") gives the age.
    """
    loaded_at = view.datasets[dataset].loaded_at if dataset and dataset in view.datasets else None
    face, age = _face(view, dataset, loaded_at)
    with st.container(key=f"panel_{face}_{key}"):
        picture(header(title, unit, age, mark=face), key=f"{key}_head")
        try:
            found = draw()
        except StoreUnavailable as fault:
            picture(down_markup(view, fault), key=f"{key}_down")
            return
        if isinstance(found, Empty):
            picture(f'<p class="empty">{esc(found.reason)}</p>', key=f"{key}_empty")


def told(words: Callable[[], str]) -> str:
    """What `words` say for the head of a panel; nothing while the store is down (the panel itself says so)."""
    try:
        return words()
    except StoreUnavailable:
        return ""


def _face(view: View, dataset: str | None, loaded_at: datetime | None) -> tuple[str, str]:
    """The face of a panel that has something to show, and the words at the right end of its head."""
    if view.pulse and view.pulse.down_since:
        time = _moment(view, view.pulse.down_since)
        return "down", "▢ " + view.tr("common.down_since", time=time, seconds=queries.RETRY_S)
    if dataset is None or loaded_at is None or view.replay:  # what is played again is as old as the replay's clock
        return "data", ""
    age = formats.age(loaded_at, now=view.clock.at, zone=view.site.zone, lang=view.lang)
    if view.clock.at - loaded_at > timedelta(hours=2 * freshness.agreed_hours(dataset)):
        late = formats.lapse((view.clock.at - loaded_at).total_seconds(), view.lang)
        return "stale", view.tr("common.stale", age=late)
    gap = " " if view.lang == "zh" and age[0].isdigit() else ""
    return "data", view.tr("common.updated", age=gap + age)


def _moment(view: View, value: datetime) -> str:
    return formats.moment(value, now=view.clock.at, zone=view.site.zone, lang=view.lang)


def down_markup(view: View, fault: StoreUnavailable) -> str:
    """What is said in place of a picture that cannot be asked for."""
    key = "common.not_migrated" if isinstance(fault, NotMigrated) else "common.down_what"
    return f'<p class="down"><b>{esc(view.tr("common.down_title"))}</b>{esc(view.tr(key))}</p>'

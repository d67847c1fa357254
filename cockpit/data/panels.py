"""The head of the data page: its style, its sentence, and the way to the loads that need someone."""

import streamlit as st

from cockpit import formats
from cockpit.data import computed as asking
from cockpit.data import words
from cockpit.data.computed import OTHER_LOAD, DataView
from cockpit.markup import attributes, esc
from cockpit.picture import STATIC, picture
from cockpit.theme import page_head
from geo.errors import StoreUnavailable
from geo.steward import Trouble


def apply_style() -> None:
    """Puts the page's stylesheet on this run."""
    st.html(STATIC / "data.css")
    st.html(STATIC / "quarantine.css")


def head(data: DataView) -> None:
    """The computed sentence, or why there is none; below it the loads that need someone."""
    try:
        sentence, lead = words.sentence(data)
        strip = _strip(data)
        sentence = _kept(data, sentence)
    except StoreUnavailable:
        sentence, lead, strip = data.view.tr("data.down_sentence"), "", ""
    page_head(data.view, sentence=sentence, lead=lead)
    if strip:
        picture(strip, key="data_strip")


def _kept(data: DataView, sentence: str) -> str:
    """The sentence of a kept picture with its moment, while the store is down."""
    view = data.view
    if view.pulse is None or view.pulse.down_since is None:
        return sentence
    time = formats.moment(view.clock.at, now=view.pulse.down_since, zone=view.site.zone, lang=view.lang)
    return view.tr("data.kept", time=time, sentence=sentence)


def _strip(data: DataView) -> str:
    """Chips: the newest load, and those whose quarantine or refusal no later file of the same name has mended."""
    if data.is_empty:
        return ""
    tr = data.view.tr
    found, total = asking.troubled(data)
    newest = _chip(data, None, tr("data.newest"), is_on=data.is_newest)
    if data.load and not data.is_newest and all(one.load_id != data.load.load_id for one in found):
        newest += _chip(data, data.load.load_id, tr("data.load_n", n=data.load.load_id), is_on=True)
    if not found:
        return f'<div class="filters">{newest}<span class="i2">{esc(tr("data.no_trouble"))}</span></div>'
    chips = "".join(_trouble(data, one) for one in found)
    rest = total - len(found)
    more = f'<span class="i3">{esc(tr("data.more_trouble", n=formats.number(rest)))}</span>' if rest > 0 else ""
    label = f'<span class="i2" data-tip="{esc(tr("data.trouble_tip"))}">{esc(tr("data.trouble"))}</span>'
    return f'<div class="filters">{newest}{label}{chips}{more}</div>'


def _trouble(data: DataView, one: Trouble) -> str:
    key = "data.trouble_refused" if one.status == "refused" else "data.trouble_quarantined"
    label = data.view.tr(key, load=one.load_id, n=formats.number(one.quarantined))
    is_on = data.load is not None and data.load.load_id == one.load_id
    return _chip(data, one.load_id, label, is_on=is_on, tip=f"{words.dataset(data, one.dataset)} · {one.file}")


def _chip(data: DataView, load_id: int | None, label: str, *, is_on: bool, tip: str | None = None) -> str:
    link = data.view.link({**OTHER_LOAD, "load": str(load_id) if load_id else None})
    known = attributes(href=link, data_go=link, aria_current="true" if is_on else None, data_tip=tip)
    return f'<a class="chip"{known}>{esc(label)}</a>'

"""Bringing a file in on the data page: chosen, recognised, tried, shown on a map, loaded; each stage its own face.

Invariant: every text of the file and every name goes through `esc`; a form's markup depends on the upload alone, so
that what somebody types survives the page's own runs.
"""

from collections.abc import Mapping
from pathlib import PurePath
from typing import Any

import streamlit as st

from cockpit import formats
from cockpit.access import current, pages
from cockpit.data import words
from cockpit.data.computed import DATASETS, DataView
from cockpit.markup import attributes, esc
from cockpit.picture import STATIC, picture
from cockpit.upload import acts, preview
from cockpit.upload.acts import DATASET
from cockpit.upload.desk import ASKED, DONE, LOADING, RECEIVING, SHOWN, Upload, desk
from config.mapping import LEVELS, source_names
from config.upload import upload as limits
from geo.accounts import Session

EVERY_S = 1.0
SHOWN_COLUMNS = 8
KNOWN_CRS = ("EPSG:4326", "EPSG:4490", "EPSG:4549", "EPSG:4528", "gcj02", "bd09")


def may_upload(data: DataView) -> bool:
    """Whether who looks may bring files in."""
    return current.may(data.view.viewer, "act.load")


def unit(data: DataView) -> str:
    """What the panel is for."""
    return data.view.tr("upload.unit", most=limits().most_mib)


def draw(data: DataView) -> None:
    """The face of the stage at which the session's file is."""
    st.html(STATIC / "upload.css")
    session = current.of_page()
    if session is None:
        return
    upload = desk().find(session.session_id)
    if upload is not None and upload.is_running:
        _follow(data, upload)
        return
    if upload is None or upload.stage == RECEIVING:
        _choose(data, session)
        return
    face = {ASKED: _asked, SHOWN: preview.face, DONE: _done}[upload.stage]
    markup = face(data, upload)
    clicked = picture(_fault(upload) + markup, key=f"upload_{upload.token}_{upload.stage}")
    if clicked and not clicked.startswith("?"):
        acts.handle(data, upload, clicked)


def _fault(upload: Upload) -> str:
    return f'<p class="note up-fault" role="alert">{esc(upload.fault)}</p>' if upload.fault else ""


def button(word: str, act: str, *, style: str = "btn") -> str:
    """A button of the panel."""
    return f'<button type="button"{attributes(class_=style, data_go=act)}>{esc(word)}</button>'


# ---------------------------------------------------------------- a file is chosen


def _choose(data: DataView, session: Session) -> None:
    tr = data.view.tr
    known = attributes(
        data_upload=f"/upload/file?lang={data.view.lang}", data_ticket=desk().ticket(session.session_id),
        data_most=limits().most_bytes, data_large=tr("upload.too_large", most=limits().most_mib),
        data_busy=tr("upload.sending"), data_lost=tr("upload.broken_off"),
    )  # fmt: skip
    body = (
        f'<div class="up-drop"{known}><label class="btn p up-choose">{esc(tr("upload.choose"))}'
        f'<input type="file" class="up-file"{attributes(aria_label=tr("upload.choose"))}></label>'
        f'<span class="i2">{esc(tr("upload.drop_here"))}</span>'
        f'<span class="up-said" role="status"></span><progress class="up-sent" max="100" value="0" hidden></progress>'
        f'<button type="button" class="btn up-stop" hidden>{esc(tr("upload.cancel"))}</button></div>'
        f'<p class="i3 up-formats">{esc(tr("upload.formats"))}</p>'
    )
    if picture(body, key="upload_choose") == "received":
        st.rerun()


# ---------------------------------------------------------------- something is under way


def _follow(data: DataView, upload: Upload) -> None:
    """The rows read so far, drawn anew every second; at the end the whole page is."""

    @st.fragment(run_every=EVERY_S)
    def look() -> None:
        if not upload.is_running:
            st.session_state[pages.DRAWN_BY_ITSELF] = True
            st.rerun()
        clicked = picture(_running(data, upload), key=f"upload_run_{upload.token}")
        if clicked == "cancel":
            acts.handle(data, upload, clicked)

    look()


def _running(data: DataView, upload: Upload) -> str:
    tr = data.view.tr
    rows = tr("upload.rows", n=formats.number(upload.rows)) if upload.rows else ""
    stop = button(tr("upload.cancel"), "cancel")
    hint = f'<p class="i3">{esc(tr("upload.loading_hint"))}</p>' if upload.stage == LOADING else ""
    said = f"<p><b>{esc(tr(f'upload.stage_{upload.stage}'))}</b> {esc(upload.name)}</p><p>{esc(rows)}</p>{hint}"
    spin = '<i class="up-spin" aria-hidden="true"></i>'
    return f'<div class="up-run">{spin}<div role="status">{said}</div>{stop}</div>'


# ---------------------------------------------------------------- recognised: how is it to be read?


def _asked(data: DataView, upload: Upload) -> str:
    tr, looked = data.view.tr, upload.looked
    if looked.get("status") != "inspected":
        said = looked.get("message") or upload.fault
        return (
            f'<p class="up-name"><b>{esc(upload.name)}</b></p><p class="note up-fault" role="alert">'
            f'{esc(tr("upload.unreadable"))} {esc(said)}</p><p class="up-acts">{button(tr("upload.other"), "drop")}</p>'
        )
    left, right = _facts(data, upload) + _columns(data, looked), _form(data, upload)
    if looked["mapping"]:
        name = PurePath(looked["mapping"]).stem
        right = f'<p class="note" role="status">{esc(tr("upload.drafted", name=name))}</p>{right}'
    return f'<div class="up-two"><div>{left}</div><div>{right}</div></div>'


def _facts(data: DataView, upload: Upload) -> str:
    tr, looked = data.view.tr, upload.looked
    parts = [str(looked["format"]), tr("upload.rows", n=formats.number(looked["rows"]))]
    parts += [str(looked["encoding"])] if looked["encoding"] else []
    if looked["part"] and len(looked["parts"]) > 1:
        parts.append(tr("upload.part", part=looked["part"], n=len(looked["parts"])))
    lines = [f'<p class="up-name"><b>{esc(upload.name)}</b> <span class="i2">{esc(" · ".join(parts))}</span></p>']
    if looked["hidden"]:
        lines.append(f"<p>{esc(tr('inspect.hidden', parts='、'.join(looked['hidden'])))}</p>")
    if looked["times"]:
        lines.append(f"<p>{esc(tr('inspect.times', first=looked['times']['from'], last=looked['times']['to']))}</p>")
    crs = looked["crs"]
    if crs:
        told = tr("inspect.crs_declared", crs=crs["declared"]) if crs["declared"] else tr("inspect.crs_undeclared")
        lines.append(f"<p>{esc(told)} · {esc(tr('inspect.range_' + crs['looks'], fits=crs['fits']))}</p>")
        if crs["inside"]:
            shares = ", ".join(f"{name} {share:.1%}" for name, share in crs["inside"].items())
            lines.append(f"<p>{esc(tr('inspect.crs_readings', readings=shares))}</p>")
    for column, odd in looked["unknown"].items():
        listed = "、".join(f"{word} ({rows})" for word, rows in list(odd.items())[:SHOWN_COLUMNS])
        lines.append(f"<p>{esc(tr('inspect.unknown', column=_heading(looked, column), words=listed))}</p>")
    return "".join(lines)


def _heading(looked: Mapping[str, Any], column: str) -> str:
    return next((str(one["heading"]) for one in looked["columns"] if one["column"] == column), column)


def _columns(data: DataView, looked: Mapping[str, Any]) -> str:
    """The headings with what they are taken for; those beyond the first ones on demand."""
    tr = data.view.tr
    dataset = looked["datasets"][0]["dataset"] if looked["datasets"] else ""
    rows = [_column(data, dataset, one) for one in looked["columns"]]
    heads = "".join(
        f"<th>{esc(tr(f'inspect.head_{name}'))}</th>" for name in ("heading", "column", "why", "looks", "examples")
    )
    first, rest = rows[:SHOWN_COLUMNS], rows[SHOWN_COLUMNS:]
    table = f'<table class="up-columns"><thead><tr>{heads}</tr></thead><tbody>{"".join(first)}</tbody></table>'
    if rest:
        more = tr("upload.more_columns", n=len(rest))
        table += (
            f'<details><summary>{esc(more)}</summary><table class="up-columns"><tbody>'
            f"{''.join(rest)}</tbody></table></details>"
        )
    return table


def _column(data: DataView, dataset: str, one: Mapping[str, Any]) -> str:
    tr = data.view.tr
    why = tr(f"inspect.how_{one['how']}", likeness=f"{one['likeness']:.2f}") if one["how"] else ""
    span = f"{one['low']} – {one['high']}" if one["low"] is not None else ", ".join(one["examples"])
    ours = words.column(data, dataset, one["column"]) if one["column"] else "–"
    cells = [one["heading"], ours, why, tr(f"inspect.looks_{one['looks']}"), span]
    return (
        "<tr>" + "".join(f'<td class="d-text"{attributes(data_tip=cell)}>{esc(cell)}</td>' for cell in cells) + "</tr>"
    )


def _form(data: DataView, upload: Upload) -> str:
    tr, looked, chosen = data.view.tr, upload.looked, upload.choice
    best = looked["datasets"][0] if looked["datasets"] else None
    dataset = chosen.dataset if chosen else (best["dataset"] if best else "incidents")
    source = (chosen.source if chosen else (looked["sources"] or [""])[0]) or ""
    if chosen is None and best and best["built_in"]:
        source = ""
    datasets = "".join(_option(words.dataset(data, name), name, dataset) for name in DATASETS)
    fitting = [name for name in looked["sources"] if name in source_names()]
    others = [name for name in source_names() if name not in fitting]
    sources = _option(tr("upload.built_in"), "", source) + "".join(
        _option(tr("upload.fits", name=name), name, source) for name in fitting
    ) + "".join(_option(name, name, source) for name in others)  # fmt: skip
    level = (chosen.level if chosen else looked["level"]) or ""
    levels = _option(tr("upload.no_level"), "", level) + "".join(
        _option(tr(f"common.level_{one}"), one, level) for one in LEVELS
    )
    crs = (chosen.crs if chosen else "") or ""
    listed = "".join(f"<option{attributes(value=name)}></option>" for name in KNOWN_CRS)
    needs = _needs(data, best, fitting)
    draft = _draft(data, dataset, best, fitting)
    act = f'<button type="submit"{attributes(class_="btn" if draft else "btn p")}>{esc(tr("upload.try"))}</button>'
    return (
        f'{needs}{draft}<form class="up-form" data-send="try">'
        f"{_field(tr('upload.dataset'), _select(DATASET, datasets))}"
        f"{_field(tr('upload.source'), _select('source', sources), tr('upload.source_hint'))}"
        f"{_field(tr('upload.level'), _select('level', levels), tr('upload.level_hint'))}"
        f"{_field(tr('upload.crs'), _crs(crs, listed), tr('upload.crs_hint'))}"
        f'<p class="up-acts">{act}{button(tr("upload.drop"), "drop")}</p></form>'
    )


def _needs(data: DataView, best: Mapping[str, Any] | None, fitting: list[str]) -> str:
    """What the recognition came to, in a sentence."""
    tr = data.view.tr
    if best is None:
        said = tr("upload.unknown_dataset")
    elif best["missing"]:
        missing = "、".join(words.column(data, best["dataset"], name) for name in best["missing"])
        said = tr("upload.lacks", dataset=words.dataset(data, best["dataset"]), columns=missing)
    elif best["built_in"]:
        said = tr("upload.ready", dataset=words.dataset(data, best["dataset"]))
    elif fitting:
        said = tr("upload.has_mapping", dataset=words.dataset(data, best["dataset"]), name=fitting[0])
    else:
        said = tr("upload.needs_mapping", dataset=words.dataset(data, best["dataset"]))
    return f'<p class="up-verdict">{esc(said)}</p>'


def _draft(data: DataView, dataset: str, best: Mapping[str, Any] | None, fitting: list[str]) -> str:
    """The form that writes a mapping to start from, where the built-in one does not take the file."""
    if best is None or best["built_in"] or fitting:
        return ""
    tr = data.view.tr
    known = attributes(
        name="draft", type="text", maxlength=64, required="", autocomplete="off", pattern="[A-Za-z0-9][A-Za-z0-9_-]*"
    )
    hidden = f"<input{attributes(type='hidden', name=DATASET, value=dataset)}>"
    return (
        f'<form class="up-form up-draft" data-send="draft">{hidden}'
        f"{_field(tr('upload.draft'), f'<input{known}>', tr('upload.draft_hint'))}"
        f'<p class="up-acts"><button type="submit" class="btn p">{esc(tr("upload.draft_act"))}</button></p></form>'
    )


def _option(label: str, value: str, chosen: str) -> str:
    return f"<option{attributes(value=value, selected='' if value == chosen else None)}>{esc(label)}</option>"


def _select(name: str, options: str) -> str:
    return f"<select{attributes(name=name)}>{options}</select>"


def _crs(value: str, listed: str) -> str:
    known = attributes(name="crs", type="text", value=value, maxlength=40, list="up-crs", autocomplete="off")
    return f'<input{known}><datalist id="up-crs">{listed}</datalist>'


def _field(label: str, control: str, hint: str = "") -> str:
    told = f'<span class="i3">{esc(hint)}</span>' if hint else ""
    return f'<label class="up-field"><span>{esc(label)}</span><span>{control}{told}</span></label>'


# ---------------------------------------------------------------- loaded


def _done(data: DataView, upload: Upload) -> str:
    tr, ended = data.view.tr, upload.result["result"]
    load_id = ended.get("load_id")
    counts = {
        name: formats.number(ended[name])
        for name in ("read", "inserted", "updated", "unchanged", "quarantined")
        if name in ended
    }
    if ended["status"] == "nothing-new":
        said = tr("upload.nothing_new", load=load_id)
    elif counts:
        said = tr("upload.did_load", load=load_id, **counts)
    else:
        said = tr("upload.was_committed", load=load_id)
    link = data.view.link({"load": str(load_id), "fault": None, "rows": None, "sort": None, "dir": None})
    see = f"<a{attributes(href=link, data_go=link, class_='btn p')}>{esc(tr('upload.see_load', load=load_id))}</a>"
    return (
        f'<p class="note" role="status"><b>{esc(upload.name)}</b> {esc(said)}</p>'
        f'<p class="up-acts">{see}{button(tr("upload.next"), "drop")}</p>'
    )

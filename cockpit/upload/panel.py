"""Bringing a file in on the data page: chosen, recognised, tried, shown on a map, loaded; each stage its own face.

Invariant: every text of the file and every name goes through `esc`; a form's markup depends on the upload alone, so
that what somebody types survives the page's own runs.
"""

import streamlit as st

from cockpit import formats
from cockpit.access import current, pages
from cockpit.data.computed import DataView
from cockpit.markup import attributes, esc
from cockpit.picture import STATIC, picture
from cockpit.upload import acts, asked, preview
from cockpit.upload.buttons import button
from cockpit.upload.desk import ASKED, DONE, LOADING, RECEIVING, SHOWN, Upload, desk
from config.upload import upload as limits
from geo.accounts import Session

EVERY_S = 1.0


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
    upload = desk().find(session.session_id, tab=pages.tab())
    if upload is not None and upload.is_running:
        _follow(data, upload)
        return
    if upload is None or upload.stage == RECEIVING:
        _choose(data, session)
        return
    face = {ASKED: asked.face, SHOWN: preview.face, DONE: _done}[upload.stage]
    markup = face(data, upload)
    clicked = picture(_fault(data, upload) + markup, key=f"upload_{upload.token}_{upload.stage}")
    if clicked and not clicked.startswith("?"):
        acts.handle(data, upload, clicked)


def _fault(data: DataView, upload: Upload) -> str:
    """What went wrong last, in the language of the page; only a command's own sentence stands as it came."""
    told = data.view.tr(upload.fault) if upload.fault else upload.said
    return f'<p class="note up-fault" role="alert">{esc(told)}</p>' if told else ""


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
    refused = ended.get("quarantined", 0) if ended["status"] == "loaded" else 0
    word = tr("upload.work_on" if refused else "upload.see_load", load=load_id, n=formats.number(refused))
    see = f"<a{attributes(href=link, data_go=link, class_='btn p')}>{esc(word)}</a>"
    return (
        f'<p class="note" role="status"><b>{esc(upload.name)}</b> {esc(said)}</p>'
        f'<p class="up-acts">{see}{button(tr("upload.next"), "drop")}</p>'
    )

"""The preview: what would become of every row, why rows would be refused, and where they lie; then confirm or not.

Invariant: the numbers are those of the dry run; the map says how much of them it draws.
"""

from collections.abc import Mapping
from typing import Any

from cockpit import formats, layers
from cockpit.data import words
from cockpit.data.computed import DataView
from cockpit.markup import attributes, esc
from cockpit.upload import drawing
from cockpit.upload.desk import Upload
from config.fault_words import hint, summary
from geo.map_queries import Outline

FATES = ("inserted", "updated", "unchanged", "quarantined")
LABELLED_FROM = 0.06
SHOWN_FAULTS, SHOWN_ROWS = 6, 3
MOST_AREAS = 400
TOLD_IN_MESSAGE = "unknown_category"


def face(data: DataView, upload: Upload) -> str:
    """The preview with its two buttons; of a file that is refused as a whole its reason."""
    tr = data.view.tr
    refused = upload.result.get("result") or upload.tried["result"]
    choice = upload.choice
    read_as = words.dataset(data, choice.dataset) if choice else ""
    parts = [read_as, (choice.source if choice and choice.source else tr("upload.built_in"))]
    parts += [choice.crs] if choice and choice.crs else []
    head = f'<p class="up-name"><b>{esc(upload.name)}</b> <span class="i2">{esc(" · ".join(parts))}</span></p>'
    if refused["status"] == "refused":
        return head + _refused(data, refused)
    counts = upload.tried["result"]
    body = f"{_bar(data, counts)}{_said(data, upload)}{_faults(data, counts, upload.tried['preview'])}"
    new = counts["inserted"] + counts["updated"]
    word = tr("upload.confirm" if new else "upload.confirm_none", n=formats.number(new))
    others = _button(tr("upload.back"), "back") + _button(tr("upload.drop"), "drop")
    acts = f'<p class="up-acts">{_button(word, "confirm", style="btn p")}{others}</p>'
    return (
        f'<div class="up-head">{head}{acts}</div>'
        f'<div class="up-two"><div>{body}</div><div>{_map(data, upload.tried)}</div></div>'
    )


def _button(word: str, act: str, *, style: str = "btn") -> str:
    return f'<button type="button"{attributes(class_=style, data_go=act)}>{esc(word)}</button>'


def _refused(data: DataView, counted: Mapping[str, Any]) -> str:
    tr = data.view.tr
    codes = "".join(f"<code>{esc(code)}</code>" for code in counted["faults"])
    acts = _button(tr("upload.back"), "back", style="btn p") + _button(tr("upload.drop"), "drop")
    return (
        f'<div class="d-fate refused"><i>{esc(tr("upload.would_refuse"))}</i></div>'
        f'<p class="d-why" role="alert">{esc(counted["message"])}</p><p class="d-codes">{codes}</p>'
        f'<p class="up-acts">{acts}</p>'
    )


def _bar(data: DataView, counted: Mapping[str, Any]) -> str:
    """Every row by its fate, as on the panel of a load."""
    tr = data.view.tr
    said = {fate: tr(f"upload.would_{fate}", n=formats.number(counted[fate])) for fate in FATES}
    segments = "".join(
        f'<i class="{fate}" style="flex-grow:{int(counted[fate])}" data-tip="{esc(said[fate])}">'
        f"{esc(formats.number(counted[fate])) if counted[fate] / max(1, counted['read']) >= LABELLED_FROM else ''}</i>"
        for fate in FATES if counted[fate]
    )  # fmt: skip
    key = "".join(f'<span><i class="d-swatch {fate}"></i>{esc(said[fate])}</span>' for fate in FATES)
    label = tr("data.fate_label", read=formats.number(counted["read"]), fates=", ".join(said.values()))
    read = esc(tr("data.fate_read", n=formats.number(counted["read"])))
    return (
        f'<div class="d-fate"{attributes(role="img", aria_label=label)}>{segments}</div>'
        f'<p class="d-key"><b>{read}</b>{key}</p>'
    )


def _said(data: DataView, upload: Upload) -> str:
    """What was repaired or skipped, and the message of the dry run, which tells what lies outside."""
    tr, counted = data.view.tr, upload.tried["result"]
    parts = [
        tr(f"data.told_{name}", n=formats.number(counted[name])) for name in ("repaired", "skipped") if counted[name]
    ]
    said = f'<p class="d-told">{esc(tr("data.told_joiner").join(parts))}</p>' if parts else ""
    return said + (f'<p class="note">{esc(counted["message"])}</p>' if counted["message"] else "")


def _faults(data: DataView, counted: Mapping[str, Any], preview: Mapping[str, Any]) -> str:
    """Why rows would be refused, the most frequent first, with the first rows of each; then what is only noted."""
    tr = data.view.tr
    ranked = sorted(counted["faults"].items(), key=lambda one: (-one[1], one[0]))
    refusing = {one["fault"] for one in preview["faults"]}
    reasons = [one for one in ranked if one[0] in refusing]
    notes = [one for one in ranked if one[0] not in refusing and not one[0].startswith(TOLD_IN_MESSAGE)]
    found = "" if reasons else f'<p class="i2 up-none">{esc(tr("upload.no_faults"))}</p>'
    for head, chosen in (("upload.reasons", reasons), ("upload.notes", notes)):
        if chosen:
            items = "".join(_fault(data, code, rows, preview) for code, rows in chosen[:SHOWN_FAULTS])
            more = len(chosen) - SHOWN_FAULTS
            rest = f'<p class="i3">{esc(tr("upload.more_faults", n=more))}</p>' if more > 0 else ""
            found += f'<h3 class="up-sub">{esc(tr(head))}</h3><ul class="up-faults">{items}</ul>{rest}'
    return found


def _fault(data: DataView, code: str, rows: int, preview: Mapping[str, Any]) -> str:
    lang = data.view.lang
    first = [one for one in preview["faults"] if one["fault"] == code][:SHOWN_ROWS]
    shown = "".join(f"<li>{esc(_row(data, one))}</li>" for one in first)
    what = f'<p>{esc(summary(code, lang))} <code>{esc(code)}</code></p><p class="i2">{esc(hint(code, lang))}</p>'
    return f'<li><b class="d-n">{esc(formats.number(rows))}</b><div>{what}<ul class="up-rows">{shown}</ul></div></li>'


def _row(data: DataView, one: Mapping[str, Any]) -> str:
    column = f" {words.column(data, '', one['column'])}" if one["column"] else ""
    colon = "：" if data.view.lang == "zh" else ": "
    value = f"{colon}{one['value']}" if one["value"] else ""
    return data.view.tr("upload.row", n=one["row"]) + column + value


# ---------------------------------------------------------------- the map


def _map(data: DataView, tried: Mapping[str, Any]) -> str:
    tr, preview = data.view.tr, tried["preview"]
    drawn = drawing.drawing(_areas(data), preview["points"], preview["shapes"], label=tr("upload.map_label"))
    if drawn is None or not any(preview["found"].values()):
        return f'<p class="i2 up-none">{esc(tr("upload.no_map"))}</p>'
    keys = []
    for fate in drawing.FATES:
        found = preview["found"].get(fate, 0)
        if found:
            part = drawn.drawn.get(fate, 0)
            key = "upload.key_all" if part == found else "upload.key_part"
            said = tr(key, fate=tr(f"upload.fate_{fate}"), n=formats.number(found), drawn=formats.number(part))
            keys.append(f"<span>{drawing.sign(fate)}{esc(said)}</span>")
    placeless = sum(tried["result"][fate] - preview["found"].get(fate, 0) for fate in drawing.FATES)
    left_out = {"upload.beside": drawn.beside, "upload.placeless": placeless}
    notes = [tr(key, n=formats.number(n)) for key, n in left_out.items() if n > 0]
    told = f'<p class="i3">{esc(" ".join(notes))}</p>' if notes else ""
    return (
        f'<figure class="up-figure">{drawn.markup}<figcaption class="d-key">{"".join(keys)}</figcaption>{told}</figure>'
    )


def _areas(data: DataView) -> tuple[Outline, ...]:
    """The areas under the map: communities, else what is coarser or finer."""
    asked = layers.shapes_of(data.view)
    for level in ("community", "street", "grid"):
        found = layers.outlines_of(asked, level=level, within=None)
        if found and len(found) <= MOST_AREAS:
            return found
    return ()

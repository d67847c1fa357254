"""The preview: what would become of every row, why rows would be refused, and where they lie; then confirm or not.

Invariant: the numbers are those of the dry run; the map says how much of them it draws.
"""

from collections.abc import Mapping
from typing import Any

from cockpit import formats, layers
from cockpit.data import coordinates, retold, words
from cockpit.data.computed import OTHER_LOAD, DataView
from cockpit.markup import attributes, esc
from cockpit.upload import drawing
from cockpit.upload.buttons import button
from cockpit.upload.desk import Upload
from config.fault_words import hint, summary
from geo.map_queries import Outline
from geo.masking import shown

FATES = ("inserted", "updated", "unchanged", "quarantined")
LABELLED_FROM = 0.06
SHOWN_FAULTS, SHOWN_ROWS = 6, 3
MOST_AREAS = 400
NOTHING_NEW = "nothing_new"
TOLD_IN_MESSAGE = "unknown_category"
PLACELESS = ("staff", "funds")
"""Datasets whose rows lie nowhere, or mostly do not."""


def face(data: DataView, upload: Upload) -> str:
    """The preview with its two buttons; of a file that is refused as a whole its reason."""
    tr = data.view.tr
    refused = upload.result.get("result") or upload.tried["result"]
    read_as = esc(" · ".join(_read_as(data, upload)))
    head = f'<p class="up-name"><b>{esc(upload.name)}</b> <span class="i2">{read_as}</span></p>'
    if refused["status"] == "refused":
        return head + _refused(data, upload, refused)
    counts = upload.tried["result"]
    if any(one["code"].startswith(NOTHING_NEW) for one in counts["told"]):
        return f'<div class="up-head">{head}</div>{_nothing_new(data, upload, counts)}'
    body = f"{_bar(data, counts)}{_said(data, upload)}{_faults(data, upload.tried)}"
    new = counts["inserted"] + counts["updated"]
    key = "confirm" if new else "confirm_refused" if counts["quarantined"] else "confirm_none"
    word = tr(f"upload.{key}", n=formats.number(new or counts["quarantined"]))
    others = button(tr("upload.back"), "back") + button(tr("upload.drop"), "drop")
    acts = f'<p class="up-acts">{button(word, "confirm", style="btn p" if new else "btn")}{others}</p>'
    drawn = _map(data, upload.tried)
    inner = (
        f'<div class="up-two"><div>{body}</div><div>{drawn}</div></div>'
        if drawn
        else f'<div class="up-one">{body}</div>'
    )
    return f'<div class="up-head">{head}{acts}</div>{inner}'


def _nothing_new(data: DataView, upload: Upload, counted: Mapping[str, Any]) -> str:
    """That the file was loaded before, with the way to that load; there is nothing to confirm."""
    tr, load_id = data.view.tr, counted["told"][0]["params"]["load_id"]
    link = data.view.link({**OTHER_LOAD, "load": str(load_id)})
    see = f"<a{attributes(href=link, data_go=link, class_='btn p')}>{esc(tr('upload.see_load', load=load_id))}</a>"
    acts = see + button(tr("upload.back"), "back") + button(tr("upload.drop"), "drop")
    return f'<p class="note" role="status">{esc(_told(data, upload, counted))}</p><p class="up-acts">{acts}</p>'


def _read_as(data: DataView, upload: Upload) -> list[str]:
    """How the file is read: dataset, mapping, level, coordinate system, sheet or layer."""
    choice = upload.choice
    if choice is None:
        return []
    told = [words.dataset(data, choice.dataset), choice.source or data.view.tr("upload.built_in")]
    told += [data.view.tr(f"data.level_{choice.level}")] if choice.level else []
    told += [coordinates.called(data.view, choice.crs)] if choice.crs else []
    return told + ([shown(choice.part)] if choice.part else [])


def _refused(data: DataView, upload: Upload, counted: Mapping[str, Any]) -> str:
    tr = data.view.tr
    codes = "".join(f"<code>{esc(code)}</code>" for code in counted["faults"])
    told = retold.sentences(data, upload.choice.dataset if upload.choice else "", counted["told"])
    why = esc(("\n" if len(counted["told"]) > 1 else " ").join(told))
    acts = button(tr("upload.back"), "back", style="btn p") + button(tr("upload.drop"), "drop")
    return (
        f'<div class="d-fate refused"><i>{esc(tr("upload.would_refuse"))}</i></div>'
        f'<p class="d-why" role="alert">{why}</p><p class="d-codes">{codes}</p>'
        f'<p class="up-acts">{acts}</p>'
    )


def _told(data: DataView, upload: Upload, counted: Mapping[str, Any]) -> str:
    """The message of the load in the language and the words of the page."""
    return retold.sentence(data, upload.choice.dataset if upload.choice else "", counted["told"])


def _bar(data: DataView, counted: Mapping[str, Any]) -> str:
    """Every row by its fate, as on the panel of a load; fates of no row are unsaid but for the two that matter."""
    tr = data.view.tr
    said = {fate: tr(f"upload.would_{fate}", n=formats.number(counted[fate])) for fate in FATES}
    segments = "".join(
        f'<i class="{fate}" style="flex-grow:{int(counted[fate])}" data-tip="{esc(said[fate])}">'
        f"{esc(formats.number(counted[fate])) if counted[fate] / max(1, counted['read']) >= LABELLED_FROM else ''}</i>"
        for fate in FATES if counted[fate]
    )  # fmt: skip
    named = [fate for fate in FATES if counted[fate] or fate in ("inserted", "quarantined")]
    key = "".join(f'<span><i class="d-swatch {fate}"></i>{esc(said[fate])}</span>' for fate in named)
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
    told = _told(data, upload, counted)
    return said + (f'<p class="note">{esc(told)}</p>' if told else "")


def _faults(data: DataView, tried: Mapping[str, Any]) -> str:
    """Why rows would be refused, the most frequent first, with the first rows of each; then what is only noted."""
    tr, counted, preview = data.view.tr, tried["result"], tried["preview"]
    ranked = sorted(counted["faults"].items(), key=lambda one: (-one[1], one[0]))
    refusing = {one["fault"] for one in preview["faults"]}
    reasons = [one for one in ranked if one[0] in refusing]
    notes = [one for one in ranked if one[0] not in refusing and not one[0].startswith(TOLD_IN_MESSAGE)]
    found = "" if reasons else f'<p class="i2 up-none">{esc(tr("upload.no_faults"))}</p>'
    many = sum(rows for _, rows in reasons) > counted["quarantined"]
    unit = tr("data.reasons_unit_many" if many else "data.reasons_unit", n=formats.number(counted["quarantined"]))
    for head, told, chosen in (
        ("upload.reasons", unit, reasons), ("upload.notes", tr("upload.notes_unit"), notes)
    ):  # fmt: skip
        if chosen:
            items = "".join(_fault(data, code, rows, tried) for code, rows in chosen[:SHOWN_FAULTS])
            more = len(chosen) - SHOWN_FAULTS
            rest = f'<p class="i3">{esc(tr("upload.more_faults", n=more))}</p>' if more > 0 else ""
            unit = f' <span class="i2">{esc(told)}</span>'
            found += f'<h3 class="up-sub">{esc(tr(head))}{unit}</h3><ul class="up-faults">{items}</ul>{rest}'
    return found


def _fault(data: DataView, code: str, rows: int, tried: Mapping[str, Any]) -> str:
    lang = data.view.lang
    dataset = tried["result"]["dataset"]
    first = [one for one in tried["preview"]["faults"] if one["fault"] == code][:SHOWN_ROWS]
    rows_of = "".join(f"<li>{esc(_row(data, dataset, one))}</li>" for one in first)
    hints = dict.fromkeys(hint(code, lang, one["params"], on_page=True) for one in first) or (
        hint(code, lang, on_page=True),
    )
    what = f'<p>{esc(summary(code, lang))} <code>{esc(code)}</code></p><p class="i2">{esc(" ".join(hints))}</p>'
    return f'<li><b class="d-n">{esc(formats.number(rows))}</b><div>{what}<ul class="up-rows">{rows_of}</ul></div></li>'


def _row(data: DataView, dataset: str, one: Mapping[str, Any]) -> str:
    column = f" {words.column(data, dataset, one['column'])}" if one["column"] else ""
    colon = "：" if data.view.lang == "zh" else ": "
    value = f"{colon}{one['value']}" if one["value"] else ""
    return data.view.tr("upload.row", n=one["row"]) + column + value


# ---------------------------------------------------------------- the map


def _map(data: DataView, tried: Mapping[str, Any]) -> str:
    """The map with its legend; empty where nothing of this dataset ever has a place."""
    tr, preview = data.view.tr, tried["preview"]
    if tried["result"]["dataset"] in PLACELESS and not any(preview["found"].values()):
        return ""
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
            keys.append(f"<span>{drawing.sign(fate, is_outline=bool(preview['shapes'].get(fate)))}{esc(said)}</span>")
    placeless = sum(tried["result"][fate] - preview["found"].get(fate, 0) for fate in drawing.FATES)
    left_out = {"upload.beside": drawn.beside, "upload.placeless": placeless}
    notes = [tr(key, n=formats.number(n)) for key, n in left_out.items() if n > 0]
    told = f'<p class="i3">{esc(" ".join(notes))}</p>' if notes else ""
    return (
        f'<h3 class="up-sub">{esc(tr("upload.map_title"))}</h3>'
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

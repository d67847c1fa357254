"""What a file was recognised as: its facts, its headings with what they are taken for, and the choice of a sheet.

Invariant: every text of the file and every name goes through `esc`; a file that cannot be read says why in the
language of the page.
"""

from collections.abc import Mapping
from pathlib import PurePath
from typing import Any

from cockpit import formats
from cockpit.data import coordinates, retold, words
from cockpit.data.computed import DataView
from cockpit.markup import attributes, esc
from cockpit.upload import form
from cockpit.upload.buttons import button, field, option, select
from cockpit.upload.desk import Upload
from geo.masking import shown

SHOWN_COLUMNS = 8
LAYER, SHEET = "layer", "sheet"


def face(data: DataView, upload: Upload) -> str:
    """What is known of the file beside the form; of one that cannot be read the reason."""
    if upload.looked.get("status") != "inspected":
        return _unread(data, upload)
    looked = upload.looked
    left = _facts(data, upload) + _columns(data, looked)
    right = _parts(data, upload) + form.form(data, upload)
    if looked["mapping"]:
        name = PurePath(looked["mapping"]).stem
        right = f'<p class="note" role="status">{esc(data.view.tr("upload.drafted", name=name))}</p>{right}'
    return f'<div class="up-two"><div>{left}</div><div>{right}</div></div>'


def _unread(data: DataView, upload: Upload) -> str:
    """Why the file cannot be read as it is, and its sheets or layers where one must be chosen."""
    tr, told = data.view.tr, upload.looked.get("told", [])
    name = f'<p class="up-name"><b>{esc(upload.name)}</b></p>'
    why = retold.sentence(data, "", told)
    drop = button(tr("upload.other"), "drop")
    choice = _parts(data, upload, drop)
    if why and not choice:
        why = f"{tr('upload.unreadable')} {why}"
    said = f'<p class="note up-fault" role="alert">{esc(why)}</p>' if why else ""
    return name + said + (choice or f'<p class="up-acts">{drop}</p>')


# ---------------------------------------------------------------- which sheet or layer


def _kind(upload: Upload) -> str:
    """Whether the parts of the file are sheets or layers."""
    told = upload.looked.get("told", [])
    is_layered = upload.looked.get("format", "xlsx") != "xlsx" or any(LAYER in one["code"] for one in told)
    return LAYER if is_layered else SHEET


def _parts(data: DataView, upload: Upload, others: str = "") -> str:
    """The form that chooses another sheet or layer, with `others` beside its button; empty where there is but one."""
    if len(upload.parts) < 2:
        return ""
    tr, looked, kind = data.view.tr, upload.looked, _kind(upload)
    read = looked.get("part") or upload.part
    hidden = looked.get("hidden", [])
    chosen = str(upload.parts.index(read)) if read in upload.parts else ""
    options = "".join(
        option(tr("upload.part_hidden", part=shown(name)) if name in hidden else shown(name), str(number), chosen)
        for number, name in enumerate(upload.parts)
    )
    is_read = looked.get("status") == "inspected"
    word = tr(f"upload.read_other_{kind}" if is_read else f"upload.read_{kind}")
    act = f'<button type="submit"{attributes(class_="btn" if is_read else "btn p")}>{esc(word)}</button>'
    return (
        f'<form class="up-form up-part" data-send="part">{field(tr(f"upload.{kind}"), select("part", options))}'
        f'<p class="up-acts">{act}{others}</p></form>'
    )


# ---------------------------------------------------------------- what it is


def _facts(data: DataView, upload: Upload) -> str:
    tr, looked = data.view.tr, upload.looked
    parts = [tr(f"upload.format_{looked['format']}"), tr("upload.lines", n=formats.number(looked["rows"]))]
    parts += [str(looked["encoding"]).upper()] if looked["encoding"] else []
    if looked["part"] and len(looked["parts"]) > 1:
        parts.append(tr(f"upload.part_{_kind(upload)}", part=shown(looked["part"]), n=len(looked["parts"])))
    lines = [f'<p class="up-name"><b>{esc(upload.name)}</b> <span class="i2">{esc(" · ".join(parts))}</span></p>']
    lines += [f"<p>{esc(one)}</p>" for one in (*_told(data, looked), *_unknown(data, looked))]
    return "".join(lines)


def _told(data: DataView, looked: Mapping[str, Any]) -> list[str]:
    """Hidden sheets, the span of times, the coordinate system and how it fits the loaded areas."""
    tr, crs, said = data.view.tr, looked["crs"], []
    if looked["hidden"]:
        said.append(tr("inspect.hidden", parts=_listed(data, [shown(name) for name in looked["hidden"]])))
    if looked["times"]:
        said.append(tr("inspect.times", first=looked["times"]["from"], last=looked["times"]["to"]))
    if crs:
        declared = coordinates.called(data.view, crs["declared"]) if crs["declared"] else ""
        told = tr("inspect.crs_declared", crs=declared) if declared else tr("inspect.crs_undeclared")
        said.append(f"{told} · {tr('inspect.range_' + crs['looks'], fits=crs['fits'])}")
    if crs and crs["inside"]:
        shares = [f"{coordinates.short(name)} {share:.1%}" for name, share in crs["inside"].items()]
        said.append(tr("inspect.crs_readings", readings=_listed(data, shares)))
    if crs and crs["better"]:
        better = _listed(data, [coordinates.short(name) for name in crs["better"]])
        said.append(tr("inspect.crs_better", better=better, first=coordinates.short(next(iter(crs["inside"])))))
    return said


def _unknown(data: DataView, looked: Mapping[str, Any]) -> list[str]:
    """Words that no list knows, by heading."""
    said = []
    for column, odd in looked["unknown"].items():
        heading = next((str(one["heading"]) for one in looked["columns"] if one["column"] == column), column)
        listed = [f"{word} ({formats.number(rows)})" for word, rows in list(odd.items())[:SHOWN_COLUMNS]]
        said.append(data.view.tr("inspect.unknown", column=heading, words=_listed(data, listed)))
    return said


def _listed(data: DataView, names: list[str]) -> str:
    return ("、" if data.view.lang == "zh" else ", ").join(names)


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
            f'<details><summary>{esc(more)}</summary><table class="up-columns"><thead class="up-unseen">'
            f"<tr>{heads}</tr></thead><tbody>{''.join(rest)}</tbody></table></details>"
        )
    return table


def _column(data: DataView, dataset: str, one: Mapping[str, Any]) -> str:
    tr = data.view.tr
    why = tr(f"inspect.how_{one['how']}", likeness=f"{one['likeness']:.2f}") if one["how"] else ""
    span = f"{one['low']} – {one['high']}" if one["low"] is not None else _listed(data, one["examples"])
    ours = words.column(data, dataset, one["column"]) if one["column"] else tr("upload.not_ours")
    cells = [one["heading"], ours, why, tr(f"inspect.looks_{one['looks']}"), span]
    css = None if one["column"] else "up-off"
    return (
        f"<tr{attributes(class_=css)}>"
        + "".join(f'<td class="d-text"{attributes(data_tip=cell)}>{esc(cell)}</td>' for cell in cells)
        + "</tr>"
    )

"""The form that says how a file is to be read, and the one that writes a mapping to start from.

Invariant: its markup depends on the upload and the site's mappings alone, so that what somebody types survives the
page's own runs.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any

from cockpit.data import words
from cockpit.data.computed import DATASETS, DataView
from cockpit.markup import attributes, esc
from cockpit.upload.acts import DATASET
from cockpit.upload.buttons import button, field, option, select
from cockpit.upload.desk import Upload
from config import mapping as mappings
from config.mapping import LEVELS, source_names
from config.reader import ConfigError

KNOWN_CRS = ("EPSG:4326", "EPSG:4490", "EPSG:4549", "EPSG:4528", "gcj02", "bd09")


def form(data: DataView, upload: Upload) -> str:
    """How the file is to be read: dataset, mapping, level, coordinate system; what was recognised is chosen already."""
    tr, looked, chosen = data.view.tr, upload.looked, upload.choice
    best = looked["datasets"][0] if looked["datasets"] else None
    dataset = chosen.dataset if chosen else (best["dataset"] if best else "incidents")
    source = (chosen.source if chosen else (looked["sources"] or [""])[0]) or ""
    if chosen is None and best and best["built_in"]:
        source = ""
    datasets = "".join(option(words.dataset(data, name), name, dataset) for name in DATASETS)
    fitting = [name for name in looked["sources"] if name in source_names()]
    level = (chosen.level if chosen else looked["level"]) or ""
    levels = option(tr("upload.no_level"), "", level) + "".join(
        option(tr(f"data.level_{one}"), one, level) for one in LEVELS
    )
    crs = (chosen.crs if chosen else "") or ""
    listed = "".join(f"<option{attributes(value=name)}></option>" for name in KNOWN_CRS)
    needs = _needs(data, best, fitting)
    draft = _draft(data, dataset, best, fitting)
    act = f'<button type="submit"{attributes(class_="btn" if draft else "btn p")}>{esc(tr("upload.try"))}</button>'
    return (
        f'{needs}{draft}<form class="up-form" data-send="try">'
        f"{field(tr('upload.dataset'), select(DATASET, datasets))}"
        f"{field(tr('upload.source'), select('source', _sources(data, source, fitting)), tr('upload.source_hint'))}"
        f"{field(tr('upload.level'), select('level', levels), tr('upload.level_hint'), style='up-level')}"
        f"{field(tr('upload.crs'), _crs(crs, listed), tr('upload.crs_hint'))}"
        f'<p class="up-acts">{act}{button(tr("upload.drop"), "drop")}</p></form>'
    )


def _needs(data: DataView, best: Mapping[str, Any] | None, fitting: list[str]) -> str:
    """What the recognition came to, in a sentence."""
    tr = data.view.tr
    if best is None:
        said = tr("upload.unknown_dataset")
    elif best["missing"]:
        missing = _listed(data, [words.column(data, best["dataset"], name) for name in best["missing"]])
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
        f"{field(tr('upload.draft'), f'<input{known}>', tr('upload.draft_hint'))}"
        f'<p class="up-acts"><button type="submit" class="btn p">{esc(tr("upload.draft_act"))}</button></p></form>'
    )


def _sources(data: DataView, chosen: str, fitting: list[str]) -> str:
    """The built-in mapping, those whose headings fit, then the others by dataset."""
    tr = data.view.tr
    found = option(tr("upload.built_in"), "", chosen)
    found += "".join(option(tr("upload.fits", name=name), name, chosen) for name in fitting)
    by_dataset: dict[str, list[str]] = {}
    for name in source_names():
        if name not in fitting:
            by_dataset.setdefault(_dataset_of(name), []).append(name)
    for dataset in (name for name in ("", *DATASETS) if name in by_dataset):
        options = "".join(option(name, name, chosen) for name in by_dataset[dataset])
        label = attributes(label=words.dataset(data, dataset) if dataset else tr("upload.broken_mappings"))
        found += f"<optgroup{label}>{options}</optgroup>"
    return found


@cache
def _dataset_of(source: str) -> str:
    """The dataset that a mapping is for; empty where it cannot be read."""
    try:
        found = mappings.named(source).dataset
    except ConfigError:
        return ""
    return found if found in DATASETS else ""


def _listed(data: DataView, names: list[str]) -> str:
    return ("、" if data.view.lang == "zh" else ", ").join(names)


def _crs(value: str, listed: str) -> str:
    known = attributes(name="crs", type="text", value=value, maxlength=40, list="up-crs", autocomplete="off")
    return f'<input{known}><datalist id="up-crs">{listed}</datalist>'

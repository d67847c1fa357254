"""What a load said, told again for a page: in the reader's language, by the page's names for columns and fields.

Invariant: plain text comes out (markup escapes it); what a page has no name for stands as the load said it.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from cockpit.data import words
from cockpit.data.computed import DATASETS, DataView
from config.fault_words import LEVEL_PARAMS, hint, message
from config.mapping import LEVELS

COLUMNS = ("column", "columns")
OF_DATASETS = ("dataset", "wanted")
OF_LEVELS = (*LEVEL_PARAMS, "asked", "declared", "levels")
OF_OPTIONS = ("option", "first", "second")
FIELDS = {"--crs": "upload.crs", "--level": "upload.level", "mapping": "upload.source", "file": "upload.file"}
"""What the command line and the loaders call a place where something is declared, and the page's word for it."""


def sentence(data: DataView, dataset: str, told: Sequence[Mapping[str, Any]]) -> str:
    """What is wrong or should be known, then what to do; `told`: code and params of each."""
    return ("" if data.view.lang == "zh" else " ").join(sentences(data, dataset, told))


def sentences(data: DataView, dataset: str, told: Sequence[Mapping[str, Any]]) -> list[str]:
    """The same one by one, each remedy once."""
    lang = data.view.lang
    known = [(one["code"], _named(data, dataset, one["params"])) for one in told]
    said = [message(code, lang, params, on_page=True) for code, params in known]
    hints = dict.fromkeys(hint(code, lang, params, on_page=True) for code, params in known)
    return [one for one in (*said, *hints) if one]


def _named(data: DataView, dataset: str, params: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _value(data, dataset, name, value) for name, value in params.items()}


def _value(data: DataView, dataset: str, name: str, value: Any) -> Any:
    """A parameter by the page's names: 编号 for code, 事件 for incidents, 社区 for community."""
    if not isinstance(value, str):
        return value
    said = value
    if name in COLUMNS:
        said = _listed(data, [words.column(data, dataset, one) for one in value.split(", ")])
    elif name in OF_DATASETS:
        said = words.dataset(data, value)
    elif name in OF_LEVELS and set(value.split(", ")) <= set(LEVELS):
        said = _listed(data, [data.view.tr(f"upload.level_{one}") for one in value.split(", ")])
    elif name in OF_OPTIONS:
        said = _in_fields(data, value)
    elif name == "source" and dataset in DATASETS:
        said = words.named(data, value, None, dataset)
    return said.replace("”, “", "”、“") if data.view.lang == "zh" else said


def _in_fields(data: DataView, value: str) -> str:
    """“EPSG:4490 (--crs)” as “EPSG:4490 (坐标系)”."""
    if value in FIELDS:
        return data.view.tr(FIELDS[value])
    for name, key in FIELDS.items():
        value = value.replace(f"({name})", f"({data.view.tr(key)})")
    return value


def _listed(data: DataView, names: Sequence[str]) -> str:
    return ("、" if data.view.lang == "zh" else ", ").join(names)

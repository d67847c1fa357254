"""How a sender's file becomes our columns: one TOML file a source in `sources/`, or the built-in `_standard.toml`.

Invariant: a mapping says everything that a load assumes about a file (columns, values, CRS, time zone); whatever it
does not say is not guessed, and a key that nobody reads is a fault.
"""

import dataclasses
import json
import re
from collections.abc import Iterable
from collections.abc import Mapping as Table
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from config import reader
from config.categories import CLASSES, categories, folded
from config.mapping_layout import FORMATS, layout_faults

LEVELS = ("street", "community", "grid", "microgrid")
PRECISIONS = ("second", "minute", "day")
STAGES = ("reported", "registered", "accepted", "dispatched", "arrived", "handled", "closed", "followed_up")
HAPPENINGS = ("reopened", "suspended", "extended", "reporter", "solved", "scored")
"""What a source may tell of besides the stages; where it does not, that none is told is no fact."""
ANSWERS = ("yes", "no")
STATUSES = ("open", "closed", "voided", "duplicate", "suspended")
COMMUNITY_TYPES = ("old_town", "township", "business", "resettlement")
LAYER_KINDS = ("water", "road", "rail", "park", "block", "county", "partition")
MERGED_BY = ("name", "parent_code", "parent_name", "community_type")
FUND_KINDS = ("community", "named", "programme")
DIRECTIONS = ("in", "out")
ENTRY_KINDS = ("opening", "income", "expense", "committed", "transfer")
STAFF_ROLES = ("grid_leader", "full_time", "part_time", "instructor", "other")
OUR_WORDS: Table[str, Table[str, tuple[str, ...]]] = {
    "incidents": {"status": STATUSES, "solved": ANSWERS},
    "boundaries": {"community_type": COMMUNITY_TYPES},
    "layers": {"kind": LAYER_KINDS},
    "funds": {"kind": FUND_KINDS},
    "ledger": {"kind": ENTRY_KINDS},
    "staff": {"role": STAFF_ROLES, "level": LEVELS},
    "goods": {"direction": DIRECTIONS},
}
"""Section → column → the only words that it takes."""
ANY_VALUE = "*"
"""In `[only]`: whatever the cell holds."""
KEYS = ("decides", "unit")
NOT_BY_UNIT = frozenset(
    (
        "status",
        "first_closed_at",
        "reopened_at",
        "extended_to",
        "suspended_at",
        "resumed_at",
        "duplicate_of",
        "reporter",
        "solved",
        "satisfaction_score",
    )
)
"""What is said of a whole incident and cannot be made of its units' rows."""
BY_CATEGORY = "by_category"
"""In `[extra] deadlines`: where the source sends no deadline, that of the category's limit holds."""
EPOCHS = ("epoch_s", "epoch_ms")
"""In `time_formats`: numbers are seconds or milliseconds since 1970 UTC."""
DIRECTIVE = re.compile(r"%(\.\d?f|[369]f|[-_0]?.|$)")
DIRECTIVES = frozenset("YymdbBhejHIklMSpPfaATRFD%") | {".f", ".3f", ".6f", ".9f", "3f", "6f", "9f"}


@dataclass(frozen=True)
class Mapping:
    """A source as its TOML file declares it. Names on the left side of `=` are ours, but in `values` the sender's.

    How the file is laid out: `sheet` (of a workbook) or `layer` (of a file with several); `header_row`, as Excel
    numbers it, and `header_rows`, where the header goes over several (joined by “/”); `fill_down`: columns whose value
    goes for the rows below too; `excel_dates`: columns where a serial number is a day.
    `code` names the source (the file's name); `columns`: ours → the headings that may carry it, `else_columns`: where
    none of these is there; `optional`: mapped columns that a file may lack (of any other a missing heading refuses the
    file); `values`: ours → (theirs → ours);
    `time_formats`: how times are written (strptime, or EPOCHS for bare numbers), read before the usual writings;
    `nulls`: texts that mean nothing; `constants`: ours → value for a column that the file lacks; `files`: file name
    without ending → constants of that file; `key`: `decides`, the heading whose highest value wins among rows of one
    id, in one file or in several, and `unit`, the heading that tells several rows of one incident apart.
    `zone_marker` = "ignore": times are
    local although they end in Z or an offset. `declared_level`: the level of the areas that rows name. `categories`:
    "list" (ours) or "open" (every value becomes a category; `extra.categories` may name them). `covers`: first and
    last day of the reports. `skip`: `all_empty`, headings whose cells are all empty in lines of totals, which are
    no rows. `only`: heading → the values that make a line one of this source's rows (one heading suffices; "*" is any
    value); a file that holds things of several kinds is loaded once a kind. `extra` holds the tables that belong to
    one dataset only.

    Boundaries only: `merge` lists columns of ours; rows that agree in all of them are one area. `dissolve`: each row is
    a part of the area that its code names, and a row without a code is part of none. `parentless` = "keep": an area
    of a set that nests may state no parent. `most_overlap`: what two areas of a set that nests may share, as a part of
    the smaller one; beyond it the file is refused.
    """

    code: str
    dataset: str
    section: str | None = None
    name: str | None = None
    format: str | None = None
    sheet: str | None = None
    layer: str | None = None
    header_row: int | None = None
    header_rows: int = 1
    fill_down: tuple[str, ...] = ()
    excel_dates: tuple[str, ...] = ()
    crs: str | None = None
    level: str | None = None
    parent_level: str | None = None
    nests: bool | None = None
    merge: tuple[str, ...] = ()
    dissolve: bool = False
    parentless: str = "quarantine"
    most_overlap: float = 0.01
    time_zone: str | None = None
    time_formats: tuple[str, ...] = ()
    time_precision: str = "second"
    zone_marker: str = "honour"
    declared_level: str | None = None
    categories: str = "list"
    stages: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    nulls: tuple[str, ...] = ()
    as_of: datetime | None = None
    covers: tuple[date, date] | None = None
    is_simulated: bool = False
    columns: Table[str, tuple[str, ...]] = field(default_factory=dict)
    else_columns: Table[str, tuple[str, ...]] = field(default_factory=dict)
    values: Table[str, Table[str, str]] = field(default_factory=dict)
    constants: Table[str, str] = field(default_factory=dict)
    files: Table[str, Table[str, str]] = field(default_factory=dict)
    key: Table[str, str] = field(default_factory=dict)
    skip: Table[str, tuple[str, ...]] = field(default_factory=dict)
    only: Table[str, tuple[str, ...]] = field(default_factory=dict)
    extra: Table[str, Any] = field(default_factory=dict)

    def fingerprint(self) -> str:
        """The whole mapping as one text: another text, another meaning of the same bytes."""
        return json.dumps(dataclasses.asdict(self), ensure_ascii=False, sort_keys=True, default=str)

    def constants_for(self, file_stem: str) -> dict[str, str]:
        """The constants of a file: those of all files of the source, then its own."""
        return {**self.constants, **self.files.get(file_stem, {})}


def named(source: str) -> Mapping:
    """The mapping `source`: a name in `sources/`, or the path of a TOML file. Raises config.reader.ConfigError."""
    path = Path(source) if source.endswith(".toml") else reader.find(f"sources/{source}.toml")
    if not reader.is_there(path):
        raise reader.ConfigError(path, ["there is no such mapping file"])
    return _mapping(reader.read(path), code=path.stem, path=path)


def standard(dataset: str, section: str, *, is_simulated: bool = False, level: str | None = None) -> Mapping:
    """The built-in mapping of a dataset's `section`: zh and en synonyms for every heading, EPSG:4326.

    With the `level` of areas: also the headings that name it (网格编码), for columns that no other heading carries.
    """
    path = reader.find("sources/_standard.toml")
    table = reader.read(path).get(section)
    if not isinstance(table, dict):
        raise reader.ConfigError(path, [f"no table [{section}]"])
    table = dict(table)
    by_level = table.pop("by_level", {})
    table["else_columns"] = by_level.get(level, {})
    code = f"sample_{section}" if is_simulated else f"standard_{section}"
    own = {"crs": "EPSG:4326", "dataset": dataset, "section": section, "is_simulated": is_simulated}
    return _mapping({**own, **table}, code=code, path=path)


def source_names() -> tuple[str, ...]:
    """The names that `--source` may take."""
    return tuple(name for name in reader.names("sources") if not name.startswith("_"))


def _mapping(table: dict[str, Any], *, code: str, path: Path) -> Mapping:
    faults: list[str] = []
    known = {item.name for item in dataclasses.fields(Mapping)} - {"code"}
    faults += [f"unknown key {key!r} (known: {', '.join(sorted(known))})" for key in table if key not in known]
    if "dataset" not in table:
        faults.append("missing key 'dataset'")
    found = {key: value for key, value in table.items() if key in known}
    found["columns"] = _columns(found.get("columns", {}), faults)
    found["else_columns"] = _columns(found.get("else_columns", {}), faults)
    found["values"] = _tables(found.get("values", {}), "values", faults)
    found["files"] = _tables(found.get("files", {}), "files", faults)
    found["constants"] = _texts(found.get("constants", {}), "constants", faults)
    found["key"] = _texts(found.get("key", {}), "key", faults)
    faults += _key_faults(found)
    found["skip"] = _skip(found.get("skip", {}), faults)
    found["only"] = _only(found.get("only", {}), faults)
    for name in ("stages", "optional", "nulls", "time_formats", "merge", "fill_down", "excel_dates"):
        found[name] = _list(found.get(name, []), name, faults)
    found["covers"] = _covers(found.get("covers"), faults)
    _check_words(found, faults)
    faults += _nameless(found.get("extra"), "kinds") + _nameless(found.get("extra"), "layers")
    faults += _category_faults(found) + _deadline_faults(found)
    faults += _misplaced_shapings(found)
    faults += layout_faults(found)
    if not faults:
        faults += _foreign_words(found)
        faults += [
            f"stages: {name!r} must be one of {', '.join(STAGES + HAPPENINGS)}"
            for name in found["stages"]
            if name not in STAGES + HAPPENINGS
        ]
        faults += [f"time_formats: {form!r} {reason}" for form in found["time_formats"] if (reason := _unread(form))]
    if faults:
        raise reader.ConfigError(path, faults)
    return Mapping(code=code, **found)


def _check_words(found: dict[str, Any], faults: list[str]) -> None:
    choices = {
        "format": FORMATS,
        "level": LEVELS,
        "parent_level": LEVELS,
        "declared_level": LEVELS,
        "time_precision": PRECISIONS,
        "zone_marker": ("honour", "ignore"),
        "categories": ("list", "open"),
        "parentless": ("quarantine", "keep"),
    }
    for name, allowed in choices.items():
        if found.get(name) is not None and found[name] not in allowed:
            faults.append(f"{name} = {found[name]!r} must be one of {', '.join(allowed)}")
    kinds: dict[str, type] = {"nests": bool, "dissolve": bool, "is_simulated": bool, "as_of": datetime, "extra": dict}
    kinds |= dict.fromkeys(("dataset", "section", "name", "crs"), str)
    for name, kind in kinds.items():
        if found.get(name) is not None and not isinstance(found[name], kind):
            faults.append(f"{name} = {found[name]!r} must be of type {kind.__name__}")
    if isinstance(found.get("as_of"), datetime) and found["as_of"].tzinfo is None:
        faults.append("as_of needs an offset, such as 2016-08-16T12:00:00-04:00")
    most = found.get("most_overlap")
    if most is not None and not (isinstance(most, int | float) and 0 <= most <= 1):
        faults.append(f"most_overlap = {most!r} must be a number from 0 to 1")
    zone = found.get("time_zone")
    if zone is not None:
        try:
            ZoneInfo(zone)
        except (ZoneInfoNotFoundError, ValueError, TypeError, OSError):
            faults.append(f"time_zone = {zone!r} is no IANA time zone, such as Asia/Shanghai")


def _foreign_words(found: dict[str, Any]) -> list[str]:
    """Values and constants whose right side is none of our words: no row could ever be kept with them."""
    faults = []
    told = {"constants": found["constants"]} | {f"files.{name}": table for name, table in found["files"].items()}
    for column, words in _our_words(found).items():
        listed = ", ".join(sorted(words))
        own = {word.casefold() for word in words}
        table = found["values"].get(column, {})
        faults += [
            f"values.{column}: {theirs!r} = {ours!r} must be one of {listed}"
            for theirs, ours in table.items()
            if folded(ours) not in own
        ]
        known = own | {theirs.strip().casefold() for theirs in table}
        faults += [
            f"{where}.{column} = {constants[column]!r} must be one of {listed}"
            for where, constants in told.items()
            if column in constants and folded(constants[column]) not in known
        ]
    return faults


def _our_words(found: dict[str, Any]) -> dict[str, frozenset[str]]:
    """Column → the words that a dataset takes in it; columns that take any text are left out."""
    own: dict[str, Iterable[str]] = dict(OUR_WORDS.get(found.get("section") or found["dataset"], {}))
    if found["dataset"] == "funds" and found.get("section") is None:
        own["kind"] = (*FUND_KINDS, *ENTRY_KINDS)
    if found["dataset"] == "service-points":
        own["kind"] = _service_kinds(found.get("extra") or {})
    is_listed = found.get("categories", "list") == "list"
    if found["dataset"] == "incidents" and is_listed and "category" in found["values"]:
        own["category"] = categories().codes
    return {column: frozenset(items) for column, items in own.items()}


def _misplaced_shapings(found: dict[str, Any]) -> list[str]:
    """Keys that make areas of rows where there are no areas, and columns that `merge` cannot compare."""
    used = [name for name in ("merge", "dissolve", "parentless", "most_overlap") if found.get(name)]
    if used and found.get("dataset") not in (None, "boundaries"):
        return [f"{name} is for dataset = 'boundaries' only" for name in used]
    return [
        f"merge: {name!r} must be one of {', '.join(MERGED_BY)}" for name in found["merge"] if name not in MERGED_BY
    ]


def _nameless(extra: Any, table: str) -> list[str]:
    """Kinds of service points, or layers of the map, that a mapping declares without a name in both languages."""
    told = extra.get(table, {}) if isinstance(extra, dict) else {}
    if not isinstance(told, dict):
        return [f"extra.{table} must be a table"]
    return [
        f'extra.{table}.{code} needs names: {{ zh = "…", en = "…" }}'
        for code, names in told.items()
        if not isinstance(names, dict) or not all(isinstance(names.get(lang), str) for lang in ("zh", "en"))
    ]


def _key_faults(found: dict[str, Any]) -> list[str]:
    """Keys that nobody reads, and columns that a source by units cannot have; a place is told in one way."""
    listed = ", ".join(f"key.{name}" for name in KEYS)
    faults = [f"unknown key {f'key.{name}'!r} (known: {listed})" for name in found["key"] if name not in KEYS]
    mapped = set(found["columns"])
    if "unit" in found["key"]:
        if found.get("dataset") != "incidents":
            faults.append("key.unit: only incidents are reported by unit")
        whole = sorted(NOT_BY_UNIT & mapped)
        faults += [f"columns.{name}: rows of units (key.unit) cannot say it of the whole incident" for name in whole]
    told = [name for name in ("lat_lon", "lon_lat", "lon") if name in mapped or (name == "lon" and "lat" in mapped)]
    if len(told) > 1:
        faults.append(
            "columns.lat_lon, columns.lon_lat and columns.lon, columns.lat: only one of them can be the place"
        )
    return faults


def _category_faults(found: dict[str, Any]) -> list[str]:
    """Categories of an open list that a mapping names without both languages or without a class of ours."""
    extra = found.get("extra")
    named = extra.get("categories") if isinstance(extra, dict) else None
    if named is None:
        return []
    if found.get("categories") != "open":
        return ['extra.categories: only a source with categories = "open" names its categories']
    if not isinstance(named, dict):
        return ["extra.categories must be a table"]
    wanted = f'{{ zh = "…", en = "…", class = "{" | ".join(CLASSES)}" }}'
    return [
        f"extra.categories.{word!r} must be {wanted}"
        for word, told in named.items()
        if not isinstance(told, dict)
        or set(told) != {"zh", "en", "class"}
        or not all(isinstance(text, str) and text for text in told.values())
        or told["class"] not in CLASSES
    ]


def _deadline_faults(found: dict[str, Any]) -> list[str]:
    """Deadlines by category where no row is an incident with a category of our list."""
    extra = found.get("extra")
    told = extra.get("deadlines") if isinstance(extra, dict) else None
    if told is None:
        return []
    if told != BY_CATEGORY:
        return [f"extra.deadlines = {told!r} must be {BY_CATEGORY!r}"]
    is_fit = found.get("dataset") == "incidents" and found.get("categories", "list") == "list"
    if not is_fit or "unit" in found["key"]:
        return ["extra.deadlines: only incidents with categories of the list, one a row, have limits by category"]
    return []


def _service_kinds(extra: dict[str, Any]) -> set[str]:
    """Codes and names of the kinds of service points: the site's list, and those that the mapping declares."""
    listed = reader.read(reader.find("services.toml"))["service"]
    named = [{"code": code, **names} for code, names in extra.get("kinds", {}).items()]
    return {item[word] for item in [*listed, *named] for word in ("code", "zh", "en")} | {"unsorted"}


def _unread(form: str) -> str | None:
    """Why a format of times cannot read a date; None if it can."""
    if form in EPOCHS:
        return None
    found = [name.lstrip("-_0") for name in DIRECTIVE.findall(form)]
    unknown = [name for name in found if name not in DIRECTIVES]
    if unknown:
        return f"has the unknown directive %{unknown[0]}"
    has = set(found).intersection
    has_date = has("FD") or (has("Yy") and (has("j") or (has("mbBh") and has("de"))))
    return None if has_date else "lacks year, month or day, such as %Y-%m-%d"


def _columns(table: Any, faults: list[str]) -> dict[str, tuple[str, ...]]:
    found = {}
    for ours, theirs in _dict(table, "columns", faults).items():
        headings = [theirs] if isinstance(theirs, str) else theirs
        if not isinstance(headings, list) or not headings or not all(isinstance(item, str) for item in headings):
            faults.append(f"columns.{ours} must be a heading or a list of headings")
        else:
            found[ours] = tuple(headings)
    return found


def _tables(table: Any, name: str, faults: list[str]) -> dict[str, dict[str, str]]:
    return {key: _texts(inner, f"{name}.{key}", faults) for key, inner in _dict(table, name, faults).items()}


def _texts(table: Any, name: str, faults: list[str]) -> dict[str, str]:
    found = _dict(table, name, faults)
    faults.extend(f"{name}.{key} must be text, in quotes" for key, value in found.items() if not isinstance(value, str))
    return found


def _dict(table: Any, name: str, faults: list[str]) -> dict[str, Any]:
    if isinstance(table, dict):
        return table
    faults.append(f"{name} must be a table: [{name}]")
    return {}


def _list(value: Any, name: str, faults: list[str]) -> tuple[str, ...]:
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return tuple(value)
    faults.append(f"{name} must be a list of texts")
    return ()


def _skip(table: Any, faults: list[str]) -> dict[str, tuple[str, ...]]:
    found = _dict(table, "skip", faults)
    faults.extend(f"unknown key {f'skip.{name}'!r} (known: skip.all_empty)" for name in found if name != "all_empty")
    return {name: _list(value, f"skip.{name}", faults) for name, value in found.items()}


def _only(table: Any, faults: list[str]) -> dict[str, tuple[str, ...]]:
    return {name: _list(value, f"only.{name}", faults) for name, value in _dict(table, "only", faults).items()}


def _covers(value: Any, faults: list[str]) -> tuple[date, date] | None:
    if value is None:
        return None
    if isinstance(value, list) and len(value) == 2 and all(type(day) is date for day in value) and value[0] <= value[1]:
        return (value[0], value[1])
    faults.append("covers must be [first day, last day], both inclusive, such as [2016-07-08, 2016-08-16]")
    return None

"""Understands a file before anything is written: which dataset, mapping, columns and coordinate system it has.

Invariant: a plan exists only for a file whose header is completely understood; otherwise there is a refusal.
"""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from config.corrections import Correction
from config.mapping import Mapping as FileMapping
from config.site import site
from geo import crs
from geo.crs import Crs
from geo.landing import Landing, Line
from geo.masking import hidden, shown
from loaders import corrections, read
from loaders.asking import Asked
from loaders.corrections import Correcting
from loaders.dataset import Dataset, LoadRequest
from loaders.faults import Refused
from loaders.header import Header, match, missing_column, unit_in
from loaders.sandbox.far_table import open_table

Opener = Callable[[read.Wish], read.Table]


MONEY = ("amount", "_value", "_total")
"""How the names of columns of money end."""


@dataclass(frozen=True)
class Plan:
    """A file whose header is understood."""

    asked: Asked
    dataset: Dataset
    mapping: FileMapping
    table: read.Table
    header: Header
    constants: dict[str, str]
    facts: read.FileFacts
    crs: Crs
    is_default_crs: bool
    correcting: Correcting = field(default_factory=Correcting)

    @property
    def request(self) -> LoadRequest:
        """What somebody wants loaded."""
        return self.asked.request


def make_plan(told: Asked, facts: read.FileFacts, *, opener: Opener | None = None) -> Plan:
    """Understands the file by its header; its table stays open. Raises Refused, ConfigError or an error of geo.crs.

    `opener` gives the table where the rows do not come from the file itself (a replay).
    """
    request = told.request
    table = opener(told.wish) if opener else open_table(request.file, told.wish)
    try:
        dataset, mapping, header, constants = _understood(told, table)
        _refuse_other_unit(request, dataset, mapping, table, header)
        _refuse_half_place(header, mapping, table)
        system, is_default = _crs(request, mapping, table, is_standard=told.own is None)
        _refuse_told_datum(header, table, system)
        correcting = Correcting.of(mapping.code, dataset)
    except BaseException:
        table.close()
        raise
    return Plan(told, dataset, mapping, table, header, constants, facts, system, is_default, correcting)


def _understood(told: Asked, table: read.Table) -> tuple[Dataset, FileMapping, Header, dict[str, str]]:
    """The dataset whose columns the header carries; if none fits, the refusal of the one that fits best."""
    own = told.own
    refusals: list[tuple[float, Refused]] = []
    for dataset, mapping in told.candidates:
        if own is not None and own.section not in (None, dataset.section):
            continue
        constants = mapping.constants_for(told.request.stem)
        try:
            header = match(
                table.headings,
                dataset,
                mapping,
                constants=constants,
                is_strict=own is not None,
                taken=table.shape_cells,
            )
            return dataset, mapping, header, constants
        except Refused as refusal:
            wanted = sum(column.is_required for column in dataset.columns)
            refusals.append((len(refusal.parts) / max(1, wanted), refusal))
    if not refusals:
        raise Refused("mapping_refused", reason=f"section = {shown(own.section or '')!r}" if own else "section")
    raise min(refusals, key=lambda found: found[0])[1]


def _refuse_other_unit(
    request: LoadRequest, dataset: Dataset, mapping: FileMapping, table: read.Table, header: Header
) -> None:
    """Amounts of a table that says 万元 above its header or in a heading would be read as a ten thousandth of it."""
    if not dataset.counts_money or "amounts_in" in mapping.extra:
        return
    places = [place for name, place in header.positions.items() if name.endswith(MONEY)]
    units = [table.unit_above, *(unit_in(table.headings[place]) for place in places)]
    for unit in filter(None, units):
        raise Refused("unit_above", file=request.file.name, unit=unit)


def _refuse_half_place(header: Header, mapping: FileMapping, table: read.Table) -> None:
    """A longitude without a latitude is no place, and its column was surely meant as one."""
    given = {"lon", "lat"} & set(header.positions)
    if len(given) == 1 and not table.has_shapes:
        (lacking,) = {"lon", "lat"} - given
        raise missing_column(lacking, mapping.columns.get(lacking, ()), table.headings)


def _refuse_told_datum(header: Header, table: read.Table, system: Crs) -> None:
    """A heading may name the datum of its coordinates (经度(GCJ-02)); it must be the one that was declared."""
    for place in (header.positions[name] for name in ("lon", "lat") if name in header.positions):
        told = crs.named_in(table.headings[place])
        if told is not None and told != system:
            raise Refused("crs_in_heading", heading=shown(table.headings[place]), found=told.name, declared=system.name)


def _crs(request: LoadRequest, mapping: FileMapping, table: read.Table, *, is_standard: bool) -> tuple[Crs, bool]:
    """The agreed CRS, and whether it is only the built-in assumption, against which the coordinates may speak."""
    declared = {"--crs": request.crs, "file": table.declared_crs, "mapping": None if is_standard else mapping.crs}
    agreed = crs.agreed(declared)
    if agreed is not None:
        return agreed, False
    has_places = table.has_shapes or bool({"lon", "lat", "lat_lon", "lon_lat"} & set(mapping.columns))
    if table.is_degrees or not has_places or (is_standard and not table.should_declare):
        return crs.STORE, True
    raise Refused("crs_missing", source=mapping.code, file=request.file.name, examples=crs.EXAMPLES)


def ledger_line(plan: Plan, landing: Landing | None) -> Line:
    """The ledger line of the load; without a landing (a refused file) its fingerprint fits no load."""
    request = plan.request
    has_place = plan.table.has_shapes or {"lon", "lat"} <= set(plan.header.positions)
    marked = fingerprint(
        landing, request, plan.dataset, plan.mapping,
        sha256=plan.facts.sha256, system=plan.crs.name, corrected=plan.correcting.told,
    )  # fmt: skip
    return Line(
        dataset=request.dataset,
        file_name=hidden(request.name),
        sha256=plan.facts.sha256,
        fingerprint=marked,
        mode=request.mode,
        level=request.level,
        ignored_columns=plan.header.ignored,
        loaded_by=request.viewer.name,
        started_at=request.clock.at,
        crs=plan.crs.name if has_place else None,
        conversion=crs.conversion(plan.crs) if has_place else None,
        replays=request.replays,
        options=_options(plan),
    )


def fingerprint(
    landing: Landing | None,
    request: LoadRequest,
    dataset: Dataset,
    mapping: FileMapping,
    *,
    sha256: str,
    system: str,
    corrected: Sequence[Correction],
) -> str:
    """SHA-256 (hex) of all that makes a load a new one: the bytes, how they are read, what the store and its lists say.

    `system` is the name of the coordinate system. Without a landing what the store says is left out.
    """
    boundaries = landing.boundary_version() if landing and dataset.is_placed else 0
    parts = dataset.fingerprint_parts(landing, request) if landing else ()
    stem = request.stem if mapping.files else ""
    told = [sha256, mapping.fingerprint(), stem, site().time_zone]
    told += [system, request.level or "", request.mode, str(request.valid_from or ""), str(boundaries), *parts]
    told += [*corrections.parts(corrected), *([request.again] if request.again else [])]
    told += [f"part={request.part}"] if request.part is not None else []
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()


def _options(plan: Plan) -> dict[str, object]:
    """How the file was read, so that its refused rows can be run again and the file be known again.

    Headings only of columns that are ours.
    """
    request, table = plan.request, plan.table
    return {
        "asked": plan.asked.digest(plan.facts.size) if request.replays is None else None,
        "section": plan.dataset.section,
        "system": plan.crs.name,
        "source": request.source,
        "crs": request.crs,
        "valid_from": str(request.valid_from) if request.valid_from else None,
        "declared_crs": table.declared_crs,
        "is_degrees": table.is_degrees,
        "should_declare": table.should_declare,
        "personal": [column.name for column in plan.dataset.columns if column.is_personal],
        "columns": {name: table.headings[place] for name, place in plan.header.positions.items()},
    }


def bare_line(request: LoadRequest, sha256: str) -> Line:
    """The ledger line of a file that was refused before its header was understood."""
    return Line(
        dataset=request.dataset,
        file_name=hidden(request.name),
        sha256=sha256,
        fingerprint="",
        mode=request.mode,
        level=request.level,
        ignored_columns=(),
        loaded_by=request.viewer.name,
        started_at=request.clock.at,
        replays=request.replays,
    )

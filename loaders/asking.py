"""What is asked of a file before it is opened: the datasets it may be of, their mappings, how it is to be read.

Invariant: the same bytes, asked for in the same way, are read in the same way.
"""

import difflib
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace

from config import mapping as mappings
from config.mapping import Mapping as FileMapping
from config.program import program_version
from config.reading import limits
from geo import crs
from geo.masking import shown
from loaders import read, registry
from loaders.dataset import Dataset, LoadRequest
from loaders.faults import Refused
from loaders.header import GEOMETRY, normal


@dataclass(frozen=True)
class Asked:
    """A load before its file is opened.

    `candidates`: the datasets it may be of, each with the mapping it would be read by; `own`: the mapping that was
    named, None for the built-in ones; `wish`: what they ask of the file.
    """

    request: LoadRequest
    candidates: tuple[tuple[Dataset, FileMapping], ...]
    own: FileMapping | None
    wish: read.Wish

    def digest(self, size: int) -> str:
        """SHA-256 (hex) of all that decides, beside its bytes, how a file of `size` bytes is read.

        Equal bytes under an equal digest give the same dataset, mapping and coordinate system. Raises ConfigError.
        """
        request = self.request
        told: list[object] = [size, request.file.suffix.lower(), request.dataset, request.source, request.crs]
        told += [request.part, request.level, request.mode, str(request.valid_from), request.is_simulated]
        told += [(dataset.section, mapping.fingerprint()) for dataset, mapping in self.candidates]
        told += [repr(limits()), program_version()]
        return hashlib.sha256(json.dumps(told).encode()).hexdigest()


def ask(request: LoadRequest) -> Asked:
    """What is known of a load before its file is opened. Raises Refused, ConfigError, UnknownCrsError or NoWayError."""
    datasets = registry.datasets(request.dataset)
    datasets[0].refuse_options(request)
    crs.agreed({"--crs": request.crs})
    own = _named(request.source) if request.source else None
    if own is not None and own.dataset != request.dataset:
        raise Refused("wrong_dataset", source=own.code, dataset=own.dataset, wanted=request.dataset)
    candidates = tuple((dataset, own or _standard(dataset, request)) for dataset in datasets)
    wish = _wish([mapping for _, mapping in candidates], own)
    if request.part is not None:
        wish = replace(wish, sheet=request.part, layer=request.part)
    return Asked(request, candidates, own, wish)


def _standard(dataset: Dataset, request: LoadRequest) -> FileMapping:
    return mappings.standard(dataset.name, dataset.section, is_simulated=request.is_simulated, level=request.level)


def _wish(told: Sequence[FileMapping], own: FileMapping | None) -> read.Wish:
    """What the mapping, or the built-in ones of all candidates together, ask of the file."""
    decides = [mapping.key["decides"] for mapping in told if "decides" in mapping.key]

    def carrying(*names: str) -> frozenset[str]:
        every = (table for mapping in told for table in (mapping.columns, mapping.else_columns))
        found = [table.get(name, ()) for table in every for name in names]
        return frozenset(normal(heading) for headings in found for heading in headings)

    columns = {name for mapping in told for name in mapping.columns} - {GEOMETRY}
    headings = carrying(*columns) | {normal(heading) for heading in decides}
    if own is None:
        coordinates = tuple(one for one in (carrying("lon"), carrying("lat")) if one)
        return read.Wish(headings=headings, geometry=carrying(GEOMETRY), coordinates=coordinates)
    return read.Wish(
        format=own.format,
        sheet=own.sheet,
        layer=own.layer,
        header_row=own.header_row,
        header_rows=own.header_rows,
        headings=headings,
        geometry=carrying(GEOMETRY),
        needs_geometry=GEOMETRY in own.columns and GEOMETRY not in own.optional,
    )


def _named(source: str) -> FileMapping:
    known = mappings.source_names()
    if source not in known and not source.endswith(".toml"):
        near = difflib.get_close_matches(source, known, n=1, cutoff=0.0)[0]
        raise Refused("unknown_source", name=shown(source), nearest=near, known=", ".join(known))
    return mappings.named(source)

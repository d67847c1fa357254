"""Looks at a file of unknown make: format, headings, datasets that fit, coordinates, and what a dry run finds.

Invariant: nothing of the file gets out unmasked, nothing is written, and what could not be looked at is said.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl

from config import mapping as mappings
from geo.errors import GeoError
from geo.masking import hidden
from geo.store import Store
from geo.viewer import OPERATOR, Clock, Viewer
from loaders import read, staging
from loaders.dataset import LoadRequest
from loaders.header import GEOMETRY
from loaders.inspecting import drafting, grounds, guessing, places, vocabulary
from loaders.inspecting.guessing import Fit
from loaders.inspecting.looks import Look, look, numbers, words
from loaders.inspecting.opening import Sample, sampled
from loaders.inspecting.places import Places
from loaders.lat_lon import pair_column, taken_apart
from loaders.looking import Preview
from loaders.result import LoadResult
from loaders.work import load_file

NEXT_FITS = 3
LEAST_SCORE = 0.3
"""A dataset of a lower score is not named at all."""


@dataclass(frozen=True)
class Asked:
    """What is asked of an inspection. `part`: the sheet or layer; `told_name`: what the file is called."""

    file: Path
    dataset: str | None = None
    part: str | None = None
    crs: str | None = None
    level: str | None = None
    lang: str = "zh"
    told_name: str | None = None

    @property
    def called(self) -> str:
        """The file's name for people, what is personal in it hidden."""
        return hidden(self.told_name or self.file.name)


@dataclass(frozen=True)
class Inspection:
    """What a file is. `fits`: the datasets that could be meant, the best first; `sources`: named mappings that fit.

    `unknown`: our column → words that neither a list nor the first of `sources` knows, with their rows;
    `uncoded`: cell → the column of areas' codes that its heading may be, though it holds no codes of loaded areas;
    `dry`: what a dry run gives, None where none was made, and `unlooked` then says why (codes of messages).
    """

    sample: Sample
    looks: tuple[Look, ...]
    fits: tuple[Fit, ...]
    sources: tuple[str, ...]
    unknown: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    places: Places | None = None
    header_rows: int = 1
    uncoded: Mapping[int, str] = field(default_factory=dict)
    dry: LoadResult | None = None
    preview: Preview | None = None
    unlooked: tuple[str, ...] = ()

    @property
    def fit(self) -> Fit | None:
        """The dataset that fits best."""
        return self.fits[0] if self.fits else None

    def guess_of(self, cell: int) -> guessing.Guess | None:
        """Which column of the best dataset the heading of this cell may be."""
        guesses = self.fit.guesses.values() if self.fit else ()
        return next((guess for guess in guesses if guess.cell == cell), None)

    def time_span(self) -> tuple[str, str] | None:
        """The earliest and the latest time of the first stage, else of any column of times."""
        fit = self.fit
        named = [fit.guesses[name].cell for name in ("reported_at", "occurred_on") if fit and name in fit.guesses]
        cells = named or [cell for cell, told in enumerate(self.looks) if told.kind == "time"]
        spans = [(self.looks[cell].low, self.looks[cell].high) for cell in cells]
        known = [(low, high) for low, high in spans if low and high]
        return (min(low for low, _ in known), max(high for _, high in known)) if known else None


def inspect(asked: Asked, *, store: Store | None, clock: Clock, viewer: Viewer = OPERATOR) -> Inspection:
    """Looks at the file; without a store at all but the areas and the dry run. Raises loaders.faults.Refused."""
    sample, header_rows = _opened(asked)
    table = sample.table
    sample, looks, fits = _recognised(sample, asked)
    ground = grounds.loaded(store, clock, viewer)
    fit, uncoded = grounds.coded(fits[0] if fits else None, sample.frame, ground)
    fits = (fit, *fits[1:]) if fit else ()
    sources = tuple(guessing.fitting_sources(table.headings, dataset=asked.dataset))
    evidence = _places(sample, fit, asked, ground.shape)
    unknown = _unknown(sample, fit, sources)
    known = Inspection(
        sample, looks, fits, sources, unknown, evidence, header_rows, uncoded, unlooked=ground.unlooked
    )  # fmt: skip
    return _with_dry_run(known, asked, store, clock, viewer)


def _recognised(sample: Sample, asked: Asked) -> tuple[Sample, tuple[Look, ...], tuple[Fit, ...]]:
    """The sample without what a load by the best fit takes for no rows; what its columns look like, and the fits."""
    looks, fits = _judged(sample, asked)
    kept = sample.without(_no_rows(sample, fits[0])) if fits else sample
    return (sample, looks, fits) if kept is sample else (kept, *_judged(kept, asked))


def _judged(sample: Sample, asked: Asked) -> tuple[tuple[Look, ...], tuple[Fit, ...]]:
    frame, headings = sample.frame, sample.table.headings
    looks = tuple(look(frame[f"c{cell}"]) for cell in range(len(headings)))
    shapes = sample.shapes
    found = guessing.fits(headings, looks, frame, shape=places.kind_of(shapes) if shapes else None)
    if asked.dataset:
        found = [fit for fit in found if asked.dataset in fit.names]
    return looks, tuple(fit for fit in found if fit.score >= LEAST_SCORE or asked.dataset)[: NEXT_FITS + 1]


def _no_rows(sample: Sample, fit: Fit) -> pl.Series:
    """The judgement of a load: totals and notes; where a required column was not recognised, all that were count."""
    positions = {name: guess.cell for name, guess in fit.guesses.items()}
    filled, place = staging.telling_cells(fit.dataset, positions)
    if fit.missing:
        filled = [f"c{cell}" for cell in positions.values()]
    return read.is_no_row(sample.frame, sample.table.headings, filled, place)


def _opened(asked: Asked) -> tuple[Sample, int]:
    """The file, with the header over two rows where that says more."""
    headings, shape_names = guessing.synonyms(), guessing.synonyms(GEOMETRY)
    coordinates = (guessing.synonyms("lon"), guessing.synonyms("lat"))

    def opened(rows: int) -> Sample:
        return sampled(
            asked.file,
            read.Wish(
                sheet=asked.part, layer=asked.part, headings=headings - shape_names, geometry=shape_names,
                coordinates=coordinates, header_rows=rows,
            ),
        )  # fmt: skip

    sample = opened(1)
    rows = sample.table.header_rows
    if rows == 1 and (sample.table.format != "xlsx" or not _is_torn(sample.table.headings)):
        return sample, 1
    double = opened(max(rows, 2))
    return (sample, 1) if _is_torn(double.table.headings) else (double, max(rows, 2))


def _is_torn(headings: tuple[str, ...]) -> bool:
    """Whether headings repeat or lack in the midst, as those of a header over two rows do in the first one."""
    named = [heading for heading in headings if heading]
    last = max((cell for cell, heading in enumerate(headings) if heading), default=-1)
    return len(set(named)) < len(named) or "" in headings[: last + 1]


def _places(sample: Sample, fit: Fit | None, asked: Asked, ground: Any) -> Places | None:
    declared = asked.crs or sample.table.declared_crs
    if sample.shapes:
        x, y = places.centres(sample.shapes)
    elif fit and {"lon", "lat"} <= set(fit.guesses):
        x, y = (numbers(sample.frame[f"c{fit.guesses[name].cell}"]).to_numpy() for name in ("lon", "lat"))
    elif fit and (pair := pair_column(fit.guesses)):
        apart, _ = taken_apart(sample.frame.select("row", pl.col(f"c{fit.guesses[pair].cell}").alias(pair)), pair)
        x, y = (numbers(apart[name]).to_numpy() for name in ("lon", "lat"))
    else:
        return None
    return places.evidence(x.astype(float), y.astype(float), declared=declared, ground=ground)


def _unknown(sample: Sample, fit: Fit | None, sources: tuple[str, ...]) -> dict[str, dict[str, int]]:
    if fit is None:
        return {}
    sections = (None, fit.dataset.section)
    fitting = (one for one in map(mappings.named, sources) if one.dataset == fit.dataset.name)
    mapping = next((one for one in fitting if one.section in sections), None)
    found = {}
    for name, guess in fit.guesses.items():
        counted = words(sample.frame[f"c{guess.cell}"])
        odd = vocabulary.unknown(fit.dataset.name, fit.dataset.section, name, counted)
        left = vocabulary.untold(mapping, name, odd) if mapping else odd
        if left:
            found[name] = left
    return found


def _with_dry_run(known: Inspection, asked: Asked, store: Store | None, clock: Clock, viewer: Viewer) -> Inspection:
    fit = known.fit
    if store is None or "no_store" in known.unlooked:
        return _without(known, "no_dry_run_store")
    if fit is None or fit.missing:
        return _without(known, "no_dry_run_columns")
    with TemporaryDirectory(prefix="cockpit-inspect-") as folder:
        source = None
        if not fit.is_standard or known.header_rows > 1 or asked.part:
            path = Path(folder) / "inspected.toml"
            path.write_text(drafting.draft(known, asked, name="inspected"), encoding="utf-8")
            source = str(path)
        level = asked.level or drafting.level(known)
        request = LoadRequest(
            dataset=fit.dataset.name, file=asked.file, clock=clock, viewer=viewer, source=source, crs=asked.crs,
            level=level if fit.dataset.name == "boundaries" else None, is_forced=True, is_dry_run=True,
            lang=asked.lang, told_name=asked.told_name,
        )  # fmt: skip
        preview = Preview()
        try:
            result = load_file(store, request, look=preview)
        except GeoError:
            return _without(known, "no_dry_run_store")
    return Inspection(**{**vars(known), "dry": result, "preview": preview})


def _without(known: Inspection, reason: str) -> Inspection:
    return Inspection(**{**vars(known), "unlooked": (*known.unlooked, reason)})

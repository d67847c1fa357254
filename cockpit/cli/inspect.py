"""`cockpit inspect FILE`: what a file is, which dataset and columns it may carry, and a mapping to start from.

Invariant: nothing is loaded; the description goes to standard output, sentences about what was done to standard error.
"""

import os
import sys
from pathlib import Path
from typing import Any

import click

from cockpit.cli.load import LEVELS, as_record, json_option, lang_option, named
from cockpit.cli.ready import as_option, reader, ready_store
from cockpit.cli.tables import print_table
from cockpit.cli.telling import say, say_json
from config.fault_words import hint, message
from config.messages import tr
from geo import embedded
from geo.errors import GeoError
from geo.masking import shown
from geo.store import Store
from geo.viewer import OPERATOR, Clock, current_clock
from loaders import registry
from loaders.faults import Refused
from loaders.inspecting import drafting
from loaders.inspecting.inspection import Asked, Inspection
from loaders.inspecting.inspection import inspect as look_at
from loaders.inspecting.looks import safe

SHOWN_WORDS, SHOWN_FAULTS = 12, 12
DATASETS = (*registry.MODULES, *registry.SECTIONS)


@click.command(name="inspect")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--write", "name", metavar="NAME", help="Write a mapping to start from; never overwrites one.")
@click.option("--dataset", type=click.Choice(DATASETS), help="What the file holds, where that is known.")
@click.option("--sheet", "part", metavar="NAME", help="The sheet or layer, where there are several.")
@click.option("--crs", metavar="SYSTEM", help="The coordinate system, where it is known.")
@click.option("--level", type=click.Choice(LEVELS), help="The level of the areas (boundaries).")
@click.option("--name", "told_name", hidden=True, help="What the file is called.")
@as_option
@lang_option
@json_option
def inspect(
    file: Path,
    *,
    name: str | None,
    dataset: str | None,
    part: str | None,
    crs: str | None,
    level: str | None,
    told_name: str | None,
    user: str | None,
    lang: str,
    as_json: bool,
) -> None:
    """Say what FILE is: format, headings and the columns they may be, coordinates, first faults.

    Nothing is loaded. --write makes a mapping that `cockpit load --source NAME` takes.
    """
    clock = current_clock()
    store = _store(clock)
    viewer = reader(store, user, needs=("act.load",), lang=lang) if store and user else OPERATOR
    asked = Asked(file, dataset, part, crs, level, lang, told_name)
    called = asked.called
    try:
        found = look_at(asked, store=store, clock=clock, viewer=viewer)
    except Refused as refusal:
        said = refusal.sentence(lang).replace(file.name, called)
        if as_json:
            say_json({"file": called, "status": "refused", "message": said, **_why(refusal, asked)})
        say(tr("inspect.refused", lang, file=called, message=said), err=True)
        sys.exit(2)
    path = _written(found, asked, name) if name else None
    if as_json:
        told = record(found, lang) | {"file": called, "mapping": str(path) if path else None}
        told["sources"] = [*([name] if path else []), *found.sources]
        say_json(told)
    else:
        _tell(found, called, lang)
    if store is not None:
        store.close()


def _why(refusal: Refused, asked: Asked) -> dict[str, Any]:
    """Codes and parameters of a refusal, and the sheets or layers of which one must be named."""
    told = [
        {"code": one.code, "params": named(one.params, lambda text: text.replace(asked.file.name, asked.called))}
        for one in refusal.parts
    ]
    return {"told": told, "parts": list(refusal.choices)}


def _store(clock: Clock) -> Store | None:
    """The store, if there is one that answers; none is made for a look at a file."""
    try:
        is_there = "COCKPIT_DATABASE_URL" in os.environ or embedded.is_made()
        return ready_store(clock) if is_there else None
    except GeoError:
        return None


def _written(found: Inspection, asked: Asked, name: str) -> Path:
    """Writes the mapping; ends with 2 where it may not."""
    lang = asked.lang
    if found.fit is None:
        say(tr("inspect.nothing_to_write", lang), err=True)
        sys.exit(2)
    try:
        path = drafting.write(drafting.draft(found, asked, name=name), name)
    except drafting.NameTakenError:
        say(tr("inspect.name_taken", lang, name=shown(name)), err=True)
        sys.exit(2)
    except OSError as error:
        say(tr("inspect.write_refused", lang, path=error.filename, reason=error.strerror or error), err=True)
        sys.exit(1)
    say(tr("inspect.wrote", lang, path=path, dataset=found.fit.dataset.name, name=name), err=True)
    return path


# ---------------------------------------------------------------- as JSON


def record(found: Inspection, lang: str) -> dict[str, Any]:
    """The inspection as one JSON object; values of the file are masked."""
    table, places, span = found.sample.table, found.places, found.time_span()
    return {
        "status": "inspected",
        "format": table.format,
        "encoding": table.encoding,
        "delimiter": table.delimiter,
        "part": table.part,
        "parts": list(table.parts),
        "hidden": list(table.hidden),
        "header_row": table.lines_above + 1,
        "header_rows": found.header_rows,
        "rows": found.sample.rows,
        "ragged": found.sample.ragged,
        "looked_at": found.sample.frame.height,
        "columns": [_column(found, cell) for cell in range(len(table.headings))],
        "datasets": [
            {
                "dataset": fit.dataset.name,
                "section": fit.dataset.section,
                "score": fit.score,
                "missing": list(fit.missing),
                "built_in": fit.is_standard,
            }
            for fit in found.fits
        ],
        "sources": list(found.sources),
        "level": drafting.level(found),
        "unknown": {name: {safe(word): rows for word, rows in odd.items()} for name, odd in found.unknown.items()},
        "times": {"from": span[0], "to": span[1]} if span else None,
        "crs": {
            "declared": table.declared_crs,
            "x": list(places.x),
            "y": list(places.y),
            "looks": places.range,
            "fits": places.fits,
            "inside": {reading.name: reading.inside for reading in places.readings},
            "better": [reading.name for reading in places.better],
        }
        if places
        else None,
        "dry_run": as_record(found.dry) if found.dry else None,
        "faults": faults(found, lang),
        "not_looked_at": [tr(f"inspect.{reason}", lang) for reason in found.unlooked],
    }


def _column(found: Inspection, cell: int) -> dict[str, Any]:
    look, guess = found.looks[cell], found.guess_of(cell)
    return {
        "heading": shown(found.sample.table.headings[cell]),
        "column": guess.column if guess else None,
        "how": guess.how if guess else None,
        "likeness": guess.likeness if guess else None,
        "looks": look.kind,
        "filled": look.filled,
        "distinct": look.distinct,
        "low": look.low,
        "high": look.high,
        "examples": list(look.examples),
    }


def faults(found: Inspection, lang: str) -> list[dict[str, Any]]:
    """The first faults of the dry run, as `cockpit rejects --json` writes them."""
    told = found.preview.faults if found.preview else []
    return [
        {
            "row": item.row,
            "column": item.column,
            "value": item.value,
            "fault": item.fault,
            "message": message(item.fault, lang, item.params),
            "hint": hint(item.fault, lang, item.params),
        }
        for item in told
    ]


# ---------------------------------------------------------------- for people


def _tell(found: Inspection, called: str, lang: str) -> None:
    for line in (*_file_lines(found, called, lang), *_dataset_lines(found, lang)):
        say(line)
    say("")
    _columns(found, lang)
    say("")
    for line in (*_word_lines(found, lang), *_place_lines(found, lang), *_dry_lines(found, lang)):
        say(line)


def _file_lines(found: Inspection, called: str, lang: str) -> list[str]:
    table, sample = found.sample.table, found.sample

    def told(key: str, **params: object) -> str:
        return tr(f"inspect.{key}", lang, **params)

    lines = [told("head", file=called, format=table.format, rows=sample.rows, columns=len(table.headings))]
    if table.encoding:
        lines.append(told("encoding", encoding=table.encoding))
    if table.delimiter:
        lines.append(told("delimiter", delimiter={"\t": "Tab"}.get(table.delimiter, table.delimiter)))
    if table.part:
        parts = ", ".join(map(shown, table.parts)) or shown(table.part)
        lines.append(told("part", part=shown(table.part), count=max(1, len(table.parts)), parts=parts))
    if table.hidden:
        lines.append(told("hidden", parts=", ".join(map(shown, table.hidden))))
    if table.lines_above:
        lines.append(told("lines_above", row=table.lines_above + 1, count=table.lines_above))
    if found.header_rows > 1:
        lines.append(told("header_rows", count=found.header_rows))
    if sample.ragged:
        lines.append(told("ragged", count=sample.ragged))
    if not sample.is_whole:
        lines.append(told("looked_at", count=sample.frame.height))
    return lines


def _dataset_lines(found: Inspection, lang: str) -> list[str]:
    fit = found.fit
    if fit is None:
        return [tr("inspect.dataset_none", lang)]
    lines = [tr("inspect.dataset_best", lang, dataset=_called(fit.dataset), score=f"{fit.score:.2f}")]
    if fit.missing:
        lines.append(tr("inspect.dataset_missing", lang, columns=", ".join(fit.missing)))
    else:
        is_plain = fit.is_standard and found.header_rows == 1
        lines.append(tr("inspect.dataset_standard" if is_plain else "inspect.dataset_needs", lang))
    if found.fits[1:]:
        others = ", ".join(f"{_called(other.dataset)} ({other.score:.2f})" for other in found.fits[1:])
        lines.append(tr("inspect.dataset_next", lang, datasets=others))
    if found.sources:
        lines.append(tr("inspect.source_fits", lang, sources=", ".join(found.sources), first=found.sources[0]))
    return lines


def _called(dataset: Any) -> str:
    same = dataset.section.replace("_", "-") == dataset.name
    return str(dataset.name if same else f"{dataset.name}/{dataset.section}")


def _columns(found: Inspection, lang: str) -> None:
    heads = [tr(f"inspect.head_{name}", lang) for name in ("heading", "column", "why", "looks", "filled", "examples")]
    lines = []
    for cell, look in enumerate(found.looks):
        guess = found.guess_of(cell)
        why = tr(f"inspect.how_{guess.how}", lang, likeness=f"{guess.likeness:.2f}") if guess else ""
        span = f"{look.low} – {look.high}" if look.low is not None else ", ".join(look.examples)
        heading = shown(found.sample.table.headings[cell])
        lines.append([heading, guess.column if guess else "", why, tr(f"inspect.looks_{look.kind}", lang),
                      str(look.filled), span])  # fmt: skip
    print_table(heads, lines)


def _word_lines(found: Inspection, lang: str) -> list[str]:
    lines = []
    for column, odd in found.unknown.items():
        listed = ", ".join(f"{safe(word)} ({rows})" for word, rows in list(odd.items())[:SHOWN_WORDS])
        more = ", …" if len(odd) > SHOWN_WORDS else ""
        lines.append(tr("inspect.unknown", lang, column=column, words=listed + more))
    span = found.time_span()
    if span:
        lines.append(tr("inspect.times", lang, first=span[0], last=span[1]))
    return lines


def _place_lines(found: Inspection, lang: str) -> list[str]:
    places, declared = found.places, found.sample.table.declared_crs
    if places is None:
        return []
    known = tr("inspect.crs_declared", lang, crs=shown(declared)) if declared else tr("inspect.crs_undeclared", lang)
    looks = tr(f"inspect.range_{places.range}", lang, fits=places.fits)
    spans = {name: f"{low:.6g} – {high:.6g}" for name, (low, high) in (("x", places.x), ("y", places.y))}
    lines = [known, tr("inspect.crs_range", lang, looks=looks, **spans)]
    if places.readings:
        told = ", ".join(f"{reading.name} {reading.inside:.1%}" for reading in places.readings)
        lines.append(tr("inspect.crs_readings", lang, readings=told))
    if places.better:
        better = ", ".join(reading.name for reading in places.better)
        lines.append(tr("inspect.crs_better", lang, better=better, first=places.readings[0].name))
    return lines


def _dry_lines(found: Inspection, lang: str) -> list[str]:
    lines = [tr(f"inspect.{reason}", lang) for reason in found.unlooked]
    if found.dry is None:
        return lines
    if found.dry.status == "refused":
        return [*lines, tr("inspect.dry_refused", lang, message=found.dry.message)]
    lines.append(tr("inspect.dry", lang, **vars(found.dry.counts)))
    for item in faults(found, lang)[:SHOWN_FAULTS]:
        lines.append(tr("inspect.fault" if item["column"] else "inspect.fault_row", lang, **item))
    return lines

"""`cockpit take-in DATASET FILE`: one file for the data page, tried or loaded, as the account that asks.

Invariant: it is `cockpit load` with other words: standard output holds lines of JSON, first the number of rows read so
far, at last the result and, of a dry run, where the rows lie. Not for people, so it is not listed.
"""

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import shapely

from cockpit.cli.load import LEVELS, PUBLISHED, as_record, lang_option, named
from cockpit.cli.publish import after_load
from cockpit.cli.ready import reader, ready_store
from cockpit.cli.telling import say, say_json
from geo.errors import GeoError
from geo.vault import VaultError
from geo.viewer import current_clock
from loaders.dataset import LoadRequest
from loaders.looking import Preview
from loaders.work import load_file

EVERY_S = 0.4
DIGITS = 6
"""A tenth of a metre; more is drawn nowhere."""


@click.command(name="take-in", hidden=True)
@click.argument("dataset")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--name", required=True)
@click.option("--as", "user", required=True)
@click.option("--source")
@click.option("--crs")
@click.option("--sheet", "part")
@click.option("--level", type=click.Choice(LEVELS))
@click.option("--dry-run", is_flag=True)
@lang_option
def take_in(
    dataset: str,
    file: Path,
    *,
    name: str,
    user: str,
    source: str | None,
    crs: str | None,
    part: str | None,
    level: str | None,
    dry_run: bool,
    lang: str,
) -> None:
    """Try or load FILE for a page."""
    clock = current_clock()
    store = ready_store(clock)
    viewer = reader(store, user, needs=("act.load",), lang=lang)
    request = LoadRequest(
        dataset=dataset, file=file, clock=clock, viewer=viewer, source=source, crs=crs, part=part, level=level,
        is_dry_run=dry_run, lang=lang, told_name=name,
    )  # fmt: skip
    preview = Preview() if dry_run else None
    try:
        result = load_file(store, request, progress=_progress(), look=preview)
    except VaultError as error:
        say(error.message(lang), err=True)
        sys.exit(1)
    except GeoError as error:
        say(error, err=True)
        sys.exit(1)
    said = [{"code": one.code, "params": named(one.params, request.named)} for one in result.told]
    told = {"result": as_record(result) | {"told": said}}
    say_json(told | ({"preview": _drawn(preview)} if preview else {}))
    sys.stdout.flush()
    if result.status == "loaded" and dataset in PUBLISHED:
        after_load(store, clock, lang)
    store.close()
    sys.exit(result.exit_code)


def _progress() -> Callable[[int], None]:
    told_at = 0.0

    def tell(rows: int) -> None:
        nonlocal told_at
        if time.monotonic() - told_at >= EVERY_S:
            told_at = time.monotonic()
            say_json({"rows": rows})
            sys.stdout.flush()

    return tell


def _drawn(preview: Preview) -> dict[str, Any]:
    """Points and outlines by fate (EPSG:4326), how many there are of each, and the first faults."""
    points: dict[str, list[list[float]]] = {}
    shapes: dict[str, list[str]] = {}
    for place in preview.places:
        if shapely.get_dimensions(place.shape) == 0:
            spot = shapely.get_coordinates(place.shape)[0]
            points.setdefault(place.fate, []).append([round(float(value), DIGITS) for value in spot])
        else:
            shapes.setdefault(place.fate, []).append(shapely.to_wkb(place.shape, hex=True))
    faults = [
        {
            "row": item.row, "column": item.column, "value": item.value, "fault": item.fault,
            "params": dict(item.params),
        }
        for item in preview.faults
    ]  # fmt: skip
    return {"found": dict(preview.found), "points": points, "shapes": shapes, "faults": faults}

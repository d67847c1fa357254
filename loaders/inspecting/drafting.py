"""Writes a mapping to start from: what was recognised, and a comment wherever a person must decide.

Invariant: what stands there uncommented is a mapping that `cockpit load --source` takes; a word that no list knows is
never given a meaning; nothing is ever overwritten.
"""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from config import mapping as mappings
from config import reader
from config.categories import folded
from config.messages import tr
from loaders.header import GEOMETRY
from loaders.inspecting import vocabulary
from loaders.inspecting.looks import safe, words
from loaders.inspecting.places import CHINA, WHOLE

if TYPE_CHECKING:
    from loaders.inspecting.inspection import Asked, Inspection

Say = Callable[..., str]
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
DIGITS_OF_LEVEL = {9: "street", 12: "community", 15: "grid", 18: "microgrid"}
MOST_WORDS = 60
MANY_SECTIONS = "funds"


class NameTakenError(Exception):
    """There is a mapping of that name already, or the name is none."""


def write(text: str, name: str) -> Path:
    """Writes the mapping below COCKPIT_HOME; raises NameTakenError, and OSError where that is refused."""
    path = reader.home() / "config" / "sources" / f"{name}.toml"
    if not NAME.fullmatch(name) or name in mappings.source_names():
        raise NameTakenError(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError as error:
        raise NameTakenError(name) from error
    return path


def draft(found: "Inspection", asked: "Asked", *, name: str) -> str:
    """The mapping as TOML; raises ValueError where no dataset fits."""
    fit = found.fit
    if fit is None:
        raise ValueError("no dataset fits")

    def say(key: str, **params: object) -> str:
        return f"# {tr(f'inspect.draft_{key}', asked.lang, **params)}"

    lines = [say("head", file=_plain(asked.told_name or asked.file.name)), say("decide")]
    lines += [f"dataset = {_text(fit.dataset.name)}"]
    if fit.dataset.name == MANY_SECTIONS:
        lines.append(f"section = {_text(fit.dataset.section)}")
    lines.append(f"name = {_text(name)}  {say('name')}")
    lines += _layout(found, asked)
    lines += _crs(found, asked, say)
    if fit.dataset.name == "boundaries":
        guess = asked.level or level(found)
        told = say("level")
        lines.append(f"level = {_text(guess)}  {told}" if guess else f'# level = "community"  {told}')
    declared = mappings.standard(fit.dataset.name, fit.dataset.section).declared_level
    if declared and "declared_area_code" in fit.guesses:
        lines.append(f"declared_level = {_text(declared)}  {say('declared_level')}")
    lines += ["", "[columns]", *_columns(found, say)]
    for column, guess_ in fit.guesses.items():
        lines += _values(found, column, guess_.cell, say)
    return "\n".join(lines) + "\n"


def level(found: "Inspection") -> str | None:
    """The level of areas by the length of their codes (9, 12, 15, 18 digits); None where that says nothing."""
    guess = found.fit.guesses.get("code") if found.fit and found.fit.dataset.name == "boundaries" else None
    if guess is None:
        return None
    codes = found.sample.frame[f"c{guess.cell}"].drop_nulls()
    lengths = codes.filter(codes.str.contains(r"^\d+$")).str.len_chars().unique().to_list()
    return DIGITS_OF_LEVEL.get(lengths[0]) if len(lengths) == 1 else None


def _layout(found: "Inspection", asked: "Asked") -> Iterator[str]:
    table = found.sample.table
    yield f"format = {_text(table.format)}"
    if asked.part and table.format == "xlsx":
        yield f"sheet = {_text(asked.part)}"
    elif asked.part:
        yield f"layer = {_text(asked.part)}"
    if found.header_rows > 1:
        yield f"header_rows = {found.header_rows}"


def _crs(found: "Inspection", asked: "Asked", say: Say) -> Iterator[str]:
    """The system: what is declared; degrees as EPSG:4326, to be decided; open where another reading fits better."""
    if found.places is None or found.sample.table.declared_crs:
        return
    if asked.crs:
        yield f"crs = {_text(asked.crs)}"
    elif found.places.better:
        for one in (*found.places.better, found.places.readings[0]):
            yield f"# crs = {_text(one.name)}  {say('crs_inside', share=f'{one.inside:.1%}')}"
    elif found.places.range in (CHINA, WHOLE):
        yield f'crs = "EPSG:4326"  {say("crs_degrees")}'
    else:
        yield f"# crs = {_text(found.places.fits or 'EPSG:4549')}  {say('crs_open')}"


def _columns(found: "Inspection", say: Say) -> Iterator[str]:
    fit = found.fit
    headings = found.sample.table.headings
    guesses = fit.guesses if fit else {}
    for guess in sorted(guesses.values(), key=lambda one: one.cell):
        told = "" if guess.how == "same" else f"  {say(guess.how, likeness=f'{guess.likeness:.2f}')}"
        yield f"{guess.column} = {_text(headings[guess.cell])}{told}"
    yield from (f'# {name} = ""  {say("missing")}' for name in (fit.missing if fit else ()))
    taken = {guess.cell for guess in guesses.values()} | set(found.sample.table.shape_cells)
    for cell, heading in enumerate(headings):
        if cell in found.uncoded:
            yield f"# {found.uncoded[cell]} = {_text(heading)}  {say('uncoded')}"
        elif heading and cell not in taken:
            yield f"# … = {_text(heading)}  {say('free')}"
    if found.sample.table.shape_cells and GEOMETRY not in guesses:
        yield f"{GEOMETRY} = {_text(headings[min(found.sample.table.shape_cells)])}"


def _values(found: "Inspection", column: str, cell: int, say: Say) -> Iterator[str]:
    """A table of words: known ones by the built-in list, those that no list knows as comments."""
    fit = found.fit
    if fit is None or not vocabulary.known(fit.dataset.name, fit.dataset.section, column):
        return
    listed = vocabulary.known(fit.dataset.name, fit.dataset.section, column)
    lines = []
    for word, rows in list(words(found.sample.frame[f"c{cell}"]).items())[:MOST_WORDS]:
        ours = listed.get(folded(word))
        if ours is None:
            lines.append(f'# {_text(safe(word))} = ""  {say("word", rows=rows)}')
        elif folded(ours) != folded(word):
            lines.append(f"{_text(word)} = {_text(ours)}")
    if lines:
        choice = ", ".join(vocabulary.ours(fit.dataset.name, fit.dataset.section, column))
        yield from ("", f"[values.{column}]", say("words", words=choice), *lines)


def _text(value: str) -> str:
    """A string of TOML on one line."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _plain(value: str) -> str:
    """A text for a comment: one line, no control character, nothing personal."""
    return "".join(character if character.isprintable() else " " for character in safe(value))

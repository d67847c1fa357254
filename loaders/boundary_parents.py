"""What an area hangs on: by the code it states, else by where it lies, with the name it states as evidence.

Invariant: no area is kept without the parent it names by code, a set that claims to nest does, to 0.1 % of a child's
area, and a name that speaks against the place, or says nothing, is told and never silently followed.

Without a code: the parent is the area that holds at least half of the child (in a set that claims to nest: most of it,
and the check of nesting follows). Where none does, the name decides if it names exactly one area that the child
touches. Else the area has no parent: it is kept in a set that does not nest, where the parent is for display only.
"""

import unicodedata
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from geo import areas
from geo.landing import Landing
from geo.masking import listed, shown
from loaders.boundary_sets import Above, Area, quarantined
from loaders.dataset import Job
from loaders.evidence import refuse_displaced_children
from loaders.faults import Refused

SHOWN_OFFENDERS = 5
HALF = 0.5
SUFFIXES = ("居民委员会", "村民委员会", "居委会", "村委会", "街道", "社区", "镇", "乡", "村")
"""What one sender writes after a name and another leaves out."""
DIFFERS, UNKNOWN, BY_NAME, NONE = "parent_name_differs", "parent_name_unknown", "parent_by_name", "without_parent"


@dataclass(frozen=True)
class Guess:
    """The parent found without a code, None for none, and what is to be told of it."""

    parent: areas.Version | None = None
    note: str | None = None


def linked(landing: Landing, found: Sequence[Area], job: Job, above: Above) -> list[Area]:
    """The areas with their parents; those whose parent is unknown are quarantined. Raises Refused (not_nested).

    Kept areas that have no parent, or one that their name does not confirm, are noted and listed in the message.
    """
    nests = job.mapping.nests is not False
    if above.parent_level is None:
        return [replace(area, is_nested=nests) for area in found]
    guesses = [Guess()] * len(found)
    if not nests or "parent_code" not in job.present:
        guesses = guessed(found, above, nests=nests)
    kept: list[Area] = []
    orphans: list[Area] = []
    noted: list[tuple[Area, str]] = []
    may_lack = not nests or job.mapping.parentless == "keep"
    for area, guess in zip(found, guesses, strict=True):
        code = area.head.parent_code
        parent = above.parents.get(code) if code else guess.parent
        if parent is None and (code or not may_lack):
            orphans.append(area)
            continue
        kept.append(replace(area, parent=parent, is_nested=nests))
        note = NONE if parent is None else None if code else guess.note
        noted += [(kept[-1], note)] if note else []
    if orphans:
        _refuse_orphans(landing, orphans, {area.head.code for area in found}, above)
    if nests:
        _refuse_not_nested(kept, above, job)
    _tell(landing, noted)
    return kept


def _refuse_orphans(landing: Landing, orphans: Sequence[Area], own: Collection[str], above: Above) -> None:
    """Quarantines areas whose parent is unknown, and says where its code stands instead: in this file, at a level."""
    elsewhere = {
        code: level
        for level in areas.loaded_levels(landing.connection)
        if level != above.parent_level
        for code in areas.in_force(areas.versions(landing.connection, level), on=None)
    }
    for area in orphans:
        code = area.head.parent_code
        params: dict[str, Any] = {"level": above.parent_level}
        if code in own:
            params |= {"case": "same_level", "found_level": above.level}
        elif code in elsewhere:
            params |= {"case": "other_level", "found_level": elsewhere[code]}
        quarantined(landing, area.rows, column="parent_code", value=code, fault="unknown_parent", params=params)


def guessed(found: Sequence[Area], above: Above, *, nests: bool) -> list[Guess]:
    """The parent of each area by the rule of this module."""
    parents = list(above.parents.values())
    by_form: dict[str, set[int]] = {}
    for index, parent in enumerate(parents):
        for form in forms(parent.name):
            by_form.setdefault(form, set()).add(index)
    shapes = (np.array([item.geom for item in items], dtype=object) for items in (found, parents))
    lying = areas.overlaps(*shapes)
    guesses = []
    for area, index, share, touched in zip(found, lying.index, lying.share, lying.touched, strict=True):
        name = area.head.parent_name
        named = {index for form in forms(name) for index in by_form.get(form, ())} if name else set()
        near = sorted(named & touched)
        if index >= 0 and (nests or share >= HALF):
            note = None if not name or index in named else DIFFERS if named else UNKNOWN
            guesses.append(Guess(parents[index], note))
        elif len(near) == 1:
            guesses.append(Guess(parents[near[0]], BY_NAME))
        else:
            guesses.append(Guess(None, NONE))
    return guesses


def forms(name: str) -> frozenset[str]:
    """How a name may be written: NFKC, without blanks and case, as it stands and without a word such as 社区 behind."""
    plain = "".join(unicodedata.normalize("NFKC", name).split()).casefold()
    bare = {plain.removesuffix(suffix) for suffix in SUFFIXES if plain != suffix}
    return frozenset({plain, *bare})


def _tell(landing: Landing, noted: Iterable[tuple[Area, str]]) -> None:
    """Notes the rows and lists their names in the message of the load."""
    by_note: dict[str, list[Area]] = {}
    for area, note in noted:
        by_note.setdefault(note, []).append(area)
    for note, found in by_note.items():
        numbers = [row.row_number for area in found for row in area.rows]
        landing.run("load/boundaries/note_rows", row_numbers=numbers, note=note)
        landing.remark(note, count=len(found), names=listed([_told(area) for area in found]))


def _told(area: Area) -> str:
    """The area with the parent it states and the one it got, where they are not the same."""
    own, stated = area.head.name, area.head.parent_name
    if stated and area.parent:
        if stated == area.parent.name:
            return own
        return f"{own} ({stated} → {area.parent.name})"
    return f"{own} ({stated})" if stated else own


def _refuse_not_nested(kept: Sequence[Area], above: Above, job: Job) -> None:
    pairs = [(area, area.parent) for area in kept if area.parent is not None]
    children = np.array([area.geom for area, _ in pairs], dtype=object)
    parents = np.array([parent.geom for _, parent in pairs], dtype=object)
    outside = areas.share_outside(children, parents)
    offenders = np.flatnonzero(outside > areas.TOLERANCE)
    if len(offenders):
        refuse_displaced_children(job, children, parents)
        worst = offenders[np.argsort(-outside[offenders])][:SHOWN_OFFENDERS]
        named = ", ".join(f"{shown(pairs[index][0].head.code)} ({outside[index]:.1%})" for index in worst)
        read = sum(len(area.rows) for area in kept)
        raise Refused("not_nested", read=read, count=len(offenders), parent_level=above.parent_level, offenders=named)

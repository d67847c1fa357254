"""The contract between a mapping and a file's header: which heading carries which of our columns.

Invariant: each required column has exactly one heading (or a constant), or the whole file is refused with every
difference named; headings that nobody asked for are reported, never read.
"""

import difflib
import re
import unicodedata
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

from config.mapping import Mapping
from geo.masking import listed, shown
from loaders.dataset import Dataset
from loaders.faults import Refused

GEOMETRY = "geometry"
"""What a mapping calls the column whose text is the shape; every dataset may have it, the reader takes it."""
MOST_COMPARED = 500
"""Headings among which the nearest to a missing one is looked for; a table of people has fewer."""
MOST_CHARACTERS = 500
"""Of a heading that are compared; a cell that is longer is none, and would be looked through at every turn."""
MOST_TOLD = 60
"""Headings that a refusal lists."""
MOST_SYNONYMS = 6
"""Headings that a refusal says would have been understood."""
_BRACKETS = re.compile(r"[(\[{【〔<《][^)\]}】〕>》]{0,200}[)\]}】〕>》]")
_UNSEEN = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_WITHIN_CHINESE = re.compile(r"(?<=[\u4e00-\u9fff]) (?=[\u4e00-\u9fff])")
_WITHIN_LATIN = re.compile(r"(?<=[a-z0-9])[ _-]+(?=[a-z0-9])")
_BESIDE = re.compile(r"^[*※]+\s*|\s*[*※:：]+$|^[0-9]{1,2}\s*[.、]\s*(?=[\u4e00-\u9fff])")
_OTHER_UNIT = re.compile(r"[千万亿]|^.[分角].$|美元|港[元币]|欧元|日元|英镑|(?i:^.(?:usd|hkd|eur|jpy|gbp).$)")


@dataclass(frozen=True)
class Header:
    """`positions`: our column → number of its cell; `ignored`: headings that nobody asked for."""

    positions: dict[str, int]
    ignored: tuple[str, ...]


@lru_cache(maxsize=4096)
def normal(heading: str) -> str:
    """A heading as it is compared: NFKC, without brackets and blanks around, without regard to case.

    Brackets that hold another unit (万元, 美元) stay: such a column is another column. What a form puts beside a
    heading (a star, a colon, a number) goes, as do characters that nobody sees, blanks between Chinese characters, and
    what parts Latin words: Reported At, reported-at and ReportedAt are reported_at.
    """
    plain = _UNSEEN.sub("", unicodedata.normalize("NFKC", heading[:MOST_CHARACTERS]))
    bare = _BRACKETS.sub(lambda found: found[0] if _OTHER_UNIT.search(found[0]) else "", plain)
    words = _WITHIN_CHINESE.sub("", " ".join(bare.split()))
    return _WITHIN_LATIN.sub("", _BESIDE.sub("", words).strip().casefold())


def unit_in(heading: str) -> str | None:
    """The other unit that a heading names in brackets (万元, 美元); None where amounts are in the currency itself."""
    brackets = _BRACKETS.findall(unicodedata.normalize("NFKC", heading[:MOST_CHARACTERS]))
    return next((told.strip("()[] ") for told in brackets if _OTHER_UNIT.search(told)), None)


def match(
    headings: Sequence[str],
    dataset: Dataset,
    mapping: Mapping,
    *,
    constants: dict[str, str],
    is_strict: bool,
    taken: Collection[int] = (),
) -> Header:
    """Finds each column of the mapping in the header; raises Refused with all differences.

    `is_strict` (a sender's own mapping): every mapped column must be there, unless `optional` lists it or a constant
    stands for it, and of headings that differ in case only the one written in the mapping is meant; otherwise (the
    built-in synonyms) only the required ones. `taken` are cells that the reader used itself (a geometry as text):
    nobody ignored them.
    """
    own = {column.name: column for column in dataset.columns}
    unknown = sorted(({*mapping.columns, *constants}) - {*own, GEOMETRY})
    if unknown:
        known = ", ".join(own)
        raise Refused("unknown_mapped_column", columns=listed(unknown), dataset=dataset.name, known=known)
    normals = [normal(heading) for heading in headings]
    positions: dict[str, int] = {}
    faults: list[Refused] = []
    for name, column in own.items():
        wanted = (mapping.key[name],) if name in mapping.key else mapping.columns.get(name, ())
        hits = _hits(normals, wanted) or _hits(normals, mapping.else_columns.get(name, ()))
        if is_strict and len({normals[index] for index in hits}) == 1:
            hits = [index for index in hits if headings[index] in wanted] or hits
        is_needed = column.is_required or (is_strict and bool(wanted) and name not in mapping.optional)
        if len(hits) > 1:
            faults.append(Refused("ambiguous_column", column=name, found=_listed(headings[index] for index in hits)))
        elif hits:
            positions[name] = hits[0]
        elif is_needed and name not in constants:
            faults.append(missing_column(name, wanted, headings))
    if faults:
        raise Refused.all_of(faults)
    used = {*positions.values(), *taken}
    ignored = tuple(shown(heading) for index, heading in enumerate(headings) if index not in used and heading)
    return Header(positions=positions, ignored=ignored)


def _hits(normals: Sequence[str], wanted: Sequence[str]) -> list[int]:
    known = {normal(item) for item in wanted}
    return [index for index, found in enumerate(normals) if found in known]


def missing_column(name: str, wanted: Sequence[str], headings: Sequence[str]) -> Refused:
    """The refusal for a column that no heading carries, with the nearest one."""
    expected = _listed(wanted[:MOST_SYNONYMS]) or name
    by_normal = {normal(heading): heading for heading in headings[:MOST_COMPARED] if heading}
    near: list[str] = []
    for item in wanted or (name,):
        near += difflib.get_close_matches(normal(item), by_normal, n=1, cutoff=0.4)
    if not near:
        return Refused("missing_column", column=name, wanted=expected, found=_listed(headings))
    best = max(near, key=lambda item: _likeness(item, wanted or (name,)))
    return Refused("missing_column_near", column=name, wanted=expected, nearest=shown(by_normal[best]))


def _likeness(heading: str, wanted: Sequence[str]) -> float:
    return max(difflib.SequenceMatcher(None, normal(item), heading).ratio() for item in wanted)


def _listed(headings: Iterable[str]) -> str:
    told = [f"“{shown(heading)}”" for heading in islice(filter(None, headings), MOST_TOLD + 1)]
    return ", ".join([*told[:MOST_TOLD], *(["…"] if len(told) > MOST_TOLD else [])])

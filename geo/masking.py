"""How values of a file may be shown to people: names and personal numbers masked, control characters replaced, long
texts cut. The one place of the program that masks.

Invariant: no text of a file reaches a message, the ledger of loads or the quarantine but through `shown` or `hidden`,
and no personal column reaches the store's shown columns but through `masked`; what is masked stays as it is when masked
again, and what is not masked stays as it came; coordinates, decimals, codes and dates are never taken for a number of
a person.
"""

import re
import unicodedata
from collections.abc import Callable, Sequence

from config.visible import SIGNS, cut
from geo import names
from geo.leaving import as_it_came

LOOKED_AT = 1_000
"""Characters of a longer text that are looked through for what must be hidden; the rest is not shown."""
LISTED = 10
MOST_PASSES = 8
PARTY, FREE = "party", "free"
"""What a personal column holds: who gives or takes (a name or an organisation), or words."""
CONTROL = SIGNS | dict.fromkeys((13, *range(1, 9), 11, 12, *range(14, 32), 127), " ")
"""PostgreSQL stores no NUL; the others would disturb a terminal, or turn the words that follow."""

_SUSPECT = re.compile(r"(?:\d\D{0,3}){9}|@")
_NUMBER = r"[-+]?\d+(?:\.\d*)?(?:[eE][-+]?\d+)?"
_WKT = re.compile(
    r"\s*(?:SRID=\d+;)?\s*(?:MULTI)?(?:POINT|LINESTRING|POLYGON)(?: ?[ZM]{1,2})? ?\(+"
    rf"{_NUMBER} {_NUMBER}[-+\d\s.,()eE]*…?"
)
"""Coordinates are pairs of numbers under the name of a shape; any other word before a bracket is prose."""
_NEVER_WITHIN = r"(?<!\d)(?<!\d\.)"
_NEVER_BEFORE = r"(?!\d|\.\d*[1-9])"
_GAP = r"[ \-–—]{0,2}"
_COUNTRY = rf"(?:(?:\+|00)?86{_GAP})?"


def _spaced(*parts: str) -> str:
    """The parts one after the other, with a blank or a dash allowed between any two."""
    return _GAP.join(parts)


def _digits(count: int) -> str:
    return _spaced(*[r"\d"] * count)


_MONTH_DAY = _spaced(rf"(?:0{_GAP}[1-9]|1{_GAP}[0-2])", rf"(?:0{_GAP}[1-9]|[12]{_GAP}\d|3{_GAP}[01])")
_BIRTH = _spaced(rf"(?:1{_GAP}9|2{_GAP}0)", _digits(2), _MONTH_DAY)
_BIRTH_SHORT = _spaced("[1-9]", r"\d", _MONTH_DAY)
IDENTITY_NUMBER = re.compile(
    _NEVER_WITHIN + _spaced("[1-9]", _digits(5), f"(?:{_spaced(_BIRTH, _digits(3), r'[0-9Xx]')}|"
    rf"{_spaced(_BIRTH_SHORT, _digits(3))})") + _NEVER_BEFORE
)  # fmt: skip
"""18 digits (GB 11643) or the former 15, told from area codes by the day of birth that they hold."""
CARD_NUMBER = re.compile(rf"{_NEVER_WITHIN}(?:2{_GAP}[2-7]|[3-69]{_GAP}\d)(?:{_GAP}\d){{14,17}}{_NEVER_BEFORE}")
"""16 to 19 digits; a bank card begins with 22 to 27, 3 to 6 or 9 (ISO/IEC 7812), never like a date."""
MOBILE_NUMBER = re.compile(
    rf"{_NEVER_WITHIN}{_COUNTRY}(1{_GAP}[3-9]{_GAP}\d)(?:{_GAP}\d){{4}}{_GAP}(\d(?:{_GAP}\d){{3}}){_NEVER_BEFORE}"
)
_LANDLINE = re.compile(
    rf"{_NEVER_WITHIN}(?:(?:\+|00)?86{_GAP}\(?0?|\(?0)((?:10|2\d|[3-9]\d\d))\)?{_GAP}[1-9](?:{_GAP}\d){{2,3}}{_GAP}"
    rf"(\d(?:{_GAP}\d){{3}}){_NEVER_BEFORE}"
)
_ENDLESS = re.compile(rf"{_NEVER_WITHIN}(\d{{4}})\d{{16,}}{_NEVER_BEFORE}")
_TAIL = re.compile(r"[^*]{1,64}$")
"""What may be the beginning of a number that was cut, which nobody could tell; no number is longer."""
_MAIL = re.compile(r"([\w.+%-])[\w.+%-]*@([\w-]+(?:\.[\w-]+)+)")
_PLATE = re.compile(
    r"([京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼使][A-HJ-NP-Z])[ ·•・-]?"
    r"(?=[A-HJ-NP-Z0-9]{0,5}\d)[A-HJ-NP-Z0-9]{2,4}([A-HJ-NP-Z0-9][A-HJ-NP-Z0-9挂学警港澳])(?![A-Za-z0-9])"
)
"""The plate of a vehicle: a province, a letter, five characters or six."""

SPELT = "○〇零一二三四五六七八九幺壹贰叁肆伍陆柒捌玖"
_DIGITS = str.maketrans(SPELT, "000123456789" + "1" + "123456789")
_SPELT_RUN = re.compile(rf"(?:[\d{SPELT}]{_GAP}){{10,}}[\d{SPELT}]")


def shown(text: str) -> str:
    """The text as people may see it, long ones cut (config.visible)."""
    return cut(hidden(text) if len(text) <= LOOKED_AT else f"{_without_tail(hidden(text[:LOOKED_AT]))}…")


def hidden(text: str) -> str:
    """The text with names after a cue, telephone, identity, card and plate numbers and addresses of e-mail masked.

    A text without any of these comes back as it came, but for control characters.
    """
    clean = text.translate(CONTROL)
    return _settled(clean, _masked_text)


def masked(text: str, kind: str) -> str:
    """A value of a personal column as it may be shown: the same text where nothing in it is personal.

    `kind`: PARTY (who gives or takes: a name alone is masked, an organisation stays) or FREE (words).
    """
    return _settled(text, _masked_party if kind == PARTY else _masked_text)


def _settled(text: str, mask: Callable[[str], str]) -> str:
    """The text masked until nothing more is found in it; what is not masked stays as it came."""
    begun = text if text.isascii() else plain(text)
    found = begun
    for _ in range(MOST_PASSES):
        before, found = found, plain(mask(found))
        if found == before:
            break
    if found == begun:
        return text
    return found if begun == text else as_it_came(text, begun, found, plain)


def _masked_text(text: str) -> str:
    named = names.in_text(text) if names.may_hold_name(text) else text
    if not named.isascii():
        named = _SPELT_RUN.sub(_unless_no_number, _PLATE.sub(r"\1***\2", named))
    return named if not _SUSPECT.search(named) or _WKT.fullmatch(named) else _masked(named)


def _masked_party(text: str) -> str:
    return names.in_cell(_masked_text(text))


def in_digits(text: str) -> str:
    """Numbers told in words (一三八…) as digits, where so many stand in a row that they may be a person's."""
    return _SPELT_RUN.sub(lambda match: match[0].translate(_DIGITS), text)


def _unless_no_number(match: re.Match[str]) -> str:
    digits = match[0].translate(_DIGITS)
    seen = digits if match[0].isascii() else _masked(digits)
    return match[0] if seen == digits else seen


def listed(texts: Sequence[str]) -> str:
    """The first LISTED of the texts as people may see them, with … for the rest."""
    return ", ".join([*(shown(text) for text in texts[:LISTED]), *(["…"] if len(texts) > LISTED else [])])


def _without_tail(text: str) -> str:
    return _TAIL.sub("", text)


def plain(text: str) -> str:
    """Full width to half width (NFKC), without characters that have no width."""
    kept = (character for character in unicodedata.normalize("NFKC", text) if unicodedata.category(character) != "Cf")
    return "".join(kept)


def _masked(text: str) -> str:
    found = _MAIL.sub(r"\1***@\2", text)
    found = IDENTITY_NUMBER.sub(lambda match: f"{only_digits(match[0])[:6]}********", found)
    found = CARD_NUMBER.sub(lambda match: _ends(match[0], first=4) if _is_card(match[0]) else match[0], found)
    found = _ENDLESS.sub(r"\1********", found)
    found = MOBILE_NUMBER.sub(lambda match: f"{only_digits(match[1])}****{only_digits(match[2])}", found)
    return _LANDLINE.sub(lambda match: f"0{match[1]}-****{only_digits(match[2])}", found)


def _is_card(text: str) -> bool:
    """18 digits that begin like a province are the code of a micro-grid, unless the check digit says otherwise."""
    digits = only_digits(text)
    return len(digits) != 18 or digits[0] in "4569" or has_check_digit(digits)


def has_check_digit(digits: str) -> bool:
    doubled = [int(digit) * (1 + index % 2) for index, digit in enumerate(reversed(digits))]
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0


def _ends(text: str, *, first: int) -> str:
    digits = only_digits(text)
    return f"{digits[:first]}********{digits[-4:]}"


def only_digits(text: str) -> str:
    return "".join(character for character in text if character.isdigit())

"""Which texts hold a number of a person: identity card, mobile telephone, bank card, in any writing.

Invariant: what is found here is certain as far as numbers can be (check digits, an existing day of birth, a mobile's
prefix), so that a row may be counted by it; `geo.masking` hides these and whatever else looks like one.
"""

import re
from datetime import date

import polars as pl

from geo import masking

IDENTITY, MOBILE, CARD = "identity", "mobile", "card"
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
"""GB 11643: the weights of the first 17 digits; the sum modulo 11 chooses the last character."""
CHECKS = "10X98765432"
OLDEST = 1900

_GAP = r"[ \u3000\-－–—\u200b-\u200d\u2060\ufeff]{0,2}"
_ANY = rf"[\d{masking.SPELT}]"
_SUSPECTS = (
    rf"(?:^|[^\d.])(?:(?:\+|00)?86{_GAP})?1{_GAP}[3-9](?:{_GAP}\d){{9}}(?:$|[^\d])",
    rf"(?:^|[^\d.])[1-9](?:{_GAP}\d){{14,17}}{_GAP}[\dXx]",
)
"""What is looked at more closely; \\d is any digit, also of full width. Nothing with fewer digits can be found."""
_FULL_WIDTH_HEAD = rf"(?:{_ANY}{_GAP}){{11}}"


def suspects(text: pl.Series) -> pl.Series:
    """True where a text may hold such a number: quick, and true for too many."""
    cell = pl.col("text")
    told = text.to_frame("text").select(
        found=cell.str.contains("|".join(_SUSPECTS)), is_wide=(cell.str.len_bytes() != cell.str.len_chars()).any()
    )
    found = told["found"]
    if told["is_wide"].any():
        found = found | (text.str.contains(f"[{masking.SPELT}０-９Ｘｘ]") & text.str.contains(_FULL_WIDTH_HEAD))
    return found.fill_null(value=False)


def found(text: str) -> frozenset[str]:
    """The kinds of numbers in the text: IDENTITY, MOBILE, CARD."""
    plain = masking.in_digits(masking.plain(text))
    kinds = set()
    if any(is_identity(match[0]) for match in masking.IDENTITY_NUMBER.finditer(plain)):
        kinds.add(IDENTITY)
    if any(not _is_within_word(plain, match) for match in masking.MOBILE_NUMBER.finditer(plain)):
        kinds.add(MOBILE)
    if any(masking.has_check_digit(masking.only_digits(match[0])) for match in masking.CARD_NUMBER.finditer(plain)):
        kinds.add(CARD)
    return frozenset(kinds)


def _is_within_word(text: str, match: re.Match[str]) -> bool:
    """Whether letters touch the number on both sides, as in a key such as 7e15016091805f: that is no telephone."""
    around = text[match.start() - 1 : match.start()] + text[match.end() : match.end() + 1]
    return len(around) == 2 and around.isascii() and around.isalpha()


def is_identity(number: str) -> bool:
    """Whether 18 characters (blanks and dashes aside) are an identity number with its check character."""
    digits = [character.upper() for character in number if character.isdigit() or character in "Xx"]
    if len(digits) != 18 or "X" in digits[:17]:
        return False
    total = sum(weight * int(digit) for weight, digit in zip(WEIGHTS, digits, strict=False))
    return digits[17] == CHECKS[total % 11] and _is_birth("".join(digits[6:14]))


def _is_birth(day: str) -> bool:
    try:
        return date(int(day[:4]), int(day[4:6]), int(day[6:])).year >= OLDEST
    except ValueError:
        return False

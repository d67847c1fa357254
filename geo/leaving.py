"""Gives a masked text the signs of the original back where nothing was masked: full-width commas, brackets, digits.

Invariant: in half width the result is exactly the masked text, so that nothing masked can come back.
"""

import re
from collections.abc import Callable, Sequence

_WORD = re.compile(r"[\w@*+](?:[\w@*+.-]*[\w@*+])?", re.ASCII)
"""A number, name or address in half width: whatever is masked of it, it stays together."""


def as_it_came(original: str, seen: str, masked: str, narrow: Callable[[str], str]) -> str:
    """`masked` (made from `seen`, the `original` in half width by `narrow`) with the original's own signs."""
    pieces = _pieces(original, seen, narrow)
    if pieces is None:
        return masked
    kept: list[str | None] = [None] * len(masked)
    for start, place, size in _equal(seen, masked):
        kept[place : place + size] = pieces[start : start + size]
    for word in _WORD.finditer(masked):
        span = slice(*word.span())
        if None in kept[span]:
            kept[span] = masked[span]
    told = "".join(sign if piece is None else piece for sign, piece in zip(masked, kept, strict=True))
    return told if narrow(told) == masked else masked


def _pieces(original: str, seen: str, narrow: Callable[[str], str]) -> Sequence[str] | None:
    """For each character of `seen` what stands for it in the original; None where they do not go one by one."""
    found: list[str] = []
    lead = ""
    for sign in original:
        plain = narrow(sign)
        if plain:
            found += [lead + sign, *[""] * (len(plain) - 1)]
            lead = ""
        else:
            lead += sign
    if found:
        found[-1] += lead
    return found if len(found) == len(seen) else None


def _equal(seen: str, masked: str) -> list[tuple[int, int, int]]:
    """Stretches that masking left alone, in order: where they begin in the one and in the other, and how long they are.

    What is masked holds an asterisk, so that between two words with one the text is as it was.
    """
    least = min(len(seen), len(masked))
    tail = next((at for at in range(least) if seen[-1 - at] != masked[-1 - at]), least)
    found, at, place = [], 0, 0
    for word in _WORD.finditer(masked[: len(masked) - tail]):
        if "*" not in word[0]:
            continue
        run = masked[place : word.start()]
        start = seen.find(run, at) if run else -1
        if start >= 0:
            found.append((start, place, len(run)))
            at = start + len(run)
        place = word.end()
    return [*found, (len(seen) - tail, len(masked) - tail, tail)]

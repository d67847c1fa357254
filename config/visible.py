"""Signs that act without being seen, made visible: control characters and those that turn the direction of a line.

Invariant: what passed here cannot move a terminal's cursor, nor make a later part of a line read backwards; letters,
blanks, line breaks and tabs of any script stay as they are.
"""

import re

LONGEST = 60
"""Characters of a value that a message quotes."""
REPLACED = "\ufffd"
_TURNING = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
_BREAKING = "\u2028\u2029"
SIGNS = (
    {code: chr(0x2400 + code) for code in range(32) if chr(code) not in "\t\n"}
    | {127: "\u2421"}
    | dict.fromkeys(range(0x80, 0xA0), REPLACED)
    | dict.fromkeys(map(ord, _TURNING + _BREAKING), REPLACED)
    | dict.fromkeys(range(0xD800, 0xE000), REPLACED)
)
"""Code of a character → the sign that stands for it: the picture of a control character (ESC is ␛), else �. Halves of a
pair (surrogates) stand for the bytes of a file name that is not UTF-8; nothing can write them."""
_IN_A_LINE = SIGNS | {ord("\t"): " ", ord("\n"): "\u2424"}
_MASKED = re.compile(r"(?:[\u4e00-\u9fff][A-Z]?|[\w@.+-]*)\*+[\w@.-]*", re.ASCII)
"""A masked number, name, plate or address of e-mail, whose end says as much as its beginning."""


def cut(text: str, most: int = LONGEST) -> str:
    """The beginning of a long value, `most` characters with the … for its rest; nothing masked is told by half."""
    if len(text) <= most:
        return text
    end = most - 1
    for part in _MASKED.finditer(text, 0, 2 * most):
        if 0 < part.start() < end < part.end():
            end = part.start()
    return f"{text[:end]}…"


def visible(text: str) -> str:
    """`text` with a sign for each character that would act unseen; line breaks and tabs stay."""
    return text if text.isprintable() else text.translate(SIGNS)


def in_a_line(text: str) -> str:
    """`text` as `visible`, on one line: a line break is ␤, a tab a blank."""
    return text if text.isprintable() else text.translate(_IN_A_LINE)

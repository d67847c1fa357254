"""Good files with one damage each, as transfers, editors and programs make them; a seed gives the same damage again."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from random import Random

from collection import formats, town
from collection.samples import Sample, accept, as_bytes, cases, funds, grids

ENCODINGS = ("gb18030", "utf-16", "utf-16-le", "utf-8-sig", "big5", "latin-1")
DELIMITERS = (";", "\t", "|", "，", "")
ODD = (
    "\0",
    "\ufeff",
    "\r",
    '"',
    "'",
    "\n\n",
    "，",
    "\x1b[0m",
    "\u202e",
    "<",
    "&",
    "{",
    "NaN",
    "1e999",
    "-",
    "=1+1",
    "9" * 400,
)


@dataclass(frozen=True)
class Mutant:
    """A damaged file; `how` says what was done to which file."""

    sample: Sample
    how: str


def good_files() -> list[Sample]:
    """One small file of every format that is read."""
    frame = formats.frame(town.grids())
    rows = {at: town.incidents() for at in range(5)}
    return [
        cases("a.csv", formats.csv(rows[0]), accept()),
        cases("b.csv", formats.csv(rows[1], encoding="gb18030", delimiter=";"), accept()),
        cases("c.xlsx", formats.xlsx(rows[2], above=[["事件清单"]]), accept()),
        cases("d.json", formats.dumped(rows[3]), accept()),
        cases("e.jsonl", b"\n".join(map(formats.dumped, rows[4])), accept()),
        cases("f.xml", formats.open311_xml(town.incidents()), accept()),
        grids("g.geojson", formats.geojson(town.grids()), accept()),
        grids("h.csv", formats.wkt(town.grids()), accept()),
        grids("i.kml", formats.kml(town.grids()), accept()),
        grids("j.zip", formats.zipped(formats.shapefile(frame)), accept()),
        grids("k.gpkg", formats.geopackage(frame), accept()),
        grids("l.parquet", formats.parquet(frame), accept()),
        funds("m.csv", formats.csv(town.entries()), accept()),
    ]


def mutants(count: int, seed: int) -> Iterator[Mutant]:
    """So many damaged files."""
    files = good_files()
    for number in range(count):
        dice = Random(f"{seed}/{number}")
        sample = files[number % len(files)]
        ways = BYTES + (LINES if sample.name.endswith(TEXTS) else ())
        way = dice.choice(ways)
        damaged = way(sample.content, dice)
        yield Mutant(replace(sample, content=damaged), f"{seed}/{number} {sample.name} {way.__name__}")


TEXTS = ("csv", "json", "jsonl", "xml", "geojson", "kml")


def cut_off(content: bytes, dice: Random) -> bytes:
    return content[: dice.randrange(len(content))]


def flip_a_bit(content: bytes, dice: Random) -> bytes:
    at = dice.randrange(len(content))
    return content[:at] + bytes([content[at] ^ 1 << dice.randrange(8)]) + content[at + 1 :]


def change_bytes(content: bytes, dice: Random) -> bytes:
    made = bytearray(content)
    for _ in range(dice.randrange(2, 40)):
        made[dice.randrange(len(made))] = dice.randrange(256)
    return bytes(made)


def leave_out(content: bytes, dice: Random) -> bytes:
    at = dice.randrange(len(content))
    return content[:at] + content[at + dice.randrange(1, 200) :]


def put_noughts(content: bytes, dice: Random) -> bytes:
    at = dice.randrange(len(content))
    return content[:at] + bytes(dice.randrange(1, 600)) + content[at + dice.choice((0, 600)) :]


def repeat_a_piece(content: bytes, dice: Random) -> bytes:
    at = dice.randrange(len(content))
    return content[: at + dice.randrange(1, 500)] + content[at:]


def append_another(content: bytes, dice: Random) -> bytes:
    return content + dice.choice((content, b"\0" * 512, b"PK\x05\x06" + bytes(18), b"\x1a", b"<!-- -->"))


def drop_a_line(content: bytes, dice: Random) -> bytes:
    lines = content.split(b"\n")
    del lines[dice.randrange(len(lines))]
    return b"\n".join(lines)


def repeat_a_line(content: bytes, dice: Random) -> bytes:
    lines = content.split(b"\n")
    at = dice.randrange(len(lines))
    return b"\n".join([*lines[:at], lines[at], *lines[dice.choice((at, 0)) :]])


def swap_columns(content: bytes, dice: Random) -> bytes:
    mark = b";" if content.count(b";") > content.count(b",") else b","
    table = [line.split(mark) for line in content.split(b"\n")]
    one, other = dice.randrange(12), dice.randrange(12)
    for line in table[1:]:
        if len(line) > max(one, other):
            line[one], line[other] = line[other], line[one]
    return b"\n".join(mark.join(line) for line in table)


def encode_anew(content: bytes, dice: Random) -> bytes:
    return _text(content).encode(dice.choice(ENCODINGS), errors="replace")


def encode_the_rest_anew(content: bytes, dice: Random) -> bytes:
    text = _text(content)
    at = dice.randrange(len(text))
    return as_bytes(text[:at]) + text[at:].encode(dice.choice(ENCODINGS), errors="replace")


def change_the_delimiter(content: bytes, dice: Random) -> bytes:
    return as_bytes(_text(content).replace(",", dice.choice(DELIMITERS), dice.choice((-1, 1, 20))))


def insert_something_odd(content: bytes, dice: Random) -> bytes:
    text = _text(content)
    at = dice.choice((0, dice.randrange(len(text)), len(text)))
    return as_bytes(text[:at] + dice.choice(ODD) + text[at:])


def replace_a_figure(content: bytes, dice: Random) -> bytes:
    text = _text(content)
    figure = dice.choice("0123456789")
    return as_bytes(text.replace(figure, dice.choice((*ODD, "-1", "99", "x")), dice.choice((1, 3, 30))))


def _text(content: bytes) -> str:
    try:
        return content.decode()
    except UnicodeDecodeError:
        return content.decode("gb18030")


Way = Callable[[bytes, Random], bytes]
BYTES: tuple[Way, ...] = (
    cut_off, flip_a_bit, flip_a_bit, change_bytes, leave_out, put_noughts, repeat_a_piece, append_another
)  # fmt: skip
LINES: tuple[Way, ...] = (
    drop_a_line, repeat_a_line, swap_columns, encode_anew, encode_the_rest_anew, change_the_delimiter,
    insert_something_odd, insert_something_odd, replace_a_figure
)  # fmt: skip

"""Checks and conversions that datasets share: text to times, numbers and codes, vectorised, with nothing guessed.

Invariant: what cannot be converted is null and marked as such; no value is changed without being marked as repaired.
"""

from collections.abc import Callable, Mapping, Sequence

import polars as pl

from config.categories import folded
from geo.masking import shown
from loaders.dataset import Column, Dataset, Job
from loaders.faults import FAULT_SCHEMA, fault_rows, together

TOTAL_WORD = r"(?i)^(合\s*计|总\s*计|小\s*计|累\s*计|共\s*计|totals?|sub-?total|grand total)$"
EXPONENT = r"^[0-9](?:\.[0-9]+[Ee]\+?|[Ee]\+)[0-9]{1,3}$"
_WIDE = "".join(chr(code) for code in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B), 0xFF0D))
_NARROW = {wide: chr(ord(wide) - 0xFEE0) for wide in _WIDE} | dict.fromkeys("\u200b\u200c\u200d\u2060\ufeff", "")
TEXT_MARK = r'^="([^"]*)"\s*$'
BLANKS = " \t\r\n\x0b\x0c\x85\u00a0\u1680\u2028\u2029\u202f\u205f\u3000\u200b\ufeff"
BLANKS += "".join(map(chr, range(0x2000, 0x200B)))
"""What polars trims by itself, and the two of no width."""


def cells(block: pl.DataFrame, *, may_hold_marks: bool = True) -> pl.DataFrame:
    """A block with its cells trimmed (all Unicode blanks) and empty ones null."""
    names = [name for name in block.columns if name.startswith("c")]
    unmarked = _without_text_mark(block, names) if may_hold_marks else block
    trimmed = unmarked.with_columns(pl.col(names).str.strip_chars())
    wide = _where(trimmed, names, lambda cell: (cell.str.len_bytes() != cell.str.len_chars()).any())
    trimmed = trimmed.with_columns(pl.col(wide).str.strip_chars(BLANKS))
    return trimmed.with_columns(_blank_to_null(pl.col(name)) for name in names)


def _where(frame: pl.DataFrame, names: Sequence[str], told: Callable[[pl.Expr], pl.Expr]) -> list[str]:
    """Those of the columns of which this is true."""
    found = frame.select(told(pl.col(name)).alias(name) for name in dict.fromkeys(names))
    return [name for name in names if found[name].any()]


def _without_text_mark(block: pl.DataFrame, names: Sequence[str]) -> pl.DataFrame:
    """The cells without what makes a spreadsheet take a number in a CSV as text: ="001" is 001."""
    marked = _where(block, names, lambda cell: cell.str.starts_with('="').any())
    return block.with_columns(pl.col(name).str.replace(TEXT_MARK, "${1}") for name in marked)


def ours(block: pl.DataFrame, dataset: Dataset, job: Job, positions: Mapping[str, int]) -> pl.DataFrame:
    """The block under our names: `row`, every column of the dataset, `geometry` where the file has it."""
    nulls = list(job.mapping.nulls)
    longest = max((len(word.encode()) for word in nulls), default=-1)
    cells = [f"c{positions[column.name]}" for column in dataset.columns if column.name in positions]
    short = _where(block, cells, lambda cell: cell.str.len_bytes().min() <= longest)
    chosen: list[pl.Expr] = [pl.col("row")]
    for column in dataset.columns:
        if column.name in positions:
            cell = pl.col(name := f"c{positions[column.name]}")
            said = pl.when(~cell.is_in(nulls)).then(cell) if name in short else cell
            chosen.append(said.alias(column.name))
        else:
            chosen.append(pl.lit(job.constants.get(column.name), pl.String).alias(column.name))
    chosen += [pl.col(name) for name in ("geometry", "broken") if name in block.columns]
    return block.select(chosen)


def _blank_to_null(cell: pl.Expr) -> pl.Expr:
    return pl.when(cell != "").then(cell)


def numbers(frame: pl.DataFrame, names: Sequence[str]) -> tuple[pl.DataFrame, list[pl.DataFrame]]:
    """The named text columns as Float64 (null where empty or unreadable), and a bad_number fault for the unreadable."""
    read = [_float(frame[name]) for name in names]
    finite = [pl.when(item.is_finite()).then(item) for item in read]
    converted = frame.with_columns(item.alias(name) for item, name in zip(finite, names, strict=True))
    faults = [
        fault_rows(
            frame.select("row", name).with_columns(converted[name].is_null().alias("is_unread")),
            pl.col("is_unread") & pl.col(name).is_not_null(),
            fault="bad_number",
            column=name,
        )
        for name in names
    ]
    return converted, faults


def _float(text: pl.Series) -> pl.Expr:
    """Full width as half width; a comma only between thousands, since 30,5 may mean 30.5."""
    plain = text
    if (text.str.len_bytes() != text.str.len_chars()).any():
        plain = text.str.normalize("NFKC")
    if plain.str.contains(",", literal=True).any():
        is_grouped = plain.str.contains(r"^[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?$")
        plain = plain.str.replace_all(",", "", literal=True).zip_with(is_grouped.fill_null(value=False), plain)
    return pl.lit(plain.cast(pl.Float64, strict=False))


def missing(frame: pl.DataFrame, names: Sequence[str]) -> list[pl.DataFrame]:
    """A missing_value fault for each row that lacks one of the named columns."""
    return [
        fault_rows(frame, pl.col(name).is_null(), fault="missing_value", column=name)
        for name in names
        if frame[name].null_count()
    ]


def unstorable(frame: pl.DataFrame, columns: Sequence[Column], *, may_hold_nul: bool = True) -> pl.DataFrame:
    """Faults of rows that hold what the store cannot: a NUL character, or a text longer than its column allows."""
    nul = {
        column.name: pl.col(column.name).str.contains("\0", literal=True) if may_hold_nul else pl.lit(value=False)
        for column in columns
    }
    is_odd = frame.select(
        ((pl.col(column.name).str.len_bytes() > column.most_characters).any() | nul[column.name].any()).alias(
            column.name
        )
        for column in columns
    )
    found = []
    for column in columns:
        if not is_odd[column.name].any():
            continue
        name, most = column.name, column.most_characters
        has_nul = nul[name]
        found.append(fault_rows(frame, has_nul, fault="bad_characters", column=name))
        is_long = pl.col(name).str.len_chars() > most
        found.append(fault_rows(frame, is_long, fault="too_long", column=name, params={"most": most}))
    return together(found)


def plain_ids(frame: pl.DataFrame, columns: Sequence[Column]) -> pl.DataFrame:
    """The block with its ids as they are compared: letters and digits in half width, without what nobody sees, and
    without the apostrophe by which a spreadsheet takes a number as text.
    """
    ids = [column.name for column in columns if column.is_id]
    marked = _where(frame, ids, lambda cell: cell.str.starts_with("'").any())
    frame = frame.with_columns(pl.col(name).str.replace(r"^'([\p{L}\p{N}])", "${1}") for name in marked)
    wide = _where(frame, ids, lambda cell: (cell.str.len_bytes() != cell.str.len_chars()).any())
    return frame.with_columns(pl.col(name).str.replace_many(list(_NARROW), list(_NARROW.values())) for name in wide)


def damaged_ids(frame: pl.DataFrame, columns: Sequence[Column]) -> list[pl.DataFrame]:
    """The faults of ids that a spreadsheet made a number of (1.23457E+17), and of codes that are a word for totals.

    A line of totals that fills every column would count twice what the rows above it say.
    """
    found = []
    for name in (column.name for column in columns if column.is_id):
        is_damaged = pl.col(name).str.contains(EXPONENT)
        found.append(fault_rows(frame, is_damaged, fault="damaged_id", column=name))
    if "code" in frame.columns:
        found.append(fault_rows(frame, pl.col("code").str.contains(TOTAL_WORD), fault="total_as_id", column="code"))
    return found


def translated(words: pl.Series, table: Mapping[str, str]) -> pl.Series:
    """The words in ours, compared in half width and without regard to case; null for a word that is not listed."""
    known = {folded(theirs): own for theirs, own in table.items()}
    own = {word: known.get(folded(word)) for word in words.drop_nulls().unique().to_list()}
    return words.replace_strict(own, default=None, return_dtype=pl.String)


def masked(faults: pl.DataFrame, personal: Sequence[str]) -> pl.DataFrame:
    """Faults whose values may be shown: personal columns hidden, personal numbers cut in any text, long texts cut."""
    values = pl.Series("value", [None if value is None else shown(value) for value in faults["value"]], dtype=pl.String)
    is_personal = pl.col("column").is_in(list(personal)) & pl.col("value").is_not_null()
    told = pl.when(is_personal).then(pl.lit("***")).otherwise(pl.lit(values))
    return faults.with_columns(told.alias("value")).select(list(FAULT_SCHEMA))

"""A block of rows as COPY takes it: binary where every column fits its type, else CSV.

Invariant: both forms say the same; in CSV an empty text is null.
"""

import io
from collections.abc import Iterable, Iterator, Mapping

import polars as pl
from pgpq import ArrowToPostgresBinaryEncoder

ROWS_A_PIECE = 4_000
"""Rows encoded at a time, so that no block stands in memory twice."""
KINDS: Mapping[str, pl.DataType] = {
    "text": pl.String(),
    "smallint": pl.Int16(),
    "integer": pl.Int32(),
    "bigint": pl.Int64(),
    "geometry": pl.Binary(),
    "text[]": pl.List(pl.String()),
    "double precision": pl.Float64(),
    "boolean": pl.Boolean(),
    "date": pl.Date(),
    "timestamp with time zone": pl.Datetime("us", "UTC"),
}
"""How the binary form writes a type of the database; other types go as CSV."""


def encoded(frame: pl.DataFrame, types: Mapping[str, str]) -> tuple[str, Iterable[bytes | memoryview]]:
    """The format for COPY and the rows in it, in pieces; `types`: the database's type of each column of the frame."""
    if all(_fits(kind, types.get(name, "")) for name, kind in frame.schema.items()):
        try:
            exact = frame.with_columns(pl.col(name).cast(KINDS[types[name]]) for name in frame.columns)
        except pl.exceptions.InvalidOperationError:
            pass  # a number too large for its column: the database says so
        else:
            return "binary", _binary(exact)
    buffer = io.BytesIO()
    frame.write_csv(buffer, include_header=False, null_value="", quote_style="necessary")
    return "csv", (buffer.getbuffer(),)


def _fits(kind: pl.DataType, type_name: str) -> bool:
    wanted = KINDS.get(type_name)
    if wanted is None:
        return False
    return kind == wanted or (kind.is_integer() and wanted.is_integer())


def _binary(frame: pl.DataFrame) -> Iterator[bytes]:
    table = frame.to_arrow(compat_level=pl.CompatLevel.oldest())
    encoder = ArrowToPostgresBinaryEncoder(table.schema)
    yield encoder.write_header()
    for batch in table.to_batches(max_chunksize=ROWS_A_PIECE):
        yield encoder.write_batch(batch)
    yield encoder.finish()

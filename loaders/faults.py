"""Faults of rows and refusals of files: stable codes and their frames; their words are in config/fault_words.py.

Invariant: a code here is what scripts hold on to; it is never renamed, and each has a message and a hint in
the catalogue (config/messages/<lang>/faults*.toml, table `<code>` with `message` and `hint`).
"""

import json
from collections.abc import Iterable, Mapping, Sequence

import polars as pl

from config.fault_words import hint, message, summary
from geo.masking import hidden

FAULT_SCHEMA: Mapping[str, type[pl.DataType]] = {
    "row": pl.Int64,
    "column": pl.String,
    "value": pl.String,
    "fault": pl.String,
    "params": pl.String,
}
"""One row is one fault of one refused row; `column` is our name, `params` a JSON object for the message."""

__all__ = ["FAULT_SCHEMA", "Refused", "fault_rows", "hint", "message", "no_faults", "summary", "together"]


class LoadError(Exception):
    """The room's one exception tree."""


class Refused(LoadError):  # noqa: N818 - it is a decision, not a mishap
    """The whole file (or the wish) is refused and nothing is changed.

    `code` is stable and has a sentence in the catalogue; `params` fill it, texts with personal numbers hidden; `read`
    says how many rows were read; `choices` are the sheets or layers of which one must be named.
    """

    def __init__(self, code: str, /, *, read: int = 0, **params: object) -> None:
        self.code = code
        self.choices: tuple[str, ...] = ()
        self.params = {name: hidden(told) if isinstance(told, str) else told for name, told in params.items()}
        self.read = read
        self.parts: tuple[Refused, ...] = (self,)
        super().__init__(f"{code} {self.params}")

    def offering(self, choices: Sequence[str]) -> "Refused":
        """The same with these choices."""
        self.choices = tuple(choices)
        return self

    @classmethod
    def all_of(cls, faults: Sequence["Refused"]) -> "Refused":
        """Several reasons as one refusal, so that they are reported once."""
        whole = cls(faults[0].code).offering(faults[0].choices)
        whole.params = faults[0].params
        whole.parts = tuple(faults)
        return whole

    def sentence(self, lang: str) -> str:
        """What is wrong and what to do, in `lang`."""
        told = [message(part.code, lang, part.params) for part in self.parts]
        hints = dict.fromkeys(hint(part.code, lang, part.params) for part in self.parts)
        return _gap(lang).join([*told, *hints]).strip()


def _gap(lang: str) -> str:
    return "" if lang == "zh" else " "


_NONE = pl.DataFrame(schema=FAULT_SCHEMA)


def no_faults() -> pl.DataFrame:
    """An empty frame of faults."""
    return _NONE


def fault_rows(
    frame: pl.DataFrame,
    where: pl.Expr | pl.Series,
    *,
    fault: str,
    column: str | None = None,
    value: str | pl.Expr | None = None,
    params: Mapping[str, object] | None = None,
) -> pl.DataFrame:
    """One fault for each row of `frame` (with its column `row`) for which `where` is true.

    `value` is what stood there: a column's name or an expression; without it the column `column`, if the frame has it.
    """
    if value is None:
        value = column if column in frame.columns else pl.lit(None, pl.String)
    mask = where if isinstance(where, pl.Series) else frame.select(where.alias("is_fault")).to_series()
    if not mask.any():
        return no_faults()
    shown = pl.col(value) if isinstance(value, str) else value
    return frame.select(
        pl.col("row").cast(pl.Int64),
        pl.lit(column, pl.String).alias("column"),
        shown.cast(pl.String).alias("value"),
        pl.lit(fault, pl.String).alias("fault"),
        pl.lit(json.dumps(dict(params or {}), ensure_ascii=False), pl.String).alias("params"),
    ).filter(mask.fill_null(value=False))


def together(frames: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """The faults of several checks as one frame, by row."""
    found = [frame for frame in frames if frame.height]
    return pl.concat(found).sort("row", maintain_order=True) if found else no_faults()

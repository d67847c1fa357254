"""What a mapping declares about cells that a sheet leaves to the eye: values that go for the rows below, serial days.

Invariant: only rows are filled, from rows above them; a title, a total or a blank line neither gives nor takes a value.
"""

from collections.abc import Mapping, Sequence

import polars as pl

EXCEL_EPOCH = pl.date(1899, 12, 30)
LAST_SERIAL = 2_958_465
"""31 December 9999."""
_SECONDS = 86_400
_MIDNIGHT = " 00:00:00"


class Adjusting:
    """Adjusts block after block of rows (`row`, c0 … trimmed, empty as null); remembers what goes for the next block.

    `fill_down` and `excel_dates` are columns of ours, `positions` the cells that carry them.
    """

    def __init__(
        self, positions: Mapping[str, int], *, fill_down: Sequence[str] = (), excel_dates: Sequence[str] = ()
    ) -> None:
        self._filled = [f"c{positions[name]}" for name in fill_down if name in positions]
        self._dates = [f"c{positions[name]}" for name in excel_dates if name in positions]
        self._last: dict[str, str | None] = dict.fromkeys(self._filled)

    def block(self, rows: pl.DataFrame) -> pl.DataFrame:
        """The rows with the gaps of `fill_down` filled and the serial days of `excel_dates` written as dates."""
        if not rows.height:
            return rows
        filled = rows.with_columns(
            pl.col(name).forward_fill().fill_null(pl.lit(self._last[name], pl.String)) for name in self._filled
        )
        self._last = {name: filled[name][-1] for name in self._filled}
        return filled.with_columns(_day(pl.col(name)).alias(name) for name in self._dates)


def _day(cell: pl.Expr) -> pl.Expr:
    """A serial number (43860, 43860.5) as date or instant, to the second; any other text stays."""
    serial = pl.when(cell.str.contains(r"^\d{1,7}(\.\d+)?$")).then(cell.cast(pl.Float64, strict=False))
    known = pl.when((serial >= 1) & (serial < LAST_SERIAL + 1)).then(serial)
    seconds = (known * _SECONDS).round().cast(pl.Int64)
    instant = EXCEL_EPOCH.cast(pl.Datetime("us")) + pl.duration(seconds=seconds)
    written = instant.dt.strftime("%Y-%m-%d %H:%M:%S").str.strip_suffix(_MIDNIGHT)
    return pl.coalesce(written, cell)

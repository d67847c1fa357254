"""Personal columns of a block on their way into the store: as they may be shown, the original sealed beside it.

Invariant: whatever the store shows of a personal column was masked here; a value that masking changes is kept sealed.
Words that are no person's (a project, a team) are masked as well, since people write telephones anywhere; what is
masked in them is kept nowhere.
"""

from collections.abc import Mapping

import polars as pl

from geo.masking import FREE, masked
from geo.sealing import REFS, Sealed, of_value
from geo.vault import Vault


def sealed_columns(
    frame: pl.DataFrame, kinds: Mapping[str, str], vault: Vault, *, untouched: Mapping[str, pl.Series] | None = None
) -> list[pl.Series]:
    """For each personal column (name → kind of geo.masking) `<name>_shown`, `<name>_sealed`, for who also `<name>_ref`.

    `untouched`: rows in which a column holds no person, such as the code of a fund.
    """
    found: list[pl.Series] = []
    for name, kind in kinds.items():
        known = {value: of_value(vault, value, kind) for value in frame[name].unique().to_list()}
        told = [known[value] for value in frame[name]]
        if untouched and name in untouched:
            told = [
                Sealed(one) if stays else seen
                for one, stays, seen in zip(frame[name], untouched[name], told, strict=True)
            ]
        found.append(pl.Series(f"{name}_shown", [one.shown for one in told], dtype=pl.String))
        found.append(pl.Series(f"{name}_sealed", [one.sealed for one in told], dtype=pl.String))
        if name in REFS:
            found.append(pl.Series(f"{name}_ref", [one.ref for one in told], dtype=pl.String))
    return found


def shown_words(values: pl.Series) -> pl.Series:
    """A column of words that is no person's, as it may be shown."""
    told = {value: masked(value, FREE) for value in values.drop_nulls().unique().to_list()}
    changed = {value: shown for value, shown in told.items() if shown != value}
    return values.replace(changed) if changed else values

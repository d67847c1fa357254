"""What became of one file, for whoever asked for the load."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from geo.landing import Counts, Remark
from loaders import faults

LISTED_VALUES = 10


@dataclass(frozen=True)
class LoadResult:
    """What became of one file; `status`: loaded, refused, dry-run, nothing-new. All counts are rows but `things`."""

    load_id: int | None
    dataset: str
    file: str
    sha256: str | None
    status: str
    counts: Counts
    seconds: float
    message: str | None = None
    unknown: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    ignored: tuple[str, ...] = ()

    @property
    def exit_code(self) -> int:
        """2 refused, 3 with rows in quarantine, else 0."""
        if self.status == "refused":
            return 2
        return 3 if self.counts.quarantined else 0


def notice(
    counts: Counts, unknown: Mapping[str, Mapping[str, int]], remarks: Sequence[Remark], lang: str
) -> str | None:
    """What a person should know though the load went well: what was withdrawn, unknown values, rows outside."""
    told = [word(remark.code, lang, remark.params) for remark in remarks for word in (faults.message, faults.hint)]
    for column, values in unknown.items():
        most = Counter(values).most_common(LISTED_VALUES)
        listed = ", ".join(f"{value or '∅'} ({count})" for value, count in most)
        params = {"values": listed, "rows": sum(values.values()), "column": column}
        told.append(faults.message("unknown_category" if column == "category" else "unknown_value", lang, params))
    if counts.outside:
        told.append(faults.message("outside", lang, {"rows": counts.outside}))
    return (" " if lang == "en" else "").join(told) or None

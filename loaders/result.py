"""What became of one file, for whoever asked for the load."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from geo.landing import Counts, Remark
from loaders import faults
from loaders.faults import Refused

LISTED_VALUES = 10
WITHOUT_HINT = ("unknown_category", "unknown_value", "outside")
"""What is said in one sentence; the remedy stands with the rows."""


@dataclass(frozen=True)
class LoadResult:
    """What became of one file; `status`: loaded, refused, dry-run, nothing-new. All counts are rows but `things`.

    `message` is `told` in the language of the load: why it was refused, or what a person should know.
    """

    load_id: int | None
    dataset: str
    file: str
    sha256: str | None
    status: str
    counts: Counts
    seconds: float
    message: str | None = None
    told: tuple[Remark, ...] = ()
    unknown: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    ignored: tuple[str, ...] = ()

    @property
    def exit_code(self) -> int:
        """2 refused, 3 with rows in quarantine, else 0."""
        if self.status == "refused":
            return 2
        return 3 if self.counts.quarantined else 0


def noticed(counts: Counts, unknown: Mapping[str, Mapping[str, int]], remarks: Sequence[Remark]) -> tuple[Remark, ...]:
    """What a person should know though the load went well: what was withdrawn, unknown values, rows outside."""
    told = list(remarks)
    for column, values in unknown.items():
        most = Counter(values).most_common(LISTED_VALUES)
        listed = ", ".join(f"{value or '∅'} ({count})" for value, count in most)
        params = {"values": listed, "rows": sum(values.values()), "column": column}
        told.append(Remark("unknown_category" if column == "category" else "unknown_value", params))
    if counts.outside:
        told.append(Remark("outside", {"rows": counts.outside}))
    return tuple(told)


def notice(told: Sequence[Remark], lang: str) -> str | None:
    """The same as one text, in `lang`; None where there is nothing to say."""
    said = []
    for one in told:
        words = (faults.message,) if one.code in WITHOUT_HINT else (faults.message, faults.hint)
        said += [word(one.code, lang, one.params) for word in words]
    return (" " if lang == "en" else "").join(said) or None


def reasons(refusal: Refused) -> tuple[Remark, ...]:
    """Why a file was refused."""
    return tuple(Remark(part.code, part.params) for part in refusal.parts)

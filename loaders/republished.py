"""What a publisher published twice: an entry of one file that stands again in another counts once.

Invariant: only files that the mapping names are compared; of n equal entries on one side and m on the other min(n, m)
are repeats, so equal gifts inside a file stay gifts. A repeat is kept with the code of the entry it repeats.
"""

from collections.abc import Mapping
from typing import Any

from geo.landing import Landing
from loaders.dataset import Job
from loaders.faults import Refused

ALIKE = ("occurred_on", "payer", "payee", "amount", "kind", "source_kind", "project")
"""The columns by which a mapping may call two entries the same."""
KEYS = {"file", "of", "by"}


def pair_republished(landing: Landing, job: Job) -> int:
    """Marks the staged new entries that repeat another; how many they are. Raises Refused for a rule with a slip.

    `[[extra.republished]] file, of, by`: entries of the layer `file` repeat those of the layer `of` that are equal in
    all columns of `by`. Where the repeating file was loaded first, the later one holds the repeats.
    """
    found = 0
    for rule in job.mapping.extra.get("republished", ()):
        _refuse_slips(rule)
        file, of = f"{rule['file']}/", f"{rule['of']}/"
        told = {"source_id": job.source_id, "by": list(rule["by"])}
        found += landing.run("load/ledger/pair_repeats", file=file, of=of, stored_only=False, **told)
        found += landing.run("load/ledger/pair_repeats", file=of, of=file, stored_only=True, **told)
    return found


def _refuse_slips(rule: Mapping[str, Any]) -> None:
    by = rule.get("by")
    is_whole = set(rule) == KEYS and isinstance(by, list) and bool(by) and set(by) <= set(ALIKE)
    if not is_whole or rule["file"] == rule["of"]:
        raise Refused("mapping_refused", reason=f"extra.republished: file, of, by (by: {', '.join(ALIKE)})")

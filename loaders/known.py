"""Whether an earlier load brought exactly this file, as far as that is known before the file is opened.

Invariant: an earlier load is named only where opening the file would find the same one: it read the same bytes, asked
for in the same way, and what the store and its lists say has not changed since. In all other cases the file tells.
"""

from geo.landing import Earlier, Landing
from loaders.asking import Asked
from loaders.corrections import Correcting
from loaders.plan import fingerprint
from loaders.read import FileFacts


def earlier(landing: Landing, asked: Asked, facts: FileFacts) -> Earlier | None:
    """The load that brought this file; None where only the file can tell.

    The bytes are waited for only where a load asked in the same way for as many. Raises Refused, ConfigError,
    VaultError.
    """
    if asked.request.is_forced:
        return None
    for told in landing.rows("load/asked", asked=asked.digest(facts.size)):
        if told["sha256"] == facts.sha256:
            _ = landing.vault  # without its key nothing is loaded
            facts.refuse_if_changed()
            return _found(landing, asked, sha256=told["sha256"], section=told["section"], system=told["system"])
    return None


def _found(landing: Landing, asked: Asked, *, sha256: str, section: str, system: str) -> Earlier | None:
    """The last load with the fingerprint that this one would have as a file of `section` in the system `system`."""
    dataset, mapping = {dataset.section: (dataset, mapping) for dataset, mapping in asked.candidates}[section]
    corrected = Correcting.of(mapping.code, dataset).told
    return landing.earlier(
        fingerprint(landing, asked.request, dataset, mapping, sha256=sha256, system=system, corrected=corrected)
    )

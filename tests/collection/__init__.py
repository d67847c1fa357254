"""A collection of files as senders deliver them, bad and good ones, each with the verdict a steward would give.

The verdicts are written from what is promised (a file is refused, exactly n rows go to quarantine, it is taken with a
repair, with a note, or as it is), not from what the program does. One module a class; `samples(where)` yields them.
"""

from functools import cache

from collection import (
    amount,
    crs,
    encoding,
    geometry,
    hierarchy,
    identity,
    ledger,
    loading,
    privacy,
    security,
    structure,
    text,
    time,
    topology,
)
from collection.samples import Sample

CLASSES = {
    "geometry": geometry,
    "topology": topology,
    "crs": crs,
    "hierarchy": hierarchy,
    "identity": identity,
    "encoding": encoding,
    "structure": structure,
    "text": text,
    "time": time,
    "amount": amount,
    "ledger": ledger,
    "security": security,
    "privacy": privacy,
    "loading": loading,
}


@cache
def samples(name: str, link: str) -> tuple[Sample, ...]:
    """The files of a class; `link` is an address on this machine that nobody may come to."""
    return tuple(CLASSES[name].samples(link))

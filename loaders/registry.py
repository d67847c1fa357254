"""Which dataset reads what `cockpit load NAME` names.

Invariant: a name leads to one module, which lists its datasets in `DATASETS`; where a module has several (the register
and the ledger of funds), the header of the file decides.
"""

import difflib
import importlib

from geo.masking import shown
from loaders.dataset import Dataset
from loaders.faults import Refused

MODULES = {
    "boundaries": "loaders.boundaries",
    "incidents": "loaders.incidents",
    "service-points": "loaders.service_points",
    "households": "loaders.households",
    "staff": "loaders.staff",
    "funds": "loaders.funds",
    "layers": "loaders.layers",
}

SECTIONS = ("funds/funds", "funds/ledger", "funds/published", "funds/goods")
"""Sections of a name that leads to several."""


def datasets(name: str) -> tuple[Dataset, ...]:
    """The datasets that `name` may mean; raises Refused (unknown_dataset) with the nearest guess."""
    if name not in MODULES:
        near = difflib.get_close_matches(name, MODULES, n=1, cutoff=0.0)[0]
        raise Refused("unknown_dataset", name=shown(name), known=", ".join(MODULES), nearest=near)
    found: tuple[Dataset, ...] = importlib.import_module(MODULES[name]).DATASETS
    return found

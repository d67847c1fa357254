"""Which options of `cockpit load` and which parts of a mapping make sense for which dataset.

Invariant: what would change nothing is refused, so that nobody believes it did.
"""

from collections.abc import Collection

from loaders.dataset import Job, LoadRequest
from loaders.faults import Refused


def allow(request: LoadRequest, *, dataset: str, options: Collection[str] = ()) -> None:
    """Raises Refused (option_refused) for `--level`, `--valid-from` or `--mode snapshot` unless `options` lists it."""
    given = {
        "--level": request.level is not None,
        "--valid-from": request.valid_from is not None,
        "--mode snapshot": request.mode == "snapshot",
    }
    for option, is_given in given.items():
        if is_given and option not in options:
            raise Refused("option_refused", option=option, dataset=dataset)


def need_area_level(job: Job) -> None:
    """Raises Refused (no_area_level) where a file names areas and the mapping does not say of which level they are."""
    if "declared_area_code" in job.present and job.mapping.declared_level is None:
        raise Refused("no_area_level", source=job.mapping.code)

"""Rows of an old file that are run again must not undo what a newer file said of the same thing.

Invariant: a row that is replayed changes an incident only where no load after its own did.
"""

from geo.landing import Landing
from loaders.dataset import Job
from loaders.units import is_by_unit


def refuse_overtaken(landing: Landing, job: Job) -> None:
    """Refuses (fault `overtaken`) rows of a replay whose incident a later load brought with other content."""
    if job.request.replays is None or job.request.dataset != "incidents":
        return
    name = "quarantine/overtaken_units" if is_by_unit(job) else "quarantine/overtaken_incidents"
    landing.run(name, source_id=job.source_id, replays=job.request.replays)

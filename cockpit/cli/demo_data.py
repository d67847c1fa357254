"""The sample street in the store: generated for the clock, loaded like any other files, carried on later.

Invariant: what is loaded here is marked simulated, comes in through the loaders only, and never joins real data.
"""

import tempfile
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import click

from cockpit.cli.telling import say
from config import reader
from config.messages import tr
from config.site import site
from geo.facts import SampleFact, contents, note_sample
from geo.store import Store
from geo.viewer import OPERATOR, Clock, current_clock
from loaders import sample
from loaders.dataset import LoadRequest
from loaders.work import load_file

SEED = 20261120
FRESH_FOR = timedelta(hours=3)
"""A sample younger than this is shown as it is; an older one is carried on to the present clock."""


def provide(store: Store, *, seed: int, lang: str = "zh") -> None:
    """Generates and loads the sample street as of the clock, unless the store holds a fresh one.

    The past of an earlier sample with the same seed stays; what happened since is added, as a feed would.
    Raises click.ClickException when the store holds real data or another seed's street, or refuses a file.
    """
    clock = current_clock()
    found = contents(store, OPERATOR, clock)
    if found.has_real_data:
        raise click.ClickException(tr("cli.real_data", lang, home=reader.home()))
    if found.sample is not None and found.sample.seed != seed:
        raise click.ClickException(tr("cli.other_seed", lang, seed=found.sample.seed))
    if found.sample is not None and timedelta(0) <= clock.at - found.sample.clock < FRESH_FOR:
        told = found.sample.clock.astimezone(site().zone)
        say(tr("cli.sample_ready", lang, clock=f"{told:%Y-%m-%d %H:%M}"), err=True)
        return
    note_sample(store, OPERATOR, clock, SampleFact(seed, clock.at - FRESH_FOR))
    _load(store, seed=seed, clock=clock, lang=lang)
    note_sample(store, OPERATOR, clock, SampleFact(seed, clock.at))


def _load(store: Store, *, seed: int, clock: Clock, lang: str) -> None:
    say(tr("cli.sample_generating", lang), err=True)
    with tempfile.TemporaryDirectory(prefix="cockpit-sample-") as folder:
        files = sample.generate(seed=seed, clock=clock.at, folder=Path(folder))
        for request in requests(files, clock):
            result = load_file(store, replace(request, lang=lang))
            if result.status == "refused":
                raise click.ClickException(f"{result.file}: {result.message}")
            key = "cli.sample_quarantined" if result.counts.quarantined else "cli.sample_loaded"
            counts = result.counts
            say(tr(key, lang, file=result.file, rows=counts.read, quarantined=counts.quarantined), err=True)


def requests(files: sample.SampleFiles, clock: Clock) -> list[LoadRequest]:
    """The loads of the sample in the order in which they need each other: places first, then what is placed."""

    def ask(dataset: str, path: Path, level: str | None = None) -> LoadRequest:
        return LoadRequest(dataset=dataset, file=path, clock=clock, level=level, is_simulated=True)

    return [
        *(ask("boundaries", path, level) for level, path in files.boundaries),
        *(ask("layers", path) for path in files.layers),
        ask("households", files.households),
        ask("service-points", files.service_points),
        ask("staff", files.staff),
        ask("funds", files.funds),
        ask("funds", files.ledger),
        ask("incidents", files.incidents),
    ]

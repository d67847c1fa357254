"""The sample street in the store: generated for the clock, loaded like any other files, brought up to date later.

Invariant: what is loaded here is marked simulated, and it enters the store only through the loaders.
"""

import json
import shutil
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import click

from config import reader
from config.messages import tr
from geo.store import Store
from geo.viewer import Clock, current_clock
from loaders import sample
from loaders.dataset import LoadRequest
from loaders.work import load_file

SEED = 20261120
FRESH_FOR = timedelta(hours=3)
"""A sample younger than this is shown as it is; an older one is carried on to the present clock."""


@dataclass(frozen=True)
class _Sample:
    """What the store holds of the sample street; its files stay beside the note."""

    seed: int
    clock: datetime

    @classmethod
    def noted(cls) -> "_Sample | None":
        path = _note()
        if not path.is_file():
            return None
        told = json.loads(path.read_text(encoding="utf-8"))
        return cls(seed=told["seed"], clock=datetime.fromisoformat(told["clock"]))

    def note(self) -> None:
        path = _note()
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps({"seed": self.seed, "clock": self.clock.isoformat()}), encoding="utf-8")

    def serves(self, seed: int, clock: Clock) -> bool:
        """True when this sample, if still in the store, need not be made again."""
        return self.seed == seed and timedelta(0) <= clock.at - self.clock < FRESH_FOR


def _note() -> Path:
    return reader.home() / "sample" / "sample.json"


def provide(store: Store, *, seed: int, lang: str = "zh") -> None:
    """Generates and loads the sample street as of the clock, unless the store holds a fresh one.

    The past of an earlier sample with the same seed stays; what happened since is added, as a feed would.
    Raises click.ClickException when the store holds another seed's street, or a file of the sample is refused.
    """
    clock = current_clock()
    noted = _Sample.noted() if store.data_version() else None
    if noted is not None and noted.seed != seed:
        raise click.ClickException(tr("cli.other_seed", lang, seed=noted.seed, home=reader.home()))
    if noted is not None and noted.serves(seed, clock):
        click.echo(tr("cli.sample_ready", lang, clock=f"{noted.clock:%Y-%m-%d %H:%M}"), err=True)
        return
    _load(store, seed=seed, clock=clock, lang=lang)
    _Sample(seed=seed, clock=clock.at).note()


def _load(store: Store, *, seed: int, clock: Clock, lang: str) -> None:
    click.echo(tr("cli.sample_generating", lang), err=True)
    folder = reader.home() / "sample" / "files"
    shutil.rmtree(folder, ignore_errors=True)
    files = sample.generate(seed=seed, clock=clock.at, folder=folder)
    for request in requests(files, clock):
        result = load_file(store, replace(request, lang=lang))
        if result.status == "refused":
            raise click.ClickException(f"{result.file}: {result.message}")
        key = "cli.sample_quarantined" if result.counts.quarantined else "cli.sample_loaded"
        counts = result.counts
        click.echo(tr(key, lang, file=result.file, rows=counts.read, quarantined=counts.quarantined), err=True)


def requests(files: sample.SampleFiles, clock: Clock) -> list[LoadRequest]:
    """The loads of the sample in the order in which they need each other: places first, then what is placed."""

    def ask(dataset: str, path: Path, level: str | None = None) -> LoadRequest:
        return LoadRequest(dataset=dataset, file=path, clock=clock, level=level, is_simulated=True)

    return [
        *(ask("boundaries", path, level) for level, path in files.boundaries),
        *(ask("layers", path) for path in files.layers),
        ask("households", files.households),
        ask("service-points", files.service_points),
        ask("funds", files.funds),
        ask("funds", files.ledger),
        ask("incidents", files.incidents),
    ]

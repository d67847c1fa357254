"""A store with the town in it, into which files are loaded one after the other."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import text

from collection import formats, town
from collection.samples import Sample, accept
from geo.store import Store
from geo.viewer import OPERATOR, Clock
from loaders.dataset import LoadRequest
from loaders.result import LoadResult
from loaders.work import load_file


@dataclass
class Desk:
    """The town's store, a folder that holds a file only while it is loaded, a listener that nobody may come to."""

    store: Store
    clock: Clock
    folder: Path
    listener: socket.socket

    @property
    def link(self) -> str:
        """The address of the listener."""
        return f"http://127.0.0.1:{self.listener.getsockname()[1]}"

    def load(self, sample: Sample, *, is_dry_run: bool, lang: str = "zh") -> LoadResult:
        """Loads the file of a sample."""
        path = self.folder / sample.name
        path.write_bytes(sample.content)
        request = LoadRequest(sample.dataset, path, self.clock, is_dry_run=is_dry_run, lang=lang, **sample.options)
        try:
            return load_file(self.store, request)
        finally:
            path.unlink()

    def rows(self, query: str, **params: Any) -> list[Any]:
        """What the store holds."""
        with self.store.loading(OPERATOR, self.clock) as connection:
            return [*connection.execute(text(query), params)]

    def was_called(self) -> bool:
        """Whether somebody came to the listener."""
        try:
            self.listener.accept()
        except BlockingIOError:
            return False
        return True


@contextmanager
def furnished(store: Store, clock: Clock, folder: Path) -> Iterator[Desk]:
    """A desk whose store holds the street, its communities and the register of funds."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(50)
        listener.setblocking(False)
        desk = Desk(store, clock, folder, listener)
        files = [
            Sample(f"{level}.geojson", formats.geojson(features), accept(), "boundaries", {"level": level})
            for level, features in (("street", town.street()), ("community", town.communities()))
        ]
        for sample in (*files, Sample("register.csv", town.REGISTER.encode(), accept(), "funds")):
            assert desk.load(sample, is_dry_run=False).status == "loaded"
        yield desk

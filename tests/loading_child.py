"""Loads one file, or runs refused rows again, in a process of its own, so that a test may kill it; asked in JSON.

Prints `ready` once everything is imported, then the result as JSON.
"""

import json
import sys
from datetime import datetime
from pathlib import Path

import click

from geo.errors import LoadTrouble
from geo.store import Store, configured_urls
from geo.viewer import Clock
from loaders.dataset import LoadRequest
from loaders.replaying import ReplayRequest, replay
from loaders.sandbox import desk
from loaders.work import load_file


def main() -> int:
    """Exit code as `cockpit load` has it; a trouble of the store is printed as its sentence."""
    told = json.loads(sys.argv[1])
    desk.locked()
    store, clock = Store(configured_urls()), Clock(datetime.fromisoformat(told["clock"]))
    file = Path(told["file"])
    click.echo("ready")
    try:
        if "load_id" in told:
            result = replay(store, ReplayRequest(told["load_id"], clock, file=file, lang="en"))
        else:
            request = LoadRequest(
                dataset=told["dataset"], file=file, clock=clock, wait_s=told.get("wait_s", 60), lang="en"
            )
            result = load_file(store, request, waiting=lambda holder: click.echo(repr(holder)))
    except LoadTrouble as trouble:
        click.echo(json.dumps({"trouble": trouble.key, "sentence": str(trouble)}))
        return 1
    assert result is not None
    click.echo(json.dumps({"status": result.status, "load_id": result.load_id, "read": result.counts.read}))
    return result.exit_code


if __name__ == "__main__":
    sys.exit(main())

"""The command line for a page: `cockpit` in a child process that ends when its parent does.

Invariant: standard input is a pipe that only the parent holds; when it ends, however it ends, this process ends at
once, and with it its connection and its transaction.
"""

import os
import sys
import threading


def _watch() -> None:
    while os.read(0, 1):
        pass
    os._exit(1)


def main() -> None:
    """Runs the command that the arguments name."""
    threading.Thread(target=_watch, daemon=True).start()
    from cockpit.cli import main as run  # noqa: PLC0415 - the watch comes first

    sys.argv[0] = "cockpit"
    run()


if __name__ == "__main__":
    main()

"""Runs the page server for as long as the program that started it lives: `python -m cockpit.cli.tied FD ARGUMENTS…`.

Invariant: FD is the reading end of a pipe whose other end only that program holds; when it ends, however it ends, the
pipe does, and so does the server.
"""

import os
import signal
import sys
import threading
import time

from streamlit.web import cli

GRACE_S = 5


def _watch(pipe: int) -> None:
    while os.read(pipe, 1):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(GRACE_S)
    os._exit(1)


def main() -> None:
    """Runs `streamlit ARGUMENTS…` in this process."""
    threading.Thread(target=_watch, args=(int(sys.argv[1]),), daemon=True).start()
    sys.argv = ["streamlit", *sys.argv[2:]]
    cli.main(prog_name="streamlit")


if __name__ == "__main__":
    main()

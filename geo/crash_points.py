"""Named places at which a load can be made to end as if the machine had lost its power, for tests of what is left.

Invariant: without `COCKPIT_CRASH_AT` these are nothing.
"""

import os
import signal

VARIABLE = "COCKPIT_CRASH_AT"
POINTS = (
    "after-open", "staged-first", "staged-half", "staged-last", "before-merge", "mid-merge", "before-commit",
    "after-commit",
)  # fmt: skip
"""In the order of a load: the file is understood; its first block, its second, all are staged; nothing, something of it
is in the core tables; all is; all is committed, and nobody told so yet."""


def crash_point(name: str) -> None:
    """Kills this process where `COCKPIT_CRASH_AT` names this point."""
    if os.environ.get(VARIABLE) == name:
        os.kill(os.getpid(), signal.SIGKILL)

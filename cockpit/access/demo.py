"""The demo mode: sample accounts, one a role, that anybody at this machine may step into; and the mark that says so.

Invariant: only `cockpit demo` (and what shows a set of data) turns it on, on the loopback address only; a real
installation does not start with it, nor with sample accounts in its store.
"""

import os
from collections.abc import Mapping

from cockpit.context import View
from cockpit.markup import esc

VARIABLE = "COCKPIT_DEMO"


def is_demo(environ: Mapping[str, str] = os.environ) -> bool:
    """Whether this program serves the demo mode."""
    return environ.get(VARIABLE, "") not in ("", "0")


def demo_badge(view: View) -> str:
    """The mark for the top bar, beside the one for simulated data; nothing outside the demo mode."""
    if not is_demo():
        return ""
    tip, word = esc(view.tr("users.demo_tip")), esc(view.tr("users.demo"))
    return f'<span class="mock" data-tip="{tip}">{word}</span>'

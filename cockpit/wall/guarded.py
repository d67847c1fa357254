"""A part of the wall that cannot be drawn: the others stay, and the log says where it failed.

Invariant: no message of an exception reaches the wall, since it may hold values of rows (cockpit.mishap).
"""

from collections.abc import Callable

from cockpit import mishap
from cockpit.context import View
from cockpit.markup import esc
from geo.errors import StoreUnavailable


def guarded(view: View, draw: Callable[[], str]) -> str:
    """The markup of one part, or one line in its place with the number under which the log has the fault.

    A store that does not answer is no fault of a part: StoreUnavailable goes on.
    """
    try:
        return draw()
    except StoreUnavailable:
        raise
    except Exception as fault:  # noqa: BLE001 - whatever it was, the other parts are drawn
        reference = mishap.note(fault)
        return f'<section class="failed" role="alert">{esc(view.tr("wall.failed", reference=reference))}</section>'

"""大屏: one picture for those who stand before it; redrawn by itself, the last one kept while the store is down."""

from cockpit.context import current_view
from cockpit.wall import screen

screen.apply_style()
screen.show(current_view())

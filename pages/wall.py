"""大屏: one picture for those who stand before it; it draws itself anew and keeps the last one while the store is down."""

from cockpit.context import current_view
from cockpit.wall import screen

screen.apply_style()
screen.show(current_view())

"""方法: what every figure means, by which rules all are counted, and what no feed gives yet."""

from cockpit.context import current_view
from cockpit.method import panels

view = current_view()
panels.apply_style()
panels.head(view)
panels.show(view)

"""Text made safe for markup. Invariant: whatever came from data, files or people passes here before it is shown.

Characters that act unseen (controls, turns of direction) become signs, so that a name cannot make the words after it
read backwards.
"""

import html

from config.visible import visible

ADDRESSES = frozenset({"href", "data-go", "data-token", "data-id"})
"""Attributes that are sent back and never read by people: their value stays what it is."""


def esc(value: object) -> str:
    """`value` as text that is safe in markup, between tags and inside quoted attributes."""
    return html.escape(visible(str(value)), quote=True)


def attributes(**values: object) -> str:
    """Attributes with a leading space, values escaped; None leaves one out. `data_go` is written `data-go`."""
    kept = {name.rstrip("_").replace("_", "-"): value for name, value in values.items() if value is not None}
    return "".join(f' {name}="{attribute(name, value)}"' for name, value in kept.items())


def attribute(name: str, value: object) -> str:
    """The value of the attribute `name` inside its quotes."""
    return html.escape(str(value), quote=True) if name in ADDRESSES else esc(value)

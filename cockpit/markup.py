"""Text made safe for markup. Invariant: whatever came from data, files or people passes here before it is shown."""

import html


def esc(value: object) -> str:
    """`value` as text that is safe in markup, between tags and inside quoted attributes."""
    return html.escape(str(value), quote=True)


def attributes(**values: object) -> str:
    """Attributes with a leading space, values escaped; None leaves one out. `data_go` is written `data-go`."""
    kept = ((name.rstrip("_").replace("_", "-"), value) for name, value in values.items() if value is not None)
    return "".join(f' {name}="{esc(value)}"' for name, value in kept)

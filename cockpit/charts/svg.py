"""Builds SVG and HTML markup from values; nothing gets in unescaped.

Charts are laid out in per cent of the width and in pixels of the height, so that text keeps its size on every screen.
"""

from cockpit.markup import attribute, esc

Value = str | int | float | None


def coordinate(value: float) -> str:
    """`value` with at most two decimals, as short as it can be written."""
    written = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if written == "-0" else written


def percent(share: float) -> str:
    """A share of the width (0 … 1) as an SVG length."""
    return f"{coordinate(share * 100)}%"


def element(name: str, body: str = "", /, **attributes: Value) -> str:
    """The element `name` around `body`, which is markup already.

    Attribute values are escaped; None leaves the attribute out; `class_` is class, `data_tip` is data-tip.
    """
    written = "".join(
        f' {_name(key)}="{attribute(_name(key), _written(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    return f"<{name}{written}>{body}</{name}>"


def _name(key: str) -> str:
    return key.rstrip("_").replace("_", "-")


def _written(value: Value) -> str:
    return coordinate(value) if isinstance(value, int | float) else str(value)


def escape(content: str) -> str:
    """`content` as text between tags."""
    return esc(content)


def text(content: str, /, **attributes: Value) -> str:
    """A text element; `content` is escaped."""
    return element("text", esc(content), **attributes)


def span(content: str, /, class_: str | None = None) -> str:
    """An HTML span; `content` is escaped."""
    return element("span", esc(content), class_=class_)


def line(*, x1: Value, y1: Value, x2: Value, y2: Value, class_: str) -> str:
    """A straight line."""
    return element("line", x1=x1, y1=y1, x2=x2, y2=y2, class_=class_)


def picture(body: str, /, *, height: float, label: str, class_: str = "chart") -> str:
    """The outermost svg: as wide as its place, `height` pixels high, with the sentence that a screen reader says."""
    return element("svg", body, class_=class_, width="100%", height=height, role="img", aria_label=label)


def plot(body: str, /, *, left: float, right: float, height: float) -> str:
    """The plotting area inside a picture: margins in pixels, its own x in per cent; marks may stick out.

    A foreign object, because browsers resolve the per cents inside a nested svg before its calculated width.
    """
    drawing = element("svg", body, width="100%", height=height, overflow="visible", style="display:block")
    style = f"width:calc(100% - {coordinate(left + right)}px);overflow:visible"
    return element("foreignObject", drawing, x=left, y=0, height=height, style=style)


def stretched(body: str, /, *, height: float, columns: float = 1000) -> str:
    """A drawing area for paths, which know no per cent: `columns` units wide, stretched to the plot's width."""
    return element(
        "svg",
        body,
        x=0,
        y=0,
        width="100%",
        height=height,
        viewBox=f"0 0 {coordinate(columns)} {coordinate(height)}",
        preserveAspectRatio="none",
        overflow="visible",
    )

"""A chart with room in pixels for words at its sides, while its marks are laid out in per cent of what is left."""

from cockpit.charts import svg


def framed(body: str, /, *, height: float, label: str, left: float, right: float, class_: str) -> str:
    """A picture `height` px high and as wide as its place, with the sentence that a screen reader says.

    x runs from 0 to 100 % between the margins; words may stand in them, at x < 0 on the left.
    """
    drawing = svg.element("svg", body, width="100%", height=height, overflow="visible", aria_hidden="true")
    margins = f"padding:0 {svg.coordinate(right)}px 0 {svg.coordinate(left)}px"
    return svg.element("div", drawing, class_=f"chart {class_}", role="img", aria_label=label, style=margins)

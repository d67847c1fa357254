"""The way from a figure back to the matrix in which it stands among its peers.

Invariant: what the URL says of a matrix is text from outside; only the names of its own switches are kept of it, and
the page 考核 judges their values again.
"""

from urllib.parse import parse_qsl, urlencode

from cockpit.context import COMMON, View, ancestor, token
from geo.map_queries import Area

PARAM = "matrix"
"""What the page of a figure calls the matrix that one came from."""
KEPT = ("area", "level", "columns", "sort", "dir", "against", "type")
OF_FIGURES = ("from", "to", "category", "class", "lang")
LONGEST = 500


def told(view: View) -> str:
    """The matrix of this view, for the address of a figure in it: its place, level, columns, order, comparison."""
    known = {name: view.params[name] for name in KEPT if view.params.get(name)}
    return urlencode({**known, "level": view.filters.level})


def named(view: View) -> dict[str, str]:
    """The matrix that the URL of a figure names; empty where it names none."""
    text = view.params.get(PARAM, "")[:LONGEST].encode(errors="replace").decode()
    return {name: value for name, value in parse_qsl(text) if name in KEPT}


def place(view: View) -> Area | None:
    """The place in which the area of the page is compared (None: the whole site): that of the matrix that one came
    from, else the community of a grid, and the site of a community."""
    area, wanted = view.filters.area, named(view)
    if area is None:
        return None
    if wanted:
        above = next((one for one in view.areas if token(one) == wanted.get("area")), None)
        if above is None or ancestor(view.areas, area, above.level) == above != area:
            return above
    return ancestor(view.areas, area, "community") if area.level in ("grid", "microgrid") else None


def params(view: View) -> dict[str, str]:
    """The query of the page 考核 from this page: the matrix that one came from; else the area among its peers.

    Who sees own areas only has no peers in it, and goes to what lies below the own ones.
    """
    area, wanted = view.filters.area, named(view)
    kept = {name: value for name, value in view.params.items() if name in COMMON}
    if not wanted and (view.is_limited or area is None or area.level in ("site", "street")):
        return kept
    if not wanted and area is not None:
        above = place(view)
        wanted = {"level": "community" if area.level == "community" else "grid"}
        wanted |= {"area": token(above)} if above else {}
    return {name: view.params[name] for name in OF_FIGURES if view.params.get(name)} | wanted

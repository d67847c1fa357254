"""An area named on the command line: CODE where that is unambiguous, or LEVEL:CODE, the level in Chinese too."""

import difflib

from config.messages import tr
from geo.account_changes import KnownArea

ALIASES = {"街道": "street", "社区": "community", "网格": "grid", "微网格": "microgrid"}
NEAREST = 3


class UnknownAreaError(Exception):
    """No area, or more than one, is meant; the message says which there are, in the reader's language."""


def chosen(named: str, areas: tuple[KnownArea, ...], lang: str) -> KnownArea:
    """The one area that `named` means; raises UnknownAreaError with the nearest codes, or the choices."""
    level, colon, code = named.partition(":")
    level = ALIASES.get(level, level)
    is_levelled = bool(colon) and level in ALIASES.values()
    found = [area for area in areas if (area.level, area.code) == (level, code)] if is_levelled else []
    found = found or [area for area in areas if area.code == named]
    if len(found) == 1:
        return found[0]
    if found:
        choices = ", ".join(f"{area.token} ({area.name})" for area in found)
        raise UnknownAreaError(tr("users.ambiguous_area", lang, area=named, choices=choices))
    if not areas:
        raise UnknownAreaError(tr("users.no_areas_yet", lang, area=named))
    alike = tuple(area for area in areas if area.level == level) if is_levelled else ()
    raise UnknownAreaError(tr("users.unknown_area", lang, area=named, nearest=_nearest(code or named, alike or areas)))


def _nearest(code: str, areas: tuple[KnownArea, ...]) -> str:
    """The areas whose code or name is most like what was typed."""
    near = difflib.get_close_matches(code, {area.code for area in areas} | {area.name for area in areas}, n=NEAREST)
    order = {text: place for place, text in enumerate(near)}
    places = {area: min(order.get(area.code, NEAREST), order.get(area.name, NEAREST)) for area in areas}
    shown = sorted((area for area in areas if places[area] < NEAREST), key=lambda area: places[area]) or list(areas)
    return ", ".join(f"{area.token} ({area.name})" for area in shown[:NEAREST])

"""The target of an indicator: its words, and for which cases it is promised.

Invariant: a target is set in the registry and nowhere else; where none is set, that is said with the place to set it.
"""

from cockpit import formats
from cockpit.context import View
from config.indicators import Indicator

URGENT = "urgent"


def told(view: View, known: Indicator) -> str:
    """The target in its unit and since when; empty where none is set."""
    if known.target is None:
        return ""
    told = formats.share(known.target, digits=0) if known.unit == "ratio" else formats.duration(known.target, view.lang)
    since = f"{known.target_since:%Y-%m-%d}" if known.target_since else ""
    return view.tr("indicator.target_since", target=told, since=since) if since else told


def explained(view: View, known: Indicator) -> str:
    """The target with what it stands on; without one that there is none, and where it would be set."""
    if known.target is None:
        return view.tr("indicator.no_target", file=f"config/kpi/{known.slug}.toml")
    return view.tr("indicator.target_source", target=told(view, known), source=known.source(view.lang).rstrip("。."))


def is_promised(view: View, known: Indicator) -> bool:
    """Whether the target holds for the cases of the page: that of arrivals (K03) is a promise to urgent ones only."""
    urgent = {category.code for category in view.categories if category.response_class == URGENT}
    return known.id != "K03" or view.filters.category in urgent or view.filters.response_class == URGENT

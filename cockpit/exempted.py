"""The on-time rate after exemption beside the one before it, wherever that one shows.

Invariant: the figure before is the fact and stands first; nothing is added where no case is exempted.
"""

from cockpit import formats
from cockpit.context import View
from cockpit.figures import TOO_FEW, Figure

BEFORE, AFTER = "on_time_rate", "on_time_rate_exempted"
REASON = "exempted"


def after_words(view: View, after: Figure | None) -> str:
    """豁免后 95.1%，豁免 3 件; empty where nothing is exempted."""
    n = after.excluded.get(REASON, 0) if after else 0
    if after is None or not n:
        return ""
    if after.value is None:
        told = view.tr("kpi.too_few" if after.note == TOO_FEW else "kpi.no_data")
    else:
        told = formats.quantity(after.value, after.indicator.unit, view.lang, is_share=True)
    return view.tr("exempt.after", after=told, n=formats.number(n))


def both(view: View, before: str, after: Figure | None) -> str:
    """The words of the figure before with those of the one after: 93.7%（豁免后 95.1%，豁免 3 件）."""
    told = after_words(view, after)
    return view.tr("exempt.both", before=before, after=told) if told else before

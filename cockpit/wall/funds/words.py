"""The sentence of the scene 资金: that books and balance differ, else which funds sleep, else what is in hand.

Invariant: a difference between books and balance is said first, since no other amount can be trusted then.
"""

from cockpit.context import View
from cockpit.funds import words
from cockpit.wall import fitting
from cockpit.wall.funds.computed import Funds
from cockpit.wall.scene import Sentence


def sentence(view: View, told: Funds) -> Sentence:
    """What is the matter with the money."""
    tr, page, summary = view.tr, told.page, told.summary
    head, lead, level = words.fund_head(page, summary)
    moved = {
        "period": words.spoken_period(page),
        "income": words.short(page, summary.income),
        "expense": words.short(page, summary.expense),
    }
    if summary.gap:
        differs = tr("wall_funds.differ", amount=words.exact(page, abs(summary.gap)))
        return Sentence(
            differs, fitting.lead([tr("funds.lead_funds_awake", match=head, **moved), head], is_marked=True), "blue"
        )
    match = tr("funds.match")
    without_names = tr("funds.lead_funds_awake", match=match, **moved)
    leads = [lead, *_one_name(view, told, match=match, **moved), without_names, match]
    return Sentence(head, fitting.lead(leads, is_marked=bool(level)), "blue" if level else None, (match,))


def _one_name(view: View, told: Funds, **parts: str) -> list[str]:
    """The second line with the name of the largest sleeping fund alone, where there are more."""
    asleep = told.summary.asleep
    if len(asleep) < 2:
        return []
    names = view.tr("funds.more_funds", names=asleep[0].position.name, n=len(asleep))
    return [view.tr("funds.lead_funds", names=names, **parts)]

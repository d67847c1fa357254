"""The definition of the indicator with its numbers, and the way from all rows to those that count.

Invariant: the words come from the registry, the numbers from the rows; each exclusion stands there with its count.
"""

from cockpit import formats, frozen_words, targets
from cockpit.context import View
from cockpit.figures import Figure
from cockpit.indicator import computed, words
from cockpit.indicator.computed import IndicatorView
from cockpit.indicator.head import GONE
from cockpit.markup import attributes, esc
from cockpit.panels import Empty
from cockpit.picture import picture
from config.indicators import Indicator
from geo.tracing import Mark

ROWS = "indicator_rows_bar"
"""The picture above the rows, which a step brings into view: they stand below the screen."""


def card_title(page: IndicatorView) -> tuple[str, str]:
    """The head of the definition: id and name; whether it is assessable and which side is good."""
    view, known = page.view, page.indicator
    use = view.tr("indicator.assessable" if known.is_assessable else "indicator.reference")
    return f"{known.id} {known.name(view.lang)}", use + view.tr(f"indicator.direction_{known.direction}")


def draw_card(page: IndicatorView) -> Empty | None:
    """Formula with its numbers, clock, source, version, target; then from all rows to the denominator."""
    view, known = page.view, page.indicator
    figure, counts = computed.own(view.asked, subject=page.subject), computed.counts(view.asked, subject=page.subject)
    lines = [
        ("formula", known.formula(view.lang)),
        ("denominator", known.denominator(view.lang)),
        *([] if known.clock == "none" else [("clock", view.tr(f"indicator.clock_{known.clock}"))]),
        ("placed", view.tr("indicator.placed")),
        ("least", view.tr("indicator.least_words", n=known.minimum_n, ranked=known.minimum_ranked)),
        ("target", targets.explained(view, known)),
        ("source", known.source(view.lang)),
        ("version", _version(view, known, figure)),
    ]
    if not known.is_assessable:
        lines.insert(2, ("why_reference", known.reference_only(view.lang)))
    listed = "".join(f"<dt>{esc(view.tr(f'indicator.card_{name}'))}</dt><dd>{esc(text)}</dd>" for name, text in lines)
    steps = _steps(page, figure) if figure and counts else ""
    picture(f'{_fraction(page, figure)}<dl class="i-card">{listed}</dl>{steps}', key="indicator_card")
    return None


def _version(view: View, known: Indicator, figure: Figure | None) -> str:
    """Definition and data version that the figure stands for; of a frozen one those it was frozen from."""
    version = figure.data_version if figure else view.data_version
    told = view.tr("indicator.version_words", definition=known.definition, version=version)
    if figure is None or figure.frozen is None:
        return told
    held = frozen_words.definition(view, figure.frozen, known)
    return view.tr("indicator.version_frozen", definition=held, version=formats.number(version))


def _fraction(page: IndicatorView, figure: Figure | None) -> str:
    """The formula as numbers, for what has a numerator and a denominator."""
    if figure is None or figure.numerator is None or figure.denominator is None or page.indicator.kind == "change":
        return ""
    view, is_time = page.view, page.indicator.slug.startswith("stage_share")
    top, low = (
        formats.duration(n, view.lang) if is_time else formats.number(n) for n in (figure.numerator, figure.denominator)
    )
    scale = f"<i>× {page.indicator.scale:g}</i>" if page.indicator.scale != 1 else ""
    names = (view.tr("indicator.mark_numerator"), view.tr("indicator.denominator"))
    told = esc(words.value(view, figure))
    return (
        f'<div class="i-fraction"><span><b>{esc(names[0])}</b><b>{esc(names[1])}</b></span><i>=</i>'
        f"<span><b>{esc(top)}</b><b>{esc(low)}</b></span>{scale}<i>=</i><strong>{told}</strong></div>"
    )


def _steps(page: IndicatorView, figure: Figure) -> str:
    """From all rows to those that count, each exclusion with its number; a way to those rows."""
    view, known = page.view, page.indicator
    counts = computed.counts(view.asked, subject=page.subject)
    if counts is None:
        return ""
    kept = counts.rows - sum(counts.excluded.values())
    rows = _step(view, "rows", counts.rows, {**GONE})
    for why in dict.fromkeys((*figure.excluded, *counts.excluded)):
        n = counts.excluded.get(why, 0)
        name = view.tr(f"kpi.excluded_{why}")
        told = _way(view, {**GONE, "mark": "excluded", "why": why}, name) if n else esc(name)
        rows += f'<tr><td>{told}</td><td class="num">{formats.MINUS if n else ""}{formats.number(n)}</td></tr>'
    rows += _step(view, "kept", kept, {**GONE}, is_sum=True)
    if counts.is_of_two_parts:
        rows += _step(view, "numerator", counts.numerator, {**GONE, "mark": "numerator"})
        rows += _step(view, "denominator", counts.denominator, {**GONE, "mark": "denominator"})
    elif known.kind == "rate":
        marks: tuple[Mark, ...] = ("numerator", "denominator")
        for mark, n in zip(marks, (counts.numerator, counts.only_denominator), strict=True):
            name = view.tr("indicator.step_of", name=words.marked(view, known, mark))
            rows += _step(view, "", n, {**GONE, "mark": mark}, name=name)
    title = view.tr("indicator.steps", rows=formats.number(counts.rows), kept=formats.number(kept))
    title += view.tr("indicator.steps_now") if figure.now else ""
    return f'<h3 class="i-sub">{esc(title)}</h3><table class="i-steps"><tbody>{rows}</tbody></table>'


def _step(view: View, key: str, n: int, changes: dict[str, str | None], *, is_sum: bool = False, name: str = "") -> str:
    style, told = attributes(class_="i-sum" if is_sum else None), name or view.tr(f"indicator.step_{key}")
    return f'<tr{style}><td>{_way(view, changes, told)}</td><td class="num">{formats.number(n)}</td></tr>'


def _way(view: View, changes: dict[str, str | None], told: str) -> str:
    """A link to the rows that the changes of the URL leave, which come into view."""
    address = view.link(changes)
    return f"<a{attributes(href=address, data_go=address, data_into=ROWS)}>{esc(told)}</a>"

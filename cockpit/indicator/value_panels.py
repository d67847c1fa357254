"""The figure in large, and where the cases lie that one looks for first."""

from cockpit import formats, frozen_words
from cockpit.exempted import after_words
from cockpit.indicator import computed, words
from cockpit.indicator.computed import IndicatorView
from cockpit.markup import esc
from cockpit.panels import Empty
from cockpit.picture import picture

MOST_PLACES = 5


def value_unit(page: IndicatorView) -> str:
    """Where and when."""
    return f"{page.view.area_name} · {words.period(page)}"


def draw_value(page: IndicatorView) -> Empty | None:
    """The figure, large, with its interval and n."""
    view, figure = page.view, computed.own(page.view.asked, subject=page.subject)
    if figure is None:
        return Empty(view.tr("indicator.lead_not_in_force"))
    if figure.value is None:
        told = f'<div class="c-figure-number c-words figure">{esc(words.missing(view, figure))}</div>'
    else:
        told = f'<div class="c-figure-number figure">{esc(words.value(view, figure))}</div>'
    facts = []
    if exempted := after_words(view, computed.after(view.asked, subject=page.subject)):
        facts.append(exempted)
    if found := words.interval(view, figure):
        facts.append(view.tr("indicator.interval", range=found))
    if figure.n is not None and figure.indicator.kind != "count":
        facts.append(view.tr("indicator.n", n=formats.number(figure.n)))
    facts += [told_late] if (told_late := frozen_words.difference(view, figure)) else []
    as_of = f"{figure.moment:%Y-%m-%d %H:%M}"
    facts.append(view.tr("indicator.as_of", time=as_of))
    lines = "<br>".join(esc(fact) for fact in facts)
    picture(f'<div class="c-figure">{told}<p class="c-figure-facts">{lines}</p></div>', key="indicator_value")
    return None


def where_title(page: IndicatorView) -> str:
    """What is counted by place: those that lower a good rate, else those that count."""
    known = page.indicator
    if known.kind != "rate":
        return page.view.tr("indicator.where_cases")
    return page.view.tr("indicator.where_of", name=words.marked(page.view, known, computed.misses(known)))


def draw_where(page: IndicatorView) -> Empty | None:
    """Where the rows that one looks for first lie: by area of the level below, category and unit, the most first."""
    view = page.view
    found = computed.where(view.asked, subject=page.subject)
    if not found:
        return Empty(view.tr("indicator.where_none"))
    names = {category.code: category.name(view.lang) for category in view.categories}
    parts = ""
    for what, nothing in (("area", "outside"), ("category", "outside"), ("agency", "no_agency")):
        listed = [one for one in found if one.what == what]
        known = names if what == "category" else {}
        told = [
            (known.get(one.name or "", one.name) or view.tr(f"indicator.{nothing}"), one.cases)
            for one in listed[:MOST_PLACES]
        ]
        if rest := listed[MOST_PLACES:]:
            told.append((view.tr("indicator.where_rest", n=len(rest)), sum(one.cases for one in rest)))
        rows = "".join(f'<tr><td>{esc(name)}</td><td class="num">{formats.number(n)}</td></tr>' for name, n in told)
        head = f'<thead><tr><th scope="col" colspan="2">{esc(view.tr(f"indicator.where_{what}"))}</th></tr></thead>'
        parts += f'<table class="i-steps">{head}<tbody>{rows}</tbody></table>'
    picture(f'<div class="i-where">{parts}</div>', key="indicator_where")
    return None

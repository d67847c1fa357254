"""The card of the data quality score (K50): its definition, and the score of each source with its parts.

Invariant: the scores stand for who may see loads; who may not, or a store that does not answer, leaves the definition.
"""

from cockpit import formats, quality, queries
from cockpit.context import View
from cockpit.data.words import source_name
from cockpit.markup import attributes, esc
from cockpit.method import words
from cockpit.quality import NO_DATA, Score
from cockpit.queries import AskedLedger, shared
from config.quality import PARTS
from config.quality import quality as definition
from geo.errors import StoreUnavailable

RIGHT = "rows.loads"


@shared
def _scores(asked: AskedLedger) -> tuple[Score, ...]:
    return quality.scores(queries.store(), asked.viewer, asked.clock)


def card(view: View) -> str:
    """The card, as wide as the page."""
    known = definition()
    facts = "".join(f"<dt>{esc(fact.label)}</dt><dd>{esc(fact.text)}</dd>" for fact in words.quality_facts(view.lang))
    marks = attributes(class_="me-card me-wide", id=known.id, data_words=words.searched_quality(), tabindex="-1")
    name = f"<a{attributes(href=f'#{known.id}', class_='me-name')}>{esc(known.word('name', view.lang))}</a>"
    other = esc(known.word("name", "zh" if view.lang == "en" else "en"))
    return (
        f"<article{marks}><h3><span>{esc(known.id)}</span> {name}</h3>"
        f'<p class="me-other"><span>{other}</span>{_way(view)}</p>'
        f'<div class="me-two"><dl>{facts}</dl><div>{_sources(view)}</div></div></article>'
    )


def _way(view: View) -> str:
    """The way to the page on which loads and refused rows are worked on."""
    if not view.may("page.data"):
        return ""
    address = "./data" + ("?lang=en" if view.lang == "en" else "")
    return f"<a{attributes(href=address)}>{esc(view.tr('method.to_data'))} →</a>"


def _sources(view: View) -> str:
    if not view.may(RIGHT):
        return f"<p>{esc(view.tr('method.quality_not_yours'))}</p>"
    try:
        found = _scores(queries.asked_ledger(view.asked))
    except StoreUnavailable:
        return f"<p>{esc(view.tr('common.down_title'))}</p>"
    if not found:
        return f"<p>{esc(view.tr('data.sources_none'))}</p>"
    heads = [("source", ""), ("value", "num"), ("n", "num"), *((part, "num") for part in PARTS), ("refused", "num")]
    head = "".join(
        f"<th{attributes(scope='col', class_=style or None)}>{esc(_head(view, name))}</th>" for name, style in heads
    )
    body = "".join(_row(view, one) for one in found)
    title = view.tr("method.quality_now", n=len(found))
    return (
        f'<h4>{esc(title)}</h4><div class="scroll"><table class="me-scores"><thead><tr>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table></div><p>{esc(view.tr('method.quality_parts'))}</p>"
    )


def _head(view: View, name: str) -> str:
    if name in PARTS:
        return f"{view.tr(f'quality.{name}')} {formats.number(definition().weights[name])}"
    return view.tr("data.source_source" if name == "source" else f"quality.head_{name}")


def _row(view: View, one: Score) -> str:
    name = source_name(view.lang, one.source, one.name, one.dataset)
    shares = "".join(f'<td class="num">{esc(_part(view, one, part))}</td>' for part in PARTS)
    return (
        f"<tr><td{attributes(class_='name', data_tip=one.source)}>{esc(name)}</td>"
        f'<td class="num">{_value(view, one)}</td><td class="num">{formats.number(one.n)}</td>{shares}'
        f'<td class="num">{formats.number(one.refused)}</td></tr>'
    )


def _value(view: View, one: Score) -> str:
    """The score; one of few rows is not bold, as it is not compared."""
    if one.value is None:
        return esc(view.tr("quality.no_data" if one.note == NO_DATA else "quality.too_few"))
    told = formats.number(one.value, digits=1)
    return f"<b>{told}</b>" if one.is_ranked else told


def _part(view: View, one: Score, part: str) -> str:
    if part not in one.parts:
        return view.tr("method.quality_part_none")
    return formats.share(one.parts[part] / one.n) if one.n else ""

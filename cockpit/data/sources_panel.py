"""Every source with its age against what was agreed, and what the store holds and lacks.

Invariant: lateness is told by words, shape and weight: the colours of warnings are for warnings.
"""

from cockpit import formats
from cockpit.data import computed as asking
from cockpit.data import words
from cockpit.data.computed import DATASETS, DataView, Freshness
from cockpit.markup import attributes, esc
from cockpit.panels import Empty
from cockpit.picture import picture
from cockpit.quality import Score
from config import freshness
from config.quality import PARTS, quality
from geo.map_queries import LEVELS
from geo.steward import Holding, SourceLine

COLUMNS = ("state", "source", "dataset", "newest", "loaded", "things", "loads", "quarantined", "quality")
NUMBERS = ("things", "loads", "quarantined", "quality")
NEEDED_LEVELS = ("street", "community", "grid")


# ---------------------------------------------------------------- freshness


def draw(data: DataView) -> Empty | None:
    """One line a source, the longest overdue first."""
    data.known()
    if not data.sources:
        return Empty(data.view.tr("data.sources_none"))
    scores = asking.scores(data)
    heads = "".join(
        f"<th{attributes(class_='num' if name in NUMBERS else None)}>{esc(data.view.tr(f'data.source_{name}'))}</th>"
        for name in COLUMNS
    )
    body = "".join(_row(data, one, scores[one.source.code]) for one in asking.by_lateness(data))
    table = f'<table class="d-sources"><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>'
    picture(f'<div class="scroll">{table}</div>{_definition(data)}', key="data_sources")
    return None


def _row(data: DataView, one: Freshness, score: Score) -> str:
    source = one.source
    name = words.source(data, source)
    tip = f"{name}\n{source.code}"
    badge = f' <span class="mock">{esc(data.view.tr("common.simulated"))}</span>' if source.is_simulated else ""
    quarantined = f"<b>{formats.number(source.quarantined)}</b>" if source.quarantined else '<span class="i3">0</span>'
    link = data.view.link({"source": source.code, "dataset": None, "status": None, "page": None})
    return (
        f"<tr><td>{_state(data, one)}</td>"
        f'<td class="d-text wide"{attributes(data_tip=tip)}>{esc(name)}{badge}</td>'
        f"<td>{esc(words.dataset(data, source.dataset))}</td>"
        f'<td class="n">{_newest(data, source)}</td>'
        f"<td{attributes(class_='n', data_tip=words.exact(data, source.loaded_at))}>"
        f"{esc(words.age(data, source.loaded_at))}</td>"
        f'<td class="num">{formats.number(source.things)}</td>'
        f'<td class="num"><a{attributes(href=link, data_go=link)}>{formats.number(source.loads)}</a></td>'
        f'<td class="num">{quarantined}</td><td class="num">{_score(data, score)}</td></tr>'
    )


def _score(data: DataView, score: Score) -> str:
    """The score with its parts in the tooltip; why there is none, in words."""
    tr, known = data.view.tr, quality()
    lines = [
        tr("quality.part", part=tr(f"quality.{name}"), rows=formats.number(rows), n=formats.number(score.n),
           weight=formats.number(known.weights[name]))
        for name, rows in score.parts.items()
    ]  # fmt: skip
    lines += [tr("quality.not_applied", part=tr(f"quality.{name}")) for name in PARTS if name not in score.parts]
    lines += [tr("quality.refused", n=formats.number(score.refused))] if score.refused else []
    lines += [] if score.is_ranked or score.note else [tr("quality.not_ranked", least=known.least_ranked)]
    tip = attributes(class_="d-score", data_tip="\n".join(lines), tabindex="0")
    if score.value is None:
        key = "quality.no_data" if score.n == 0 else "quality.too_few"
        return f'<span{tip}><span class="i3">{esc(tr(key))}</span></span>'
    said = f"<b>{score.value:.1f}</b>" if score.is_ranked else f'<span class="i2">{score.value:.1f}</span>'
    return f"<span{tip}>{said}</span>"


def _definition(data: DataView) -> str:
    """What the score is, for whoever opens it."""
    known, lang, tr = quality(), data.view.lang, data.view.tr
    facts = [(tr(f"quality.head_{part}"), known.word(part, lang)) for part in ("formula", "denominator", "source")]
    facts.append((tr("quality.head_least"), tr("quality.least", least=known.least_rows, ranked=known.least_ranked)))
    body = "".join(f"<dt>{esc(name)}</dt><dd>{esc(told)}</dd>" for name, told in facts)
    head = tr("quality.how", name=known.word("name", lang), id=known.id, version=known.version)
    return f'<details class="d-quality"><summary>{esc(head)}</summary><dl>{body}</dl></details>'


def _newest(data: DataView, source: SourceLine) -> str:
    """The newest day of the data; boundaries and the like have none."""
    if source.last_on is None:
        return f'<span class="i3">{esc(data.view.tr("data.no_day"))}</span>'
    return esc(source.last_on.isoformat())


def _state(data: DataView, one: Freshness) -> str:
    tip = words.agreed(data, freshness.agreed_hours(one.source.dataset))
    due = words.soon(data, one.due_at)
    if one.is_behind and one.source.last_on:
        tip += "\n" + data.view.tr("data.behind", day=one.source.last_on.isoformat())
    if one.is_late:
        said, key = words.length(data, one.late_s), "data.late"
        tip += "\n" + data.view.tr("data.late_since", time=due)
        return f"<b{attributes(class_='d-late', data_tip=tip)}>{esc(data.view.tr(key, late=said))}</b>"
    tip += "\n" + data.view.tr("data.due", time=due)
    return f"<span{attributes(class_='d-fresh', data_tip=tip)}>{esc(data.view.tr('data.fresh'))}</span>"


# ---------------------------------------------------------------- what the store holds


def draw_holdings(data: DataView) -> Empty | None:
    """One line a dataset: what is there, or the command that loads it."""
    data.known()
    found = asking.holdings(data)
    lines = "".join(_holding(data, name, [one for one in found if one.dataset == name]) for name in DATASETS)
    picture(f'<dl class="d-holdings">{lines}</dl>', key="data_holdings")
    return None


def _holding(data: DataView, dataset: str, found: list[Holding]) -> str:
    if dataset == "incidents":
        told = _incidents(data)
    elif dataset == "boundaries":
        told = _levels(data, found)
    else:
        told = [_kind(data, one) for one in found]
    body = "".join(f"<span>{one}</span>" for one in told) if told else _missing(data, dataset)
    return f"<div><dt>{esc(words.dataset(data, dataset))}</dt><dd>{body}</dd></div>"


def _missing(data: DataView, dataset: str, level: str | None = None) -> str:
    name = data.view.tr(f"data.level_{level}") if level else ""
    command = f"cockpit load {dataset} {data.view.tr('data.file')}" + (f" --level {level}" if level else "")
    said = data.view.tr("data.missing_level", level=name) if level else data.view.tr("data.missing")
    return f'<span class="d-missing">{esc(said)} <code>{esc(command)}</code></span>'


def _levels(data: DataView, found: list[Holding]) -> list[str]:
    """Each level with its number of areas and boundary versions; those missing with their command."""
    by_level = {one.kind: one for one in found}
    told = []
    for level in LEVELS:
        if level in by_level:
            told.append(_level(data, by_level[level]))
        elif level in NEEDED_LEVELS:
            told.append(_missing(data, "boundaries", level))
    return told


def _level(data: DataView, one: Holding) -> str:
    tr = data.view.tr
    said = f"{esc(tr(f'data.level_{one.kind}'))} <b>{formats.number(one.n)}</b>"
    if one.since is None:
        version = tr("data.version_first")
    else:
        version = tr("data.version_since", n=formats.number(one.versions or 1), day=one.since.isoformat())
    return f'{said} <span class="i3">{esc(version)}</span>'


def _incidents(data: DataView) -> list[str]:
    """Each source of incidents with its first and last day."""
    told = []
    for source in data.sources:
        if source.dataset == "incidents" and source.first_on and source.last_on:
            days = f"{source.first_on.isoformat()} – {source.last_on.isoformat()}"
            name, n = esc(words.source(data, source)), formats.number(source.things)
            told.append(f'{name} <b>{n}</b> <span class="i3">{esc(days)}</span>')
    return told


def _kind(data: DataView, one: Holding) -> str:
    """A kind of service point, layer, post or fund with its number; households with what they add up to."""
    tr = data.view.tr
    if one.dataset == "households":
        return esc(tr("data.households", n=formats.number(one.n), households=formats.number(one.of_n or 0)))
    name = one.name_en if data.view.lang == "en" else one.name_zh
    group = {"layers": "layer", "staff": "staff"}.get(one.dataset, "fund")
    label = name or words.known(data, f"data.{group}_{one.kind}") or one.kind
    return f"{esc(label)} <b>{formats.number(one.n)}</b>"

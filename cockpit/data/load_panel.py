"""One load: what became of every row of its file, and all that the ledger says of it.

Invariant: the segments of the bar add up to the rows read; skipped lines are no rows and stand apart.
"""

from cockpit import formats
from cockpit.data import coordinates, words
from cockpit.data.computed import DataView
from cockpit.markup import attributes, esc
from cockpit.panels import Empty
from cockpit.picture import picture
from config.fault_words import hint, summary
from geo.steward import LoadLine

FATES = ("inserted", "updated", "unchanged", "quarantined")
LABELLED_FROM = 0.06
"""The share of the bar from which a segment is wide enough for its number."""


def title_unit(data: DataView) -> str:
    """Which load: its number, dataset, source, file and rows."""
    load = data.load
    if load is None:
        return ""
    source = words.named(data, load.source, load.source_name, load.dataset)
    parts = [data.view.tr("data.load_newest" if data.is_newest else "data.load_n", n=load.load_id)]
    parts += [words.dataset(data, load.dataset), source, load.file]
    return " · ".join(part for part in parts if part)


def draw(data: DataView) -> Empty | None:
    """The bar of all rows with its words, then the facts of the load."""
    load = data.chosen()
    if load is None:
        return Empty(data.view.tr("data.nothing_lead"))
    body = _refused(data, load) if load.is_refused else _bar(data, load) + _told(data, load)
    picture(body + _facts(data, load), key="data_load")
    return None


def _bar(data: DataView, load: LoadLine) -> str:
    counts = {fate: getattr(load, fate) for fate in FATES}
    said = {fate: data.view.tr(f"data.fate_{fate}", n=formats.number(n)) for fate, n in counts.items()}
    segments = "".join(
        f'<i class="{fate}" style="flex-grow:{n}" data-tip="{esc(said[fate])}">'
        f"{esc(formats.number(n)) if n / load.read >= LABELLED_FROM else ''}</i>"
        for fate, n in counts.items() if n
    )  # fmt: skip
    shown = [fate for fate in FATES if counts[fate] or fate in ("inserted", "quarantined")]
    key = "".join(f'<span><i class="d-swatch {fate}"></i>{esc(said[fate])}</span>' for fate in shown)
    sums = ", ".join(said[fate] for fate in shown)
    label = data.view.tr("data.fate_label", read=formats.number(load.read), fates=sums)
    read = esc(data.view.tr("data.fate_read", n=formats.number(load.read)))
    return (
        f'<div class="d-fate"{attributes(role="img", aria_label=label)}>{segments}</div>'
        f'<p class="d-key"><b>{read}</b>{key}</p>'
    )


def _told(data: DataView, load: LoadLine) -> str:
    """Repaired, outside and skipped in words, 0 unsaid; the message as told, open where it alone says something."""
    tr = data.view.tr
    parts = [words.things(data, load)] if load.things else []
    for name in ("repaired", "outside", "skipped"):
        n = getattr(load, name)
        if n:
            parts.append(tr(f"data.told_{name}", n=formats.number(n)))
    said = f'<p class="d-told">{esc(tr("data.told_joiner").join(parts))}</p>' if parts else ""
    said += _corrected(data, load)
    if load.message:
        is_all = not load.unknown_values and not load.outside
        said += (
            f'<details class="d-message"{" open" if is_all else ""}><summary>{esc(tr("data.message"))}</summary>'
            f'<p class="note"{_language(data, load)}>{esc(load.message)}</p></details>'
        )
    return said


def _corrected(data: DataView, load: LoadLine) -> str:
    """The recurring corrections that the load applied, each with its rows, its reason and who wants it."""
    lines = "".join(
        f"<li{attributes(data_tip=tip)}>{esc(told)}</li>"
        for one in load.corrected
        for tip in [data.view.tr("quarantine.correction_tip", reason=one["reason"], who=one["who"], since=one["since"])]
        for told in [
            data.view.tr(
                "quarantine.correction", column=words.field(data, str(one["column"])), theirs=one["theirs"],
                ours=one["ours"], n=formats.number(one["rows"]),
            )
        ]
    )  # fmt: skip
    return f'<ul class="d-corrected">{lines}</ul>' if lines else ""


def _language(data: DataView, load: LoadLine) -> str:
    """Marks a message that was told in the other language."""
    other = "en" if data.view.lang == "zh" else "zh"
    is_other = load.message is not None and words.is_told_in(other, load.message)
    return f' lang="{"zh-CN" if other == "zh" else "en"}"' if is_other else ""


def _refused(data: DataView, load: LoadLine) -> str:
    """The whole file refused: the sentence as it was told, and in the reader's language by code."""
    tr, lang = data.view.tr, data.view.lang
    read = f" {esc(tr('data.refused_read', n=formats.number(load.read)))}" if load.read else ""
    told = f'<p class="d-why"{_language(data, load)}>{esc(load.message or "")}</p>'
    if not load.message or not words.is_told_in(lang, load.message):
        known = {"file": load.file, "dataset": words.dataset(data, load.dataset)}
        own = " ".join(f"{summary(code, lang, known)} {hint(code, lang, known)}" for code in load.faults)
        label = f'<p class="i3">{esc(tr("data.message"))}</p>' if load.message else ""
        told = f'<p class="d-why">{esc(own)}</p>{label}{told}'
    codes = "".join(f"<code>{esc(code)}</code>" for code in load.faults)
    return (
        f'<div class="d-fate refused"><i>{esc(tr("data.fate_refused"))}{read}</i></div>{told}'
        f'<p class="d-codes">{codes}</p>'
    )


def _facts(data: DataView, load: LoadLine) -> str:
    tr = data.view.tr
    facts = [
        ("started", words.age(data, load.started_at), words.exact(data, load.started_at)),
        ("seconds", tr("data.seconds", n=formats.number(load.seconds, digits=1)), None),
        ("by", words.who(data, load), None),
        ("replays", tr("data.load_n", n=load.replays) if load.replays else "", tr("quarantine.replays_tip")),
        ("mode", words.mode(data, load), None),
        ("crs", coordinates.system(data.view, load), None),
        ("conversion", coordinates.way(data.view, load), load.conversion),
        ("days", _days(load), None),
        ("sha256", load.sha256[:12], load.sha256),
    ]
    cells = "".join(
        f"<div><dt>{esc(tr(f'data.fact_{name}'))}</dt>"
        f"<dd{attributes(data_tip=tip, tabindex=0 if tip else None)}>{esc(value)}</dd></div>"
        for name, value, tip in facts
        if value
    )
    return f'<dl class="d-facts">{cells}</dl>'


def _days(load: LoadLine) -> str:
    if load.first_reported_on is None or load.last_reported_on is None:
        return ""
    return f"{load.first_reported_on.isoformat()} – {load.last_reported_on.isoformat()}"

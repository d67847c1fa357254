"""All loads, the latest first, with filters; a row opens its load.

Invariant: nothing is hidden: refused files stand among the loads, with their reason.
"""

from cockpit import formats
from cockpit.data import computed as asking
from cockpit.data import coordinates, words
from cockpit.data.computed import DATASETS, OTHER_LOAD, PAGE_LOADS, DataView
from cockpit.data.pager import pager
from cockpit.markup import attributes, esc
from cockpit.panels import Empty
from cockpit.picture import picture
from geo.steward import STATUSES, LoadLine

COUNTS = ("read", "inserted", "updated", "unchanged", "quarantined")
TEXTS = ("load_id", "started_at", "dataset", "source", "file", "status")


def draw(data: DataView) -> Empty | None:
    """The filters, and the page of the ledger that they find."""
    data.known()
    if data.is_empty:
        return Empty(data.view.tr("data.loads_none"))
    picture(_filters(data), key="data_filters")
    page = asking.ledger(data)
    if not page.lines:
        return Empty(data.view.tr("data.loads_not_found"))
    heads = "".join(f"<th>{esc(data.view.tr(f'load.head_{name}'))}</th>" for name in TEXTS)
    heads += f"<th>{esc(data.view.tr('data.fact_crs'))}</th>"
    heads += "".join(f'<th class="num">{esc(data.view.tr(f"load.head_{name}"))}</th>' for name in COUNTS)
    heads += f'<th class="num">{esc(data.view.tr("data.seconds_head"))}</th>'
    body = "".join(_row(data, line) for line in page.lines)
    foot = pager(data.view, name="page", size=PAGE_LOADS, skip=data.ledger.skip, found=page.found)
    table = f'<table class="d-loads"><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>'
    picture(f'<div class="scroll">{table}</div>{foot}', key="data_loads")
    return None


def _row(data: DataView, line: LoadLine) -> str:
    link = data.view.link({**OTHER_LOAD, "load": str(line.load_id)})
    is_on = data.load is not None and line.load_id == data.load.load_id
    source = words.named(data, line.source, line.source_name, line.dataset)
    reason = (
        f"<p{attributes(class_='d-why', data_tip=line.message)}>{esc(line.message or '')}</p>"
        if line.is_refused
        else ""
    )
    moment = f"<td{attributes(class_='n', data_tip=words.exact(data, line.started_at))}>"
    cells = (
        f"<td><a{attributes(href=link, data_go=link, data_top='')}>{line.load_id}</a></td>"
        f"{moment}{esc(words.age(data, line.started_at))}</td>"
        f"<td>{esc(words.dataset(data, line.dataset))}</td>"
        f'<td class="d-text"{attributes(data_tip=source)}>{esc(source)}</td>'
        f'<td class="d-text file"{attributes(data_tip=line.file)}>{esc(line.file)}{_replay(data, line)}{reason}</td>'
        f"<td>{_status(data, line)}</td>{_system(data, line)}{''.join(_count(line, name) for name in COUNTS)}"
        f'<td class="num">{esc(formats.number(line.seconds, digits=1))}</td>'
    )
    known = attributes(data_go=link, data_top="", aria_current="true" if is_on else None)
    return f"<tr{known}>{cells}</tr>"


def _replay(data: DataView, line: LoadLine) -> str:
    """Whose refused rows the load ran again."""
    told = data.view.tr("quarantine.replay_of", n=line.replays)
    return f' <span class="i3">{esc(told)}</span>' if line.replays else ""


def _status(data: DataView, line: LoadLine) -> str:
    key = "refused" if line.is_refused else "quarantined" if line.quarantined else "loaded"
    word = esc(data.view.tr(f"data.status_{key}"))
    return word if key == "loaded" else f"<b>{word}</b>"


def _system(data: DataView, line: LoadLine) -> str:
    """The coordinate system in short; in full, with its way to WGS 84, in the tooltip."""
    tip = "\n".join(part for part in (coordinates.system(data.view, line), coordinates.way(data.view, line)) if part)
    return f"<td{attributes(class_='n', data_tip=tip or None)}>{esc(coordinates.short(line.crs))}</td>"


def _count(line: LoadLine, name: str) -> str:
    """A count, 0 in grey; a refused file has none but the rows it was read to."""
    n = getattr(line, name)
    if line.is_refused and name != "read":
        return '<td class="num i3">–</td>'
    css = "num i3" if n == 0 else "num strong" if name == "quarantined" else "num"
    return f'<td class="{css}">{esc(formats.number(n))}</td>'


def _filters(data: DataView) -> str:
    tr, query = data.view.tr, data.ledger
    datasets = [name for name in DATASETS if name == query.dataset or _was_loaded(data, name)]
    named = [("", tr("data.all_datasets")), *((name, words.dataset(data, name)) for name in datasets)]
    sources = [source for source in data.sources if query.dataset in (None, source.dataset)]
    listed = [("", tr("data.all_sources")), *((source.code, words.source(data, source)) for source in sources)]
    statuses = [("", tr("data.all_statuses")), *((name, tr(f"data.status_{name}")) for name in STATUSES)]
    parts = (
        _select(data, "dataset", named, query.dataset, gone={"source": None})
        + _select(data, "source", listed, query.source, gone={})
        + _select(data, "status", statuses, query.status, gone={})
    )
    return f'<div class="filters"{attributes(role="group", aria_label=tr("common.filters"))}>{parts}</div>'


def _was_loaded(data: DataView, dataset: str) -> bool:
    return any(source.dataset == dataset for source in data.sources)


def _select(
    data: DataView, name: str, options: list[tuple[str, str]], chosen: str | None, *, gone: dict[str, None]
) -> str:
    listed = "".join(
        f"<option{attributes(value=data.view.link({**gone, 'page': None, name: value or None}))}"
        f"{' selected' if value == (chosen or '') else ''}>{esc(label)}</option>"
        for value, label in options
    )
    return f"<select data-choose{attributes(aria_label=data.view.tr(f'load.head_{name}'))}>{listed}</select>"

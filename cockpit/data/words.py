"""The words of the data page: its sentence, and what loads, sources and moments are called.

Invariant: plain text comes out (markup escapes it); a moment is said as an age and can always be had to the second.
"""

from datetime import datetime, timedelta

from cockpit import formats
from cockpit.data import computed as asking
from cockpit.data.computed import DATASETS, DataView
from config.headings import heading
from config.messages import catalogue, tr
from geo.steward import LoadDay, LoadLine, SourceLine

BUILT_IN = {"standard_": "data.source_standard", "sample_": "data.source_sample"}
"""Sources without a name of their own: what their code begins with, and how they are called."""
LANGUAGE_MARKS = {"zh": "。", "en": "."}
"""How a message ends in each language: the ledger keeps the one in which it was told."""


def sentence(data: DataView) -> tuple[str, str]:
    """The sentence of the page and its second line; raises StoreUnavailable."""
    data.known()
    day = asking.newest_day(data)
    if day is None:
        return data.view.tr("data.nothing_sentence"), data.view.tr("data.nothing_lead")
    return _first(data, day), _lead(data)


def _first(data: DataView, day: LoadDay) -> str:
    tr, number = data.view.tr, formats.number
    if day.loads == 1 and day.refused:
        return tr("data.one_refused")
    if day.loads == 1:
        key = "data.one_some" if day.quarantined else "data.one_all"
        kept, refused = number(day.read - day.quarantined), number(day.quarantined)
        return tr(key, read=number(day.read), kept=kept, quarantined=refused)
    ends = ("q" if day.quarantined else "") + ("r" if day.refused else "")
    key = "data.day_none" if day.refused == day.loads else f"data.day_{ends or 'ok'}"
    said = {"loads": number(day.loads), "read": number(day.read), "quarantined": number(day.quarantined)}
    return tr(key, day=_day(data, day), refused=number(day.refused), **said)


def _day(data: DataView, day: LoadDay) -> str:
    if day.loaded_on == data.today:
        return data.view.tr("data.today")
    return data.view.tr("data.on_day", day=formats.full_day(day.loaded_on, data.view.lang))


def _lead(data: DataView) -> str:
    """Who is late, and how old the incidents are."""
    tr, found = data.view.tr, asking.by_lateness(data)
    late = [one for one in found if one.is_late]
    parts = []
    if late:
        worst = late[0]
        said = {"name": source(data, worst.source), "late": length(data, worst.late_s)}
        parts.append(tr("data.lead_late_one" if len(late) == 1 else "data.lead_late", n=len(late), **said))
    elif found:
        parts.append(tr("data.lead_fresh_one" if len(found) == 1 else "data.lead_fresh", n=len(found)))
    incidents = [one.loaded_at for one in data.sources if one.dataset == "incidents"]
    if incidents:
        parts.append(tr("data.lead_incidents", age=age(data, max(incidents))))
    return tr("data.lead_joiner").join(parts)


def length(data: DataView, seconds: float) -> str:
    """How long something is late: whole days from one day on, else hours and minutes."""
    days = int(seconds // 86_400)
    return formats.duration(days * 86_400 if days else max(60, seconds // 60 * 60), data.view.lang)


def age(data: DataView, moment: datetime) -> str:
    """The age of a moment: 8 秒前, 今天 06:00, 11月18日 09:00."""
    view = data.view
    return formats.age(moment, now=view.clock.at, zone=view.site.zone, lang=view.lang)


def soon(data: DataView, moment: datetime) -> str:
    """A moment to come: 今天 18:00, 11月21日 09:00."""
    view = data.view
    return formats.moment(moment, now=view.clock.at, zone=view.site.zone, lang=view.lang)


def exact(data: DataView, moment: datetime) -> str:
    """A moment to the second in the site's time zone, with the zone's difference to UTC."""
    return f"{moment.astimezone(data.view.site.zone):%Y-%m-%d %H:%M:%S %z}"


def agreed(data: DataView, hours: float) -> str:
    """An agreed age: 每 24 小时, 每 7 天."""
    text = formats.duration(timedelta(hours=hours).total_seconds(), data.view.lang)
    return data.view.tr("data.agreed", age=text)


def dataset(data: DataView, name: str) -> str:
    """A dataset for people; one that the page does not know shows as itself."""
    return data.view.tr(f"data.dataset_{name.replace('-', '_')}") if name in DATASETS else name


def source(data: DataView, line: SourceLine) -> str:
    """A source's name; the built-in mappings have none of their own and are called by the dataset."""
    return named(data, line.code, line.name, line.dataset)


def named(data: DataView, code: str | None, name: str | None, of_dataset: str) -> str:
    """The name of a source with this code and name, empty for none."""
    return source_name(data.view.lang, code, name, of_dataset)


def source_name(lang: str, code: str | None, name: str | None, of_dataset: str) -> str:
    """The same for who is on another page."""
    if code is None or (name and name != code):
        return name or ""
    start = next((start for start in BUILT_IN if code.startswith(start)), None)
    if start is None:
        return code
    words = catalogue(lang)
    part = words.get(f"data.section_{code.removeprefix(start)}")
    part = part or words.get(f"data.dataset_{of_dataset.replace('-', '_')}", of_dataset)
    return tr(BUILT_IN[start], lang, dataset=part)


def known(data: DataView, key: str) -> str | None:
    """The words for a code that data brings, None where the catalogue has none."""
    return catalogue(data.view.lang).get(key)


def who(data: DataView, load: LoadLine) -> str:
    """Who loaded it."""
    return data.view.tr("data.operator") if load.loaded_by == "operator" else load.loaded_by


def mode(data: DataView, load: LoadLine) -> str:
    """Delta or snapshot, and the level of boundaries."""
    words = data.view.tr(f"data.mode_{load.mode}")
    return f"{words} · {data.view.tr(f'data.level_{load.level}')}" if load.level else words


def field(data: DataView, column: str | None) -> str:
    """The name of one of our columns for people."""
    return heading(data.load.dataset, column, data.view.lang) if data.load and column else column or ""


def things(data: DataView, load: LoadLine) -> str:
    """What the rows came to be: 22,570 件事件."""
    n = formats.number(load.things)
    key = load.dataset.replace("-", "_") if load.dataset in DATASETS else "other"
    return data.view.tr(f"data.things_{key}", n=n)


def is_told_in(lang: str, message: str) -> bool:
    """Whether a message that the ledger keeps was told in `lang`."""
    return message.rstrip().endswith(LANGUAGE_MARKS[lang])


def column(data: DataView, dataset: str, name: str) -> str:
    """A column of ours for people; without its dataset as the first one that has it calls it."""
    if dataset:
        return heading(dataset, name, data.view.lang)
    found = (heading(one, name, data.view.lang) for one in ("incidents", *DATASETS))
    return next((told for told in found if told != name), name)

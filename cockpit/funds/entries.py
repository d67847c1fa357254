"""The ledger as people read it: a page of entries as a table, and all of them as a file.

Invariant: what came from a file is text: escaped in the table, never a formula in the file; names of people are masked
in both.
"""

from decimal import Decimal

from cockpit import formats
from cockpit.context import View
from cockpit.funds import words
from cockpit.funds.computed import PAGE_ROWS, REPEATED, FundsView
from cockpit.funds.words import currency_word
from cockpit.markup import attributes, esc
from cockpit.unmasking import OTHER, Question, button, may_ask
from config.money import kinds
from geo.giving import Repeats
from geo.money import FLOWS, KINDS, Entry, EntryPage
from geo.unmasking import LEDGER

SORTED = {"on": "on", "fund": "fund", "kind": "kind", "amount": "amount"}
CENT = Decimal("0.01")
COLUMNS = ("on", "code", "fund", "kind", "subject", "payer", "payee", "project", "earmark", "area", "amount", "note")


def day(funds: FundsView, entry: Entry) -> str:
    """The entry's day, or its year where the source states no more."""
    if entry.occurred_on:
        return entry.occurred_on.isoformat()
    return funds.view.tr("funds.year_only", n=entry.fiscal_year)


def cells(funds: FundsView, entry: Entry) -> dict[str, str]:
    """The entry's words by column, as plain text; the amount without its unit."""
    tr, named = funds.view.tr, kinds()
    comes = entry.entry_kind in ("opening", "income")
    subject = entry.source_kind if comes else entry.use_kind or entry.source_kind
    fund = entry.fund_name or ("" if funds.scope.book == FLOWS else tr("funds.unknown_fund"))
    if entry.entry_kind == "transfer":
        fund = f"{fund} {tr('funds.to_fund', name=entry.counter_fund_name or tr('funds.unknown_fund'))}"
    return {
        "on": day(funds, entry),
        "code": entry.entry_code,
        "fund": fund,
        "kind": tr(f"funds.kind_{entry.entry_kind}"),
        "subject": named.name(subject, funds.view.lang) if subject else "",
        "payer": entry.payer or "",
        "payee": "" if entry.entry_kind == "transfer" else entry.payee or "",
        "project": entry.project or "",
        "earmark": entry.earmark or "",
        "area": entry.area_name or "",
        "amount": formats.number(entry.amount, digits=2),
        "note": " ".join(note for note in (_correction(funds, entry), entry.reason) if note),
    }


def _correction(funds: FundsView, entry: Entry) -> str:
    if entry.repeats_code:
        return funds.view.tr("funds.repeats", code=entry.repeats_code)
    if entry.corrects_code:
        return funds.view.tr("funds.corrects", code=entry.corrects_code)
    return funds.view.tr("funds.corrected", code=entry.corrected_by) if entry.corrected_by else ""


def question(page: EntryPage, view: View) -> Question:
    """What of these entries may be opened: those that hold a masked text."""
    told = {one.entry_id: view.tr("vault.asked_entry", code=one.entry_code) for one in page.rows if one.is_sealed}
    return Question(LEDGER, "show_name", ("check", "publicity", "complaint", "audit", OTHER), told)


def table_markup(funds: FundsView, page: EntryPage) -> str:
    """The page's rows under headings that sort, with the way to the other pages below."""
    may_open = may_ask(funds.view, LEDGER) and any(entry.is_sealed for entry in page.rows)
    rows = [cells(funds, entry) for entry in page.rows]
    columns = [name for name in COLUMNS if name in SORTED or any(row[name] for row in rows)]
    if funds.scope.book == FLOWS:
        columns.remove("fund")
    heads = "".join(_heading(funds, name) for name in columns) + ("<th></th>" if may_open else "")
    body = "".join(
        _row(
            row,
            columns,
            is_out=entry.entry_kind in ("expense", "transfer"),
            end=_opening(funds, entry) if may_open else "",
        )
        for row, entry in zip(rows, page.rows, strict=True)
    )
    table = f'<table class="f-entries"><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>'
    masked = esc(funds.view.tr("vault.masked_search"))
    note = f'<p class="f-foot">{masked}</p>' if any(entry.is_sealed for entry in page.rows) else ""
    return f'<div class="scroll">{table}</div>{note}{_pager(funds, page.found)}'


def _opening(funds: FundsView, entry: Entry) -> str:
    """The last cell of a row: the way to its names, where some are masked."""
    shown = button(funds.view, entry.entry_id, action="show_name", about=entry.entry_code) if entry.is_sealed else ""
    return f'<td class="f-open">{shown}</td>'


def _row(row: dict[str, str], columns: list[str], *, is_out: bool, end: str) -> str:
    tones = {"amount": "num f-amount", "on": "n", "kind": "f-out" if is_out else "f-in"}
    written = []
    for name in columns:
        tip = row[name] if name not in tones and len(row[name]) > 12 else None
        written.append(f"<td{attributes(class_=tones.get(name, 'f-text'), data_tip=tip)}>{esc(row[name])}</td>")
    return f"<tr>{''.join(written)}{end}</tr>"


def _heading(funds: FundsView, name: str) -> str:
    label = esc(funds.view.tr(f"funds.column_{name}"))
    css = "num" if name == "amount" else ""
    if name == "amount":
        label += f' <span class="i3">{esc(currency_word(funds.view.site.currency, funds.view.lang))}</span>'
    if name not in SORTED:
        return f'<th class="{css}">{label}</th>'
    is_on = funds.query.sort == name
    direction = "asc" if is_on and funds.query.direction == "desc" else "desc"
    link = esc(funds.view.link({"sort": name, "dir": direction, "page": None}))
    order = f'aria-sort="{"descending" if funds.query.direction == "desc" else "ascending"}"' if is_on else ""
    return f'<th class="{css}" {order}><a href="{link}" data-go="{link}">{label}</a></th>'


def _pager(funds: FundsView, found: int) -> str:
    tr, pages = funds.view.tr, max(1, -(-found // PAGE_ROWS))

    def step(name: str, page: int) -> str:
        label = esc(tr(f"funds.{name}"))
        if not 1 <= page <= pages:
            return f'<span class="chip" aria-disabled="true">{label}</span>'
        link = esc(funds.view.link({"page": str(page) if page > 1 else None}))
        return f'<a class="chip" href="{link}" data-go="{link}">{label}</a>'

    if pages == 1:
        return ""
    words = esc(tr("funds.page_of", page=formats.number(funds.page), pages=formats.number(pages)))
    before, after = step("previous", funds.page - 1), step("next", funds.page + 1)
    return f'<div class="f-pager">{before}<span>{words}</span>{after}</div>'


def repeats_markup(funds: FundsView, twice: Repeats) -> str:
    """What was published twice in the window and counts once, with the way to these rows; empty without any."""
    if not twice.entries:
        return ""
    tr, view = funds.view.tr, funds.view
    key = "funds.repeated_note_here" if funds.query.is_repeat else "funds.repeated_note"
    told = tr(key, n=formats.number(twice.entries), amount=words.exact(funds, twice.amount))
    link = esc(view.link({"kind": None if funds.query.is_repeat else REPEATED, "page": None}))
    label = esc(tr("funds.repeated_hide" if funds.query.is_repeat else "funds.repeated_show"))
    return f'<p class="note">{esc(told)} <a href="{link}" data-go="{link}">{label}</a></p>'


def filter_markup(funds: FundsView) -> str:
    """The filters of the entries: kind, and a field to search."""
    tr, view = funds.view.tr, funds.view

    def option(kind: str, label: str) -> str:
        link = esc(view.link({"kind": kind or None, "page": None}))
        chosen = REPEATED if funds.query.is_repeat else funds.query.kind or ""
        return f'<option value="{link}"{" selected" if chosen == kind else ""}>{esc(label)}</option>'

    listed = (*KINDS, REPEATED) if funds.query.is_repeat else KINDS
    options = option("", tr("funds.all_kinds")) + "".join(option(kind, tr(f"funds.kind_{kind}")) for kind in listed)
    kind_select = f'<select data-choose aria-label="{esc(tr("funds.kind_label"))}">{options}</select>'
    before = view.link({"q": None, "page": None})
    before = f"{before}&q=" if before != "?" else "?q="
    search = (
        f'<input type="search" data-before="{esc(before)}" value="{esc(funds.query.text or "")}" size="24" '
        f'placeholder="{esc(tr("funds.search"))}" aria-label="{esc(tr("funds.search"))}">'
    )
    clear = ""
    if funds.query.text:
        link = esc(view.link({"q": None, "page": None}))
        clear = (
            f'<a class="chip" href="{link}" data-go="{link}">{esc(tr("funds.search_clear", text=funds.query.text))}</a>'
        )
    return f'<div class="filters">{"" if funds.scope.book == FLOWS else kind_select}{search}{clear}</div>'


def file_headings(funds: FundsView) -> list[str]:
    """The headings of the entries as a file; the amount's with the site's currency."""
    headings = [funds.view.tr(f"funds.column_{name}") for name in COLUMNS]
    headings[COLUMNS.index("amount")] += f" ({funds.view.site.currency})"
    return headings


def file_line(funds: FundsView, entry: Entry) -> list[object]:
    """The entry as a line of the file: words as in the table, the amount a plain number."""
    row: dict[str, object] = {**cells(funds, entry), "amount": entry.amount.quantize(CENT)}
    return [row[name] for name in COLUMNS]

"""The entries of the money page as a file: the filters of the page, every row of them."""

from dataclasses import replace

from cockpit import queries
from cockpit.context import View
from cockpit.exports import Export, counted
from cockpit.funds import entries, words
from cockpit.funds.computed import FundsView, open_funds
from geo import money
from geo.errors import StoreUnavailable


def export(view: View) -> Export | None:
    """All entries that the page's filters find, as they come; None without a ledger or the fund that the URL names.

    Raises StoreUnavailable.
    """
    funds = open_funds(view)
    if funds.is_down:
        raise StoreUnavailable(view.tr("funds.down_sentence"))
    if funds.book is None or (view.params.get("fund") and funds.fund is None):
        return None
    query = replace(funds.query, skip=0, rows=None)
    rows = money.entries_streamed(queries.store(), view.viewer, view.clock, scope=funds.scope, query=query)
    lines, found = counted(rows)
    return Export(
        action="export-entries",
        target=f"ledger:{funds.scope.book}",
        name=f"{view.tr('funds.download_name')}_{funds.window.start}_{funds.last_day}",
        headings=entries.file_headings(funds),
        lines=(entries.file_line(funds, entry) for entry in lines),
        found=found,
        filters=_filters(funds),
        detail={
            "from": funds.window.start.isoformat(), "to": funds.window.end.isoformat(), "book": funds.scope.book,
            "area_id": funds.scope.area_id, "fund_id": funds.scope.fund_id, "kind": query.kind, "sort": query.sort,
            "is_repeat": query.is_repeat, "has_search": query.text is not None,
        },
        close=rows.close,
    )  # fmt: skip


def _filters(funds: FundsView) -> list[tuple[str, str]]:
    tr, query = funds.view.tr, funds.query
    kind = "repeated" if query.is_repeat else query.kind
    return [
        (tr("audit.period_label"), words.period(funds)),
        (tr("funds.book_label"), tr(f"funds.book_{funds.scope.book}")),
        (tr("funds.area_label"), funds.view.filters.area.name if funds.view.filters.area else ""),
        (tr("funds.fund_label"), funds.fund.name if funds.fund else ""),
        (tr("funds.kind_label"), tr(f"funds.kind_{kind}") if kind else ""),
        (tr("funds.search"), query.text or ""),
    ]

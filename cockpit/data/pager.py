"""The way from page to page of a long table, in the URL."""

from cockpit import formats
from cockpit.context import View
from cockpit.markup import attributes, esc


def pager(view: View, *, name: str, size: int, skip: int, found: int) -> str:
    """Previous, where we are, next; empty where all fits on one page. `name` is the page's parameter of the URL."""
    page, pages = skip // size + 1, max(1, -(-found // size))
    if pages == 1:
        return ""
    label = view.tr("data.page_of", page=formats.number(page), pages=formats.number(pages), n=formats.number(found))
    before, after = _step(view, name, "previous", page - 1, pages), _step(view, name, "next", page + 1, pages)
    return f'<div class="d-pager">{before}<span>{esc(label)}</span>{after}</div>'


def _step(view: View, name: str, word: str, page: int, pages: int) -> str:
    label = esc(view.tr(f"data.{word}"))
    if not 1 <= page <= pages:
        return f'<span class="chip" aria-disabled="true">{label}</span>'
    link = view.link({name: str(page) if page > 1 else None})
    return f'<a class="chip"{attributes(href=link, data_go=link)}>{label}</a>'

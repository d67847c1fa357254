"""The first page's own name as an address: Streamlit serves the first page at `/` only.

Invariant: a link to `/overview` that somebody kept or opened in a new window shows the page, with its filters.
"""

from starlette.requests import Request
from starlette.responses import RedirectResponse


def overview(request: Request) -> RedirectResponse:
    """The way from `/overview?…` to `/?…`."""
    query = request.url.query
    return RedirectResponse(f"/?{query}" if query else "/", status_code=307)

"""`/<page>/_stcore/…`: tells Streamlit's browser part that its server is at the root and not below a page.

A page opened by its address (`/response`) looks for the server below itself first and goes on to the root after any
answer that is no success. A 404 does that too, but the browser shows it as an error; 300 is none.
"""

from starlette.requests import Request
from starlette.responses import JSONResponse

NAMES = ("health", "host-config")


def at_root(request: Request) -> JSONResponse:
    """300 with the address to ask instead; without a Location, since following it would be a success here."""
    name = request.url.path.rsplit("/", 1)[-1]
    return JSONResponse({"at": f"/_stcore/{name}"}, status_code=300, headers={"cache-control": "no-store"})

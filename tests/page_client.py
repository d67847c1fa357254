"""Asks pages over the websocket that browsers use, without a browser: quick enough to ask thousands of times.

Invariant: what `Visit.text` holds is everything that the server sent for the run, not what a screen would show of it.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import ClientConnection, connect

from cockpit.access.current import COOKIE

WAIT_S = 60
_OVER = (ForwardMsg.FINISHED_SUCCESSFULLY, ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY)
_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})")


@dataclass(frozen=True)
class Visit:
    """What the server sent for one run of a page."""

    text: str
    messages: int


@contextmanager
def tab(address: str, token: str | None, *, origin: str | None = None, resumes: str | None = None) -> Iterator["Tab"]:
    """One tab of one browser with somebody's cookie (or none) at the server of `address`.

    `resumes`: the page state it wants to go on with, as a browser asks whose connection broke.
    """
    with connect(
        f"ws://{urlsplit(address).netloc}/_stcore/stream",
        origin=origin or address,  # type: ignore[arg-type]
        subprotocols=["streamlit", "-", resumes] if resumes else ["streamlit"],  # type: ignore[list-item]
        additional_headers={"cookie": f"{COOKIE}={token}"} if token else {},
        max_size=None,
        open_timeout=WAIT_S,
    ) as socket:
        yield Tab(socket)


class Tab:
    """An open websocket to the pages."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self.state = ""
        """The name of the page state, as the server told it."""
        self.pages: dict[str, str] = {}
        """The pages that the server named: their name in an address → their digest."""
        self.fragments: set[str] = set()

    def open(self, page: str, query: str = "") -> Visit:
        """Runs the page with the query (`a=b&c=d`) and returns all that came back until the run was over."""
        asked = BackMsg()
        asked.rerun_script.query_string = query
        asked.rerun_script.page_name = page
        return self.ask(asked)

    def ask(self, asked: BackMsg) -> Visit:
        """Sends any message that runs a page, and returns all that came back until the run was over."""
        self.tell(asked)
        parts: list[str] = []
        while True:
            told = ForwardMsg()
            told.ParseFromString(self._socket.recv(timeout=WAIT_S))  # type: ignore[arg-type]
            if told.WhichOneof("type") == "script_finished":
                if told.script_finished in _OVER:
                    return Visit("\n".join(parts), len(parts))
                continue
            self._note(told)
            parts.append(_text(told))

    def tell(self, asked: BackMsg) -> None:
        """Sends a message and waits for nothing."""
        self._socket.send(asked.SerializeToString())

    def _note(self, told: ForwardMsg) -> None:
        if told.WhichOneof("type") == "new_session":
            self.state = told.new_session.initialize.session_id
        if told.WhichOneof("type") == "navigation":
            self.pages |= {page.url_pathname: page.page_script_hash for page in told.navigation.app_pages}
        if told.WhichOneof("type") == "delta" and told.delta.fragment_id:
            self.fragments.add(told.delta.fragment_id)


def _text(told: ForwardMsg) -> str:
    """All texts of a message; JSON inside it with its escapes undone, nothing of it lost."""
    raw = told.SerializeToString().decode("utf-8", "ignore")
    return _ESCAPE.sub(lambda found: chr(int(found[1], 16)), raw)

"""Asks an ASGI application of the tests' own process, without a server, and keeps the blocks as they were sent."""

import asyncio
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Message


@dataclass(frozen=True)
class Answer:
    """What was answered: status, headers in lower case, and the blocks of the body."""

    status: int
    headers: dict[str, str]
    blocks: tuple[bytes, ...]

    @property
    def content(self) -> bytes:
        """The whole body."""
        return b"".join(self.blocks)

    @property
    def text(self) -> str:
        """The whole body as text."""
        return self.content.decode()


def ask(app: ASGIApp, target: str, headers: dict[str, str] | None = None) -> Answer:
    """What `app` answers to a GET of `target` (path and query) from 127.0.0.1."""
    parts = urlsplit(target)
    scope: dict[str, Any] = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "scheme": "http",
        "path": parts.path, "raw_path": parts.path.encode(), "query_string": parts.query.encode(), "root_path": "",
        "headers": [(name.encode(), value.encode()) for name, value in (headers or {}).items()],
        "client": ("127.0.0.1", 50_000), "server": ("127.0.0.1", 80),
    }  # fmt: skip
    sent: list[Message] = []

    async def receive() -> Message:
        await asyncio.sleep(3_600)
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        sent.append(message)

    asyncio.run(app(scope, receive, send))  # type: ignore[arg-type]
    start, *bodies = sent
    told = {name.decode().lower(): value.decode() for name, value in start["headers"]}
    return Answer(start["status"], told, tuple(body["body"] for body in bodies if body.get("body")))

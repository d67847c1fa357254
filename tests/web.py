"""A browser without a screen: keeps cookies as one does, sends what a page of ours would, follows nothing by itself."""

import base64
import re
import secrets
import socket
from dataclasses import dataclass, field
from http.client import HTTPConnection
from urllib.parse import urlencode, urlsplit

_TOKEN = re.compile(r'name="form" value="([^"]+)"')


@dataclass(frozen=True)
class Answer:
    """What came back: status, headers by lower-case name (the last of each), all cookies that were set, the text."""

    status: int
    headers: dict[str, str]
    cookies: tuple[str, ...]
    text: str


@dataclass
class Web:
    """One browser at one server; `headers` go with every request."""

    address: str
    cookies: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)

    def ask(self, path: str, *, method: str = "GET", body: str | None = None, **headers: str) -> Answer:
        """The answer to one request."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.cookies:
            named["cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        connection = HTTPConnection(urlsplit(self.address).netloc, timeout=60)
        connection.request(method, path, body, self.headers | named)
        got = connection.getresponse()
        text = got.read().decode("utf-8", "replace")
        connection.close()
        told = tuple(value for name, value in got.getheaders() if name.lower() == "set-cookie")
        for cookie in told:
            name, _, value = cookie.split(";")[0].partition("=")
            if value.strip('"') and "max-age=0" not in cookie.lower():
                self.cookies[name] = value
            else:
                self.cookies.pop(name, None)
        return Answer(got.status, {name.lower(): value for name, value in got.getheaders()}, told, text)

    def post(self, path: str, fields: dict[str, str], *, origin: str | None = None) -> Answer:
        """A form as a page of this server sends it (`origin`: of another one, "" for none)."""
        told = self.address if origin is None else origin
        kind = {"content_type": "application/x-www-form-urlencoded"}
        return self.ask(path, method="POST", body=urlencode(fields), **kind, **({"origin": told} if told else {}))

    def sign_in(self, login: str, password: str, **more: str) -> Answer:
        """Opens the form, if that was not done yet, and sends it."""
        if "cockpit_form" not in self.cookies:
            self.ask("/signin")
        return self.post("/signin", {"login": login, "password": password, "form": self.form, **more})

    @property
    def form(self) -> str:
        """The token that this browser's forms carry."""
        return self.cookies.get("cockpit_form", "")

    def upgrade(self, path: str = "/_stcore/stream", *, origin: str | None = None) -> int:
        """The status that a page's connection is answered with: 101 when it stands."""
        parts = urlsplit(self.address)
        lines = [
            f"GET {path} HTTP/1.1",
            f"Host: {parts.netloc}",
            "Upgrade: websocket",
            "Connection: Upgrade",
            f"Sec-WebSocket-Key: {base64.b64encode(secrets.token_bytes(16)).decode()}",
            "Sec-WebSocket-Version: 13",
            f"Origin: {self.address if origin is None else origin}",
            *(f"{name}: {value}" for name, value in self.headers.items()),
        ]
        if self.cookies:
            lines.append("Cookie: " + "; ".join(f"{name}={value}" for name, value in self.cookies.items()))
        with socket.create_connection((parts.hostname or "", parts.port or 80), timeout=20) as wire:
            wire.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
            return int(wire.recv(200).split(b" ")[1])


def token_in(page: str) -> str:
    """The token of the form in a page."""
    found = _TOKEN.search(page)
    assert found
    return found.group(1)

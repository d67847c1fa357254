"""A provider of OpenID Connect on this machine: says yes to everybody, with the claims that the test put into it."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode

import uvicorn
from browser import free_port
from joserfc import jwt
from joserfc.jwk import RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse
from starlette.routing import Route


@dataclass
class Provider:
    """Where it is, and what it says of whoever comes next."""

    address: str
    claims: dict[str, Any]
    _key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "k", "use": "sig", "alg": "RS256"}))
    _nonces: dict[str, str] = field(default_factory=dict)

    def app(self) -> Starlette:
        """Its four addresses."""
        return Starlette(
            routes=[
                Route("/.well-known/openid-configuration", self._metadata),
                Route("/authorize", self._authorize),
                Route("/token", self._token, methods=["POST"]),
                Route("/keys", self._keys),
            ]
        )

    def _metadata(self, request: Request) -> JSONResponse:
        places = {"authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "keys"}
        told = {name: f"{self.address}/{path}" for name, path in places.items()}
        return JSONResponse(told | {"issuer": self.address, "id_token_signing_alg_values_supported": ["RS256"]})

    def _authorize(self, request: Request) -> RedirectResponse:
        asked = request.query_params
        code = f"code-{len(self._nonces)}"
        self._nonces[code] = asked.get("nonce", "")
        back = urlencode({"code": code, "state": asked["state"]})
        return RedirectResponse(f"{asked['redirect_uri']}?{back}", 302)

    async def _token(self, request: Request) -> JSONResponse:
        code = parse_qs((await request.body()).decode())["code"][0]
        now = int(time.time())
        said = {"iss": self.address, "aud": "cockpit", "iat": now, "exp": now + 300, "nonce": self._nonces.pop(code)}
        token = jwt.encode({"alg": "RS256", "kid": "k"}, said | self.claims, self._key)
        return JSONResponse({"access_token": "a", "token_type": "Bearer", "expires_in": 300, "id_token": token})

    def _keys(self, request: Request) -> JSONResponse:
        return JSONResponse({"keys": [self._key.as_dict(private=False)]})


@contextmanager
def provided() -> Iterator[Provider]:
    """The provider, served from a thread."""
    port = free_port()
    provider = Provider(f"http://127.0.0.1:{port}", {})
    server = uvicorn.Server(uvicorn.Config(provider.app(), host="127.0.0.1", port=port, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.05)
    yield provider
    server.should_exit = True
    thread.join(10)

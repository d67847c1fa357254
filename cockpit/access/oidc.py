"""Sign-in by OpenID Connect through the page server's own login, turned into a session of ours at once.

Invariant: what the provider's answer is kept in (the `_streamlit_user` cookies) opens one session, within minutes, and
is taken away; so there is one kind of session, which can be ended.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any
from urllib.parse import quote, unquote

import structlog
from starlette.requests import HTTPConnection, Request
from starlette.responses import RedirectResponse, Response
from streamlit.auth_util import encode_provider_token, get_cookie_with_chunks, get_signing_secret
from streamlit.web.server.starlette.starlette_app_utils import decode_signed_value
from streamlit.web.server.starlette.starlette_server_config import USER_COOKIE_NAME

from cockpit import queries
from cockpit.access import floods, sessions, whence
from cockpit.access.secret import SHORTEST, secret
from cockpit.access.sessions import Browser
from config.access import CLAIMS, Oidc, access
from config.visible import in_a_line
from geo.errors import StoreUnavailable
from geo.oidc import AREA_CODE, Person, claimed_account, is_storable, known_account, use_once

FRESH_S = 300
NEXT = "cockpit_next"
PROVIDER = "default"
_log = structlog.get_logger()


def secrets() -> dict[str, Any] | None:
    """What the page server's login needs to know; None where no provider is named. Raises ConfigError."""
    provider = access().oidc
    if provider is None:
        return None
    told = {
        "client_id": provider.client_id,
        "server_metadata_url": provider.server_metadata_url,
        "redirect_uri": provider.redirect_uri,
        "client_secret": secret("oidc_client_secret"),
        "cookie_secret": secret("cookie_secret", shortest=SHORTEST),
    }
    return {"auth": told}


def way_out(target: str) -> Response:
    """The way to the provider, which leads back to `target` in the end."""
    answer = RedirectResponse(f"/auth/login?provider={quote(encode_provider_token(PROVIDER))}", 303, sessions.NO_STORE)
    answer.set_cookie(NEXT, quote(target), max_age=600, httponly=True, samesite="lax", secure=access().proxy.is_https)
    return answer


def came_back(asked: HTTPConnection) -> bool:
    """Whether the browser brings an answer of the provider."""
    return access().oidc is not None and USER_COOKIE_NAME in asked.cookies


def entered(asked: HTTPConnection) -> Response:
    """The session that the provider's answer opens, or the sign-in page with one sentence."""
    browser = Browser.of(Request(asked.scope))
    try:
        answer = _enter(asked, browser)
    except StoreUnavailable:
        answer = RedirectResponse("/signin", 303, sessions.NO_STORE)
    for name in asked.cookies:
        if name.startswith((USER_COOKIE_NAME, NEXT)):
            answer.delete_cookie(name, httponly=True, samesite="lax", secure=access().proxy.is_https)
    return answer


def _enter(asked: HTTPConnection, browser: Browser) -> Response:
    provider, now = access().oidc, datetime.now(UTC)
    claims = _claims(asked.cookies)
    refused = partial(floods.note, "sign-in-failed", address=browser.address)
    if provider is None or claims is None or not use_once(queries.store(), asked.cookies[USER_COOKIE_NAME], now=now):
        refused(target="account:?", detail={"by": "oidc", "why": "stale"})
        return RedirectResponse("/signin?failed=oidc", 303, sessions.NO_STORE)
    who = person(claims, provider)
    find = claimed_account if provider.accounts == CLAIMS else known_account
    account = find(queries.store(), who, now=now) if who else None
    if account is None:
        _log.warning("oidc_without_account", subject=claims.get("sub"))
        refused(target="account:?", detail={"by": "oidc", "why": "no account"})
        return sessions.without_cookie(RedirectResponse("/signin?known=no", 303, sessions.NO_STORE))
    value = sessions.opened(account, browser, method="oidc")
    return sessions.with_cookie(whence.local(unquote(asked.cookies.get(NEXT, "/"))), value, role=account.role)


def _claims(cookies: Mapping[str, str]) -> dict[str, Any] | None:
    """The claims of a fresh answer; None for one that is altered or older than some minutes."""

    def single(name: str) -> bytes | None:
        value = cookies.get(name)
        if value is None:
            return None
        days = FRESH_S / 86_400
        return decode_signed_value(get_signing_secret(), name, value.encode("latin-1"), max_age_days=days)

    try:
        told = get_cookie_with_chunks(single, USER_COOKIE_NAME)
        found = json.loads(told) if told else None
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def person(claims: Mapping[str, Any], provider: Oidc) -> Person | None:
    """Who the claims say somebody is; None without issuer and subject, or with what no text of the store may hold.

    Where areas are claimed that cannot be read there is no role either: nobody gets the whole site by a wrong claim.
    """
    issuer, subject = claims.get("iss"), claims.get("sub")
    if not (isinstance(issuer, str) and isinstance(subject, str) and issuer and subject):
        return None
    named = _texts(claims.get(provider.role_claim))
    areas = _areas(claims.get(provider.areas_claim))
    role = next((ours for theirs, ours in provider.roles.items() if theirs in named and areas is not None), None)
    login = str(claims.get(provider.login_claim) or "").strip().lower()
    said = str(claims.get(provider.name_claim) or login)
    if not is_storable("".join((issuer, subject, login, said, *(areas or ())))):
        return None
    return Person(issuer, subject, login, in_a_line(said)[:100], role, areas or (), is_site=role in provider.site_roles)


def _areas(value: object) -> tuple[str, ...] | None:
    """The claimed areas; None where something else is claimed in their place."""
    texts = _texts(value)
    is_read = bool(texts) or not value
    return texts if is_read and all(AREA_CODE.fullmatch(one) for one in texts) else None


def _texts(value: object) -> tuple[str, ...]:
    """A claim as texts: one text, or a list of them."""
    if isinstance(value, str):
        return tuple(value.replace(",", " ").split())
    return tuple(one for one in value if isinstance(one, str)) if isinstance(value, list) else ()

"""`/signin`, `/signout`, `/signin/password`: the ways in and out, as pages of their own that need no script.

Invariant: a known and an unknown login, a locked one and a locked unknown one answer with the same words after the
same work; the password is looked at only after the attempt was counted, by at most two threads at once.
"""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from functools import cache, partial

import anyio
from anyio import CapacityLimiter, to_thread
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from cockpit import queries
from cockpit.access import current, floods, forms, oidc, passwords, sessions, signin_page, whence
from cockpit.access.sessions import Browser
from cockpit.access.signin_page import Asked
from cockpit.upload.desk import desk
from cockpit.wall import kept
from config.access import access
from config.messages import LANGUAGES, catalogue, tr
from geo import signing_in
from geo.accounts import Account, Session
from geo.errors import StoreUnavailable

SLOWED_S = 2.0
AT_ONCE = 2
PASSWORD = "/signin/password"  # noqa: S105 - an address


@cache
def _verifying() -> CapacityLimiter:
    """Comparing a password takes memory and a core: two at once, the others wait."""
    return CapacityLimiter(AT_ONCE)


@cache
def _counting() -> CapacityLimiter:
    """Sign-ins never take all connections to the database from those who are in."""
    return CapacityLimiter(4)


def _asked(request: Request, told: dict[str, str] | None = None, **more: object) -> Asked:
    source = told if told is not None else request.query_params
    lang = source.get("lang", "")
    known = lang if lang in LANGUAGES else LANGUAGES[0]
    token = forms.token(request)
    return Asked(known, token, whence.local(source.get("next")), **more)  # type: ignore[arg-type]


def _shown(markup: str, asked: Asked, *, status: int = 200) -> Response:
    answer = HTMLResponse(markup, status, signin_page.HEADERS)
    forms.keep(answer, asked.token)
    return answer


def _with(asked: Asked, key: str, **params: object) -> Asked:
    said = (tr(key, asked.lang, **params),)
    return Asked(asked.lang, asked.token, asked.next, said, is_fault=True, login=asked.login)


def _form_page(asked: Asked, *, status: int = 200) -> Response:
    """The sign-in page; while the database is down with that sentence."""
    try:
        known = sessions.accounts()
    except StoreUnavailable:
        return _shown(signin_page.sign_in(_with(asked, "signin.down")), asked, status=503)
    if not known and not asked.said:
        asked = _with(asked, "signin.no_accounts")
    demo = [one for one in known if one.is_demo] if sessions.is_demo() else []
    return _shown(signin_page.sign_in(asked, demo=demo), asked, status=status)


async def show(request: Request) -> Response:
    """The sign-in page; who is in already goes on."""

    def make() -> Response:
        asked = _asked(request)
        session = current.of_request(request)
        if session is None and _is_left_by_a_wall(request):
            target = signin_page.address(signin_page.WALL, asked)
            return sessions.without_cookie(RedirectResponse(target, 303, sessions.NO_STORE))
        if session:
            return RedirectResponse(PASSWORD if session.must_change else asked.next, 303, sessions.NO_STORE)
        said = _why(request, asked.lang)
        return _form_page(Asked(asked.lang, asked.token, asked.next, said))

    return await to_thread.run_sync(make)


def _is_left_by_a_wall(request: Request) -> bool:
    """Whether the browser was a wall that was admitted by its code and is none any more: it shows a code again."""
    token = request.cookies.get(current.cookie_name())
    try:
        return bool(token) and signing_in.is_of_paired_wall(queries.store(), token or "", now=datetime.now(UTC))
    except StoreUnavailable:
        return False


def _why(request: Request, lang: str) -> tuple[str, ...]:
    """Why the session of the browser's cookie has ended, in words; nothing for a browser that had none."""
    if request.query_params.get("out") == "1":
        return (tr("signin.ended.done", lang),)
    for name, key in (("known", "signin.no_account_for"), ("failed", "signin.oidc_failed")):
        if name in request.query_params:
            return (tr(key, lang),)
    token = request.cookies.get(current.cookie_name())
    try:
        why = signing_in.why_ended(queries.store(), token, now=datetime.now(UTC), idle=access().idle) if token else None
    except StoreUnavailable:
        return ()
    key = f"signin.ended.{why}"
    return (tr(key if key in catalogue(lang) else "signin.ended.other", lang),) if why else ()


async def enter(request: Request) -> Response:
    """Signs in with login and password, or steps into a sample account in demo mode."""
    asked = _asked(request)
    try:
        told = await forms.fields(request)
        asked = _asked(request, told, login=told.get("login", "")[: signing_in.LONGEST_LOGIN])
        if "demo" in told:
            return await to_thread.run_sync(_step_into, told["demo"], Browser.of(request), asked)
        return await _sign_in(told, Browser.of(request), asked)
    except forms.FormError as error:
        fault = _with(asked, error.key)
        return await to_thread.run_sync(partial(_form_page, fault, status=error.status))
    except StoreUnavailable:
        return _shown(signin_page.sign_in(_with(asked, "signin.down")), asked, status=503)


def _step_into(login: str, browser: Browser, asked: Asked) -> Response:
    demo = [one for one in sessions.accounts() if one.is_demo and one.login == login] if sessions.is_demo() else []
    if not demo:
        floods.note("sign-in-failed", address=browser.address, target="account:?")
        return _form_page(_with(asked, "signin.wrong"), status=401)
    return _go_on(demo[0], browser, asked, method="demo")


async def _sign_in(told: dict[str, str], browser: Browser, asked: Asked) -> Response:
    begin = partial(
        signing_in.begin_attempt, queries.store(), told.get("login", ""), address=browser.address, limits=_limits(),
        now=datetime.now(UTC),
    )  # fmt: skip
    attempt = await to_thread.run_sync(begin, limiter=_counting())
    if attempt.is_locked:
        await _note("locked", attempt)
        locked = _with(asked, "signin.locked", minutes=access().lockout.window_minutes)
        return await to_thread.run_sync(partial(_form_page, locked, status=429), limiter=_counting())
    if attempt.is_slowed:
        await anyio.sleep(SLOWED_S)
    verify = partial(passwords.is_password, attempt.password_hash, told.get("password", ""))
    is_right = await to_thread.run_sync(verify, limiter=_verifying())
    end = partial(signing_in.end_attempt, queries.store(), attempt, is_right=is_right, now=datetime.now(UTC))
    account = await to_thread.run_sync(end, limiter=_counting())
    if account is None:
        await _note("sign-in-failed", attempt)
        return await to_thread.run_sync(
            partial(_form_page, _with(asked, "signin.wrong"), status=401), limiter=_counting()
        )
    await _renew(attempt, told.get("password", ""))
    return await to_thread.run_sync(partial(_go_on, account, browser, asked, method="password"), limiter=_counting())


async def _renew(attempt: signing_in.Attempt, password: str) -> None:
    """Keeps the right password under today's hash where its hash was made with weaker settings."""
    if attempt.password_hash is None or not passwords.is_outdated(attempt.password_hash):
        return
    new = await to_thread.run_sync(passwords.hash_password, password, limiter=_verifying())
    renew = partial(signing_in.renew_hash, queries.store(), attempt, password_hash=new, now=datetime.now(UTC))
    await to_thread.run_sync(renew, limiter=_counting())


def _limits() -> signing_in.Limits:
    told = access().lockout
    return signing_in.Limits(told.window, told.account_at_address, told.address, told.account)


async def _note(action: str, attempt: signing_in.Attempt) -> None:
    """A line that names the login only where there is such an account: people type passwords into the wrong field."""
    target = f"account:{attempt.login}" if attempt.account_id else "account:?"
    note = partial(floods.note, action, address=attempt.address, target=target)
    await to_thread.run_sync(note, limiter=_counting())


def _go_on(account: Account, browser: Browser, asked: Asked, *, method: str) -> Response:
    value = sessions.opened(account, browser, method=method)
    target = signin_page.address(PASSWORD, asked) if account.must_change else signin_page.onward(asked)
    return sessions.with_cookie(target, value, role=account.role)


async def provider(request: Request) -> Response:
    """The way to the provider of OpenID Connect; the sign-in page where none is named."""
    asked = _asked(request)
    if access().oidc is None:
        return RedirectResponse("/signin", 303, sessions.NO_STORE)
    return await to_thread.run_sync(oidc.way_out, asked.next)


async def leave(request: Request) -> Response:
    """Ends the session (`all=1`: all of the account) and takes the cookie away."""

    async def make() -> Response:
        told = await forms.posted_by_us(request)
        session = await to_thread.run_sync(current.of_request, request)
        end = partial(sessions.end, Browser.of(request), why="signed-out", all_of_account=told.get("all") == "1")
        await to_thread.run_sync(kept.forget, request.cookies.get(current.cookie_name()))
        await to_thread.run_sync(end)
        if session is not None:
            await to_thread.run_sync(desk().sign_out, session.session_id)
        target = "/signin?out=1&lang=en" if told.get("lang") == "en" else "/signin?out=1"
        return sessions.without_cookie(RedirectResponse(target, 303, sessions.NO_STORE))

    return await _told(request, make)


async def show_password(request: Request) -> Response:
    """The page on which the signed-in person changes the password."""

    def make() -> Response:
        session, asked = current.of_request(request), _asked(request)
        if session is None:
            return RedirectResponse("/signin", 303, sessions.NO_STORE)
        return _password_page(session, asked)

    return await to_thread.run_sync(make)


def _password_page(session: Session, asked: Asked, *, status: int = 200) -> Response:
    named = Asked(asked.lang, asked.token, asked.next, asked.said, is_fault=asked.is_fault, login=session.viewer.name)
    return _shown(signin_page.change_password(named, is_first=session.must_change), asked, status=status)


async def change_password(request: Request) -> Response:
    """Sets the new password where the current one is right, and ends the account's other sessions."""

    async def make() -> Response:
        told = await forms.fields(request)
        asked, browser = _asked(request, told), Browser.of(request)
        session = await to_thread.run_sync(current.of_request, request)
        if session is None:
            return RedirectResponse("/signin", 303, sessions.NO_STORE)
        faults = await _faults(session, told, asked, browser)
        if faults:
            fault = Asked(asked.lang, asked.token, asked.next, faults, is_fault=True)
            return _password_page(session, fault, status=422)
        new = await to_thread.run_sync(passwords.hash_password, told["new"], limiter=_verifying())
        change = partial(
            signing_in.change_own_password, queries.store(), session, password_hash=new, now=datetime.now(UTC)
        )
        await to_thread.run_sync(change)
        return RedirectResponse(signin_page.onward(asked), 303, sessions.NO_STORE)

    return await _told(request, make)


async def _faults(session: Session, told: dict[str, str], asked: Asked, browser: Browser) -> tuple[str, ...]:
    """What speaks against the change, in words; guessing the current password counts as attempts to sign in do."""
    login, new = session.viewer.name, told.get("new", "")
    begin = partial(
        signing_in.begin_attempt,
        queries.store(),
        login,
        address=browser.address,
        limits=_limits(),
        now=datetime.now(UTC),
    )
    note = partial(floods.note, address=browser.address, target=f"account:{login}", viewer=session.viewer)
    attempt = await to_thread.run_sync(begin)
    if attempt.is_locked:
        await to_thread.run_sync(note, "locked")
        return (tr("signin.locked", asked.lang, minutes=access().lockout.window_minutes),)
    if attempt.password_hash is None:
        return (tr("signin.change.none", asked.lang),)
    verify = partial(passwords.is_password, attempt.password_hash, told.get("current", ""))
    if not await to_thread.run_sync(verify, limiter=_verifying()):
        await to_thread.run_sync(note, "sign-in-failed")
        return (tr("signin.change.wrong", asked.lang),)
    end = partial(signing_in.end_attempt, queries.store(), attempt, is_right=True, now=datetime.now(UTC))
    await to_thread.run_sync(end)
    keys = list(passwords.password_faults(new, login=login))
    if new == told.get("current", ""):
        keys.append("signin.change.same")
    if new != told.get("again", ""):
        keys.append("signin.change.differs")
    return tuple(tr(key, asked.lang) for key in keys)


async def _told(request: Request, make: Callable[[], Awaitable[Response]]) -> Response:
    """The answer, or a page that says why there is none."""
    try:
        return await make()
    except forms.FormError as error:
        asked = _with(_asked(request), error.key)
        return _shown(signin_page.sentence(asked), asked, status=error.status)
    except StoreUnavailable:
        asked = _with(_asked(request), "signin.down")
        return _shown(signin_page.sentence(asked), asked, status=503)

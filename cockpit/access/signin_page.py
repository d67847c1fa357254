"""The pages before the pages: sign in, change the password, one sentence. Plain markup that works without any script.

Invariant: whatever was typed or read passes `esc`; nothing here depends on data, only on settings and accounts.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode, urlsplit

from cockpit.markup import attributes, esc
from cockpit.tabs import TABS
from config.access import access
from config.messages import LANGUAGES, tr
from config.rights import SITE_LEVEL, rights
from config.site import site
from geo.account_rules import ROLES
from geo.accounts import Account

POLICY = "; ".join((
    "default-src 'none'",
    "style-src 'self'",
    "font-src 'self'",
    "img-src 'self'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
))  # fmt: skip
WALL = "/signin/wall"
HEADERS = {"content-security-policy": POLICY, "cache-control": "no-store"}


@dataclass(frozen=True, slots=True)
class Asked:
    """What such a page is asked with: language, where to go on to, the form's token, what to say, what was typed."""

    lang: str
    token: str
    next: str = "/"
    said: tuple[str, ...] = ()
    is_fault: bool = False
    login: str = ""

    def tr(self, key: str, **params: object) -> str:
        """The message in the language of the page, escaped."""
        return esc(tr(key, self.lang, **params))


def sign_in(asked: Asked, *, demo: Sequence[Account] = ()) -> str:
    """The sign-in page; `demo`: the sample accounts anybody may step into."""
    focus = "password" if asked.login else "login"
    fields = _field(asked, "login", "signin.login", value=asked.login, autocomplete="username", focus=focus)
    fields += _field(
        asked, "password", "signin.password", type_="password", autocomplete="current-password", focus=focus
    )
    button = f'<button class="go">{asked.tr("signin.enter")}</button>'
    form = _form(asked, "/signin", fields + button) + _provider(asked)
    if demo:
        is_open = " open" if asked.login else ""
        form = (
            f"{_demo(asked, demo)}<details{is_open}><summary>{asked.tr('signin.by_password')}</summary>{form}</details>"
        )
    form += f'<p class="quiet"><a href="{esc(address(WALL, asked))}">{asked.tr("signin.wall.link")}</a></p>'
    return _page(asked, "signin.title", form, path="/signin", style="wide" if demo else "")


def change_password(asked: Asked, *, is_first: bool) -> str:
    """The page on which the signed-in person sets a new password; `is_first`: must do so before anything else."""
    lead = f'<p class="lead">{asked.tr("signin.change.first")}</p>' if is_first else ""
    kept, new = "current-password", "new-password"
    fields = "".join((
        f'<input type="hidden" name="login" autocomplete="username" value="{esc(asked.login)}">',
        _field(asked, "current", "signin.change.current", type_="password", autocomplete=kept, focus="current"),
        _field(asked, "new", "signin.change.new", type_="password", autocomplete=new, hint="signin.change.hint"),
        _field(asked, "again", "signin.change.again", type_="password", autocomplete=new),
        f'<button class="go">{asked.tr("signin.change.save")}</button>',
    ))  # fmt: skip
    if is_first:
        back = _form(asked, "/signout", f'<button class="plain">{asked.tr("signin.menu.out")}</button>', style="quiet")
    else:
        back = f'<p class="quiet"><a href="{esc(asked.next)}">{asked.tr("signin.change.back")}</a></p>'
    body = lead + _form(asked, "/signin/password", fields) + back
    return _page(asked, "signin.change.title", body, path="/signin/password")


def sentence(asked: Asked) -> str:
    """A page that only says something."""
    back = f'<p class="quiet"><a href="/signin">{asked.tr("signin.title")}</a></p>'
    return _page(asked, "signin.title", back, path="/signin")


def nowhere(asked: Asked) -> str:
    """The page for who is signed in and asks for an address that nothing has."""
    home = "/?lang=en" if asked.lang == "en" else "/"
    back = f'<p class="quiet"><a href="{home}">{asked.tr("signin.refused.home")}</a></p>'
    return _page(asked, "signin.refused.title", back, path="/")


def _provider(asked: Asked) -> str:
    """The way to the provider of OpenID Connect, where one is named."""
    provider = access().oidc
    if provider is None:
        return ""
    name = provider.name or tr("signin.oidc_name", asked.lang)
    return f'<a class="go other" href="{esc(address("/signin/oidc", asked))}">{asked.tr("signin.oidc", name=name)}</a>'


def _demo(asked: Asked, accounts: Sequence[Account]) -> str:
    def button(account: Account) -> str:
        role = f"<b>{asked.tr(f'role.{account.role}')}</b>"
        scope, pages = _sees(asked, account)
        sees = f"<span><em>{scope}</em> {pages}</span>"
        return f'<button name="demo" value="{esc(account.login)}">{role}{sees}</button>'

    head = f'<p class="lead"><span class="mock">{asked.tr("signin.demo")}</span> {asked.tr("signin.demo_what")}</p>'
    return head + _form(
        asked,
        "/signin",
        "".join(button(one) for one in sorted(accounts, key=lambda one: ROLES.index(one.role))),
        style="demo",
    )


def _sees(asked: Asked, account: Account) -> tuple[str, str]:
    """How far a sample account sees and the pages it may open, in words."""
    level = "area" if account.areas else SITE_LEVEL
    scope = asked.tr(f"signin.demo_{account.areas[0].split(':')[0]}" if account.areas else "common.level_site")
    pages = [tab for tab in TABS if rights().allow(account.role, level, f"page.{tab.url_path}")]
    return scope, asked.tr("signin.menu.joiner").join(asked.tr(tab.title_key) for tab in pages)


def _field(
    asked: Asked, name: str, label: str, *, autocomplete: str, type_: str = "text", value: str = "", focus: str = "",
    hint: str = "",
) -> str:  # fmt: skip
    said = f'<span class="hint" id="{name}-hint">{asked.tr(hint)}</span>' if hint else ""
    plain = attributes(
        id=name, name=name, type=type_, value=value or None, autocomplete=autocomplete, maxlength=200,
        autocapitalize="none", spellcheck="false", aria_describedby=f"{name}-hint" if hint else None,
    )  # fmt: skip
    wanted = " autofocus" if focus == name else ""
    return f'<label for="{name}">{asked.tr(label)}</label><input{plain} required{wanted}>{said}'


def _form(asked: Asked, action: str, inside: str, *, style: str = "") -> str:
    kept = {"form": asked.token, "next": asked.next, "lang": asked.lang}
    hidden = "".join(f'<input type="hidden" name="{name}" value="{esc(value)}">' for name, value in kept.items())
    return f'<form method="post" action="{action}"{attributes(class_=style or None)}>{hidden}{inside}</form>'


def address(path: str, asked: Asked, *, lang: str | None = None) -> str:
    """`path` with the language and the address to go on to."""
    named = {"next": asked.next if asked.next != "/" else "", "lang": lang or asked.lang}
    kept = {name: value for name, value in named.items() if value and value != "zh"}
    return f"{path}?{urlencode(kept)}" if kept else path


def onward(asked: Asked) -> str:
    """The address to go on to, in the language of the page."""
    parts = urlsplit(asked.next)
    kept = [(name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if name != "lang"]
    kept += [("lang", asked.lang)] if asked.lang != LANGUAGES[0] else []
    return parts._replace(query=urlencode(kept)).geturl()


def _languages(asked: Asked, path: str) -> str:
    def one(lang: str) -> str:
        here = ' aria-current="true"' if lang == asked.lang else ""
        code = "zh-CN" if lang == "zh" else lang
        link = esc(address(path, asked, lang=lang))
        return f'<a href="{link}" lang="{code}"{here}>{esc(tr(f"common.lang_{lang}", lang))}</a>'

    return f'<span class="who"><span class="langs">{" / ".join(one(lang) for lang in LANGUAGES)}</span></span>'


def _page(asked: Asked, title: str, body: str, *, path: str, style: str = "") -> str:
    name = esc(site().name(asked.lang))
    said = "".join(f"<p>{esc(line)}</p>" for line in asked.said)
    role = "alert" if asked.is_fault else "status"
    notes = f'<div class="said {role}" role="{role}">{said}</div>' if said else ""
    lang = "zh-CN" if asked.lang == "zh" else asked.lang
    door = f"door {style}".strip()
    styles = "".join(f'<link rel="stylesheet" href="/app/static/{name}.css">' for name in ("desk", "signin"))
    return (
        f'<!doctype html><html lang="{lang}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f'<title>{asked.tr(title)} · {name}</title><link rel="icon" href="/favicon.png">{styles}</head>'
        f'<body><div class="stApp"><div class="picture"><nav class="nav"><span class="brand">{name}</span>'
        f'{_languages(asked, path)}</nav><main class="{door}"><h1>{asked.tr(title)}</h1>{notes}{body}'
        "</main></div></div></body></html>"
    )

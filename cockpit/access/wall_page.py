"""The page of a screen that waits to become a wall: its code, and what an administrator does with it.

Invariant: whatever was read passes `esc`; the page holds no code of its own: its script asks for it, so that opening
the page, also from elsewhere, lets nobody wait.
"""

from cockpit.access import signin_page
from cockpit.access.signin_page import WALL, Asked, address
from cockpit.markup import attributes, esc
from config.messages import LANGUAGES, tr
from config.site import site

POLICY = f"{signin_page.POLICY}; script-src 'self'; connect-src 'self'"
HEADERS = {"content-security-policy": POLICY, "cache-control": "no-store"}
EVERY_S = 3
STEPS = ("open", "enter", "done")
HOST = "[host]"


def page(asked: Asked, *, host: str) -> str:
    """The page, for a screen that reached the cockpit at `host` (name and port)."""
    name = esc(site().name(asked.lang))
    lang = "zh-CN" if asked.lang == "zh" else asked.lang
    styles = "".join(f'<link rel="stylesheet" href="/app/static/{style}.css">' for style in ("desk", "wall_code"))
    return (
        f'<!doctype html><html lang="{lang}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f'<title>{asked.tr("signin.wall.title")} · {name}</title><link rel="icon" href="/favicon.png">{styles}'
        f'<script src="/app/static/wall_code.js" defer></script></head><body><div class="stApp">'
        f"{_main(asked, name, host)}</div></body></html>"
    )


def _main(asked: Asked, name: str, host: str) -> str:
    told = attributes(
        data_ask=address(WALL, asked), data_every=EVERY_S, data_lost=_words(asked, "lost"),
        data_left=_words(asked, "left", n="{n}"), data_last=_words(asked, "last"),
    )  # fmt: skip
    where = f'<b class="host">{esc(host)}</b>'
    told_steps = (asked.tr(f"signin.wall.step_{step}", host=HOST).replace(HOST, where) for step in STEPS)
    steps = "".join(f"<li><span>{step}</span></li>" for step in told_steps)
    script = f'<noscript><p class="said">{asked.tr("signin.wall.no_script")}</p></noscript>'
    label = attributes(aria_label=_words(asked, "code_label"))
    return (
        f'<main class="ask"{told}><header><span class="site">{name}</span></header>'
        f"<section><h1>{asked.tr('signin.wall.title')}</h1>"
        f'<p class="code"{label} role="status"><b class="figure">&nbsp;</b></p>'
        f'<p class="left">&nbsp;</p>{script}<p class="said" role="alert" hidden></p><ol>{steps}</ol></section>'
        f"<footer>{_by_password(asked)}{_languages(asked)}</footer></main>"
    )


def _words(asked: Asked, key: str, **params: object) -> str:
    return tr(f"signin.wall.{key}", asked.lang, **params)


def _by_password(asked: Asked) -> str:
    link = esc(address("/signin", asked))
    return f'<a href="{link}">{asked.tr("signin.wall.by_password")}</a>'


def _languages(asked: Asked) -> str:
    other = next(lang for lang in LANGUAGES if lang != asked.lang)
    code = "zh-CN" if other == "zh" else other
    link = esc(address(WALL, asked, lang=other))
    return f'<a href="{link}" lang="{code}">{esc(tr(f"common.lang_{other}", other))}</a>'

"""The look of the desk pages: the stylesheet with its tokens, the top bar, page heads, level marks.

Invariant: warning colours stand on warnings only, and never without their shape and a word.
"""

from collections.abc import Sequence
from urllib.parse import urlencode

import streamlit as st

from cockpit import formats, matrix_way
from cockpit.access.demo import demo_badge
from cockpit.context import View
from cockpit.picture import STATIC, esc, picture
from cockpit.tabs import Tab
from geo.accounts import Session
from geo.viewer import SITE

DEMO = "demo"
"""How a session of a sample account was opened."""
SHAPES = {
    "red": "M8,2L14.6,13.2L1.4,13.2Z",
    "orange": "M8,1L15,8L8,15L1,8Z",
    "yellow": "M2.6,2.6h10.8v10.8h-10.8Z",
    "blue": "M8,2a6,6 0 1 1 0,12a6,6 0 1 1 0,-12Z",
}


def apply() -> None:
    """Puts the desk theme on this run's page."""
    st.html(STATIC / "desk.css")


def level_icon(level: str, size: int = 18) -> str:
    """The mark of a warning level (red, orange, yellow, blue): the sharper, the more urgent."""
    path = f'<path class="lv {level}" d="{SHAPES[level]}"/>'
    return f'<svg class="ic" width="{size}" height="{size}" viewBox="0 0 16 16" aria-hidden="true">{path}</svg>'


def top_bar(view: View, *, tabs: Sequence[Tab], current: str, session: Session | None) -> str | None:
    """Draws the navigation and who is signed in; returns the url_path of the page just asked for, else None."""
    links = "".join(_tab(view, tab, is_current=tab.url_path == current) for tab in tabs)
    badge = ""
    if view.is_simulated:
        tip, word = esc(view.tr("common.simulated_tip")), esc(view.tr("common.simulated"))
        badge = f'<span class="mock" data-tip="{tip}">{word}</span>'
    badge += demo_badge(view)
    brand = f'<span class="brand">{esc(view.site.name(view.lang))}</span>'
    who = f'<span class="who">{badge}{_clock(view)}{_languages(view)}{_account(view, session)}</span>'
    markup = f'<nav class="nav" aria-label="{esc(view.tr("common.nav"))}">{brand}{links}{who}</nav>'
    return picture(markup, key="top_bar", lang=view.lang)


def _clock(view: View) -> str:
    """The moment of the page; while a replay moves it, in a box that says so."""
    if view.replay is None:
        time = esc(formats.clock(view.clock.at, zone=view.site.zone, lang=view.lang))
        return f'<span data-tip="{esc(view.tr("common.clock_tip"))}">{time}</span>'
    word = view.tr("common.replay", speed=formats.number(view.replay.speed), time=f"{view.now:%Y-%m-%d %H:%M}")
    tip = view.tr("common.replay_tip", source=view.replay.source)
    return f'<span class="mock replay" role="status" data-tip="{esc(tip)}">{esc(word)}</span>'


def _tab(view: View, tab: Tab, *, is_current: bool) -> str:
    kept = "?" + urlencode(matrix_way.params(view)) if tab.url_path == "assessment" else view.common_link()
    address = esc(f"./{tab.url_path}{kept.rstrip('?')}")
    current = ' aria-current="page"' if is_current else ""
    return f'<a href="{address}" data-go="{esc(tab.url_path)}"{current}>{esc(view.tr(tab.title_key))}</a>'


def _languages(view: View) -> str:
    def one(lang: str, code: str) -> str:
        link = esc(view.link({"lang": None if lang == "zh" else lang}))
        current = ' aria-current="true"' if lang == view.lang else ""
        return f'<a href="{link}" data-go="{link}" lang="{code}"{current}>{esc(view.tr(f"common.lang_{lang}"))}</a>'

    label = esc(view.tr("common.language"))
    return f'<span class="langs" role="group" aria-label="{label}">{one("zh", "zh-CN")} / {one("en", "en")}</span>'


def _account(view: View, session: Session | None) -> str:
    """Who is signed in, as a menu that opens without a script: password, signing out."""
    if session is None:
        return ""
    role = view.tr(f"role.{session.viewer.role}")
    name, second, style, facts = session.display_name, role, "menu", f"{role} · {_areas(view)}"
    if session.method == DEMO:
        name, second, style, facts = role, view.tr("signin.menu.switch"), "menu demo", _areas(view)
    kept = urlencode({"next": "/" + view.common_link(), "lang": view.lang})
    password = ""
    if session.method == "password":
        password = f'<a href="/signin/password?{esc(kept)}" target="_top">{esc(view.tr("signin.menu.password"))}</a>'
    inside = (
        f"<p><b>{esc(name)}</b><span>{esc(session.viewer.name)}</span></p>"
        f"<p><span>{esc(facts)}</span></p>{password}{_ways_out(view, session)}"
    )
    label, shown = esc(view.tr("signin.menu.label")), esc(name)
    return (
        f'<details class="{style}"><summary aria-label="{label}: {shown}"><span class="me">{shown}</span>'
        f'<span class="i3">{esc(second)}</span></summary><div class="sheet">{inside}</div></details>'
    )


def _ways_out(view: View, session: Session) -> str:
    """Signing out here or everywhere; out of a sample account the way leads to the others."""
    if session.method == DEMO:
        return sign_out(view, "signin.menu.switch_to", all_="")
    return sign_out(view, "signin.menu.out", all_="") + sign_out(view, "signin.menu.out_all", all_="1")


def sign_out(view: View, key: str, *, all_: str) -> str:
    """The way out as markup that needs no script; `key` is its word, `all_` "1" for every session of the account."""
    word = view.tr(key)
    hidden = (
        f'<input type="hidden" name="all" value="{all_}"><input type="hidden" name="lang" value="{esc(view.lang)}">'
    )
    return f'<form method="post" action="/signout" target="_top">{hidden}<button>{esc(word)}</button></form>'


def _areas(view: View) -> str:
    """The areas of who looks, in words: the whole site, one or two names, or the first and how many."""
    if view.viewer.level == SITE:
        return view.tr("common.level_site")
    names = sorted({area.name for area in view.areas if area.area_id in view.viewer.area_ids})
    if not names:
        return view.tr("signin.menu.no_areas")
    if len(names) <= 2:
        return view.tr("signin.menu.joiner").join(names)
    return view.tr("signin.menu.areas", first=names[0], n=len(names))


def page_head(view: View, *, sentence: str, lead: str = "", level: str | None = None, key: str = "head") -> None:
    """The head of a page: what is the matter in one sentence (with the mark of its level), a second line, notes."""
    icon = level_icon(level, 20) if level else ""
    notes = "".join(
        f'<p class="note" role="status">{esc(formats.spaced(note.text(view.lang)))}</p>' for note in view.notes
    )
    second = f'<p class="lead">{esc(lead)}</p>' if lead else ""
    picture(f'<header class="top"><h1>{icon}{esc(sentence)}</h1>{second}</header>{notes}', key=key)

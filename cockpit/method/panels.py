"""The page of definitions: a field that searches as one types, the rules, then every definition with its anchor.

Invariant: what stands here is what figures are counted by; with an error in a definition file nothing is shown.
"""

from urllib.parse import urlencode

import streamlit as st

from cockpit import printed
from cockpit.context import View
from cockpit.markup import attributes, esc
from cockpit.method import quality_card, words
from cockpit.picture import STATIC, picture
from cockpit.theme import page_head
from config.indicators import Indicator, indicators
from config.slots import Slot


def apply_style() -> None:
    """Puts the page's stylesheet on this run."""
    st.html(STATIC / "method.css")
    printed.apply_style()


def head(view: View) -> None:
    """The head of the page; raises config.reader.ConfigError."""
    known = indicators()
    words.empty_places()
    words.searched_quality()
    assessable = sum(1 for each in known if each.is_assessable)
    page_head(
        view,
        sentence=view.tr("method.sentence", n=len(known), assessable=assessable),
        lead=view.tr("method.lead"),
    )


def show(view: View) -> None:
    """The search, the rules, the definitions, the empty places: one picture, so that the search sees all of it."""
    printed.foot(view, (view.tr("method.page"),))
    parts = [_bar(view), '<div class="me-all" id="definitions">', _rules(view)]
    for name, found in words.groups():
        unit = view.tr("method.group_unit", n=len(found))
        body = "".join(_card(view, each) for each in found)
        parts.append(_section(f"group-{name}", view.tr(f"method.group_{name}"), unit, body))
    title, unit = view.tr("method.group_data"), view.tr("method.group_data_unit")
    parts.append(_section("group-data", title, unit, quality_card.card(view)))
    places = words.empty_places()
    if places:
        body = "".join(_slot(view, slot) for slot in places)
        parts.append(_section("group-slots", view.tr("method.slots_title"), view.tr("method.slots_unit"), body))
    parts.append(f'<p class="empty" data-none hidden>{esc(view.tr("method.search_none"))}</p></div>')
    picture("".join(parts), key="method")


def _bar(view: View) -> str:
    known = attributes(
        type="search",
        class_="me-search",
        data_filter="definitions",
        data_found=view.tr("method.search_found", n="{n}"),
        value=view.params.get("q", ""),
        placeholder=view.tr("method.search"),
        aria_label=view.tr("method.search_label"),
        autocomplete="off",
    )
    names = [("rules", view.tr("method.rules_title"))]
    names += [(f"group-{name}", view.tr(f"method.group_{name}")) for name in words.GROUPS]
    names.append(("group-data", view.tr("method.group_data")))
    names += [("group-slots", view.tr("method.slots_title"))] if words.empty_places() else []
    ways = "".join(f"<a{attributes(href=f'#{anchor}', class_='crumb')}>{esc(name)}</a>" for anchor, name in names)
    label = attributes(aria_label=view.tr("method.contents"))
    printing = attributes(type="button", class_="btn s", data_print="1")
    return (
        f'<div class="filters me-bar"><input{known}>{_uses(view)}<span class="me-count" role="status"></span>'
        f"<nav{label}>{ways}</nav><button{printing}>{esc(view.tr('assessment.print'))}</button></div>"
    )


def _uses(view: View) -> str:
    """Buttons that leave what may be assessed, or what is for reference only."""
    chips = "".join(
        f"<button{attributes(type='button', class_='chip', data_only=use, aria_pressed='false')}>"
        f"{esc(view.tr(f'method.only_{use}'))}</button>"
        for use in ("assessable", "reference")
    )
    return f'<span class="group"{attributes(role="group", aria_label=view.tr("method.use"))}>{chips}</span>'


def _section(anchor: str, title: str, unit: str, body: str) -> str:
    head = f'<h2 class="sec" id="{esc(anchor)}"><b>{esc(title)}</b><span class="unit">{esc(unit)}</span></h2>'
    return f'<section data-words-group>{head}<div class="me-cards">{body}</div></section>'


def _rules(view: View) -> str:
    body = "".join(
        f"<div{attributes(class_='me-rule', data_words=words.searched_rule(name))}>"
        f"<h3>{esc(title)}</h3><p>{esc(text)}</p></div>"
        for name, (title, text) in zip(words.RULES, words.rules(view.lang), strict=True)
    )
    return _section("rules", view.tr("method.rules_title"), view.tr("method.rules_unit"), body)


def _card(view: View, each: Indicator) -> str:
    facts = "".join(f"<dt>{esc(fact.label)}</dt><dd>{esc(fact.text)}</dd>" for fact in words.facts(each, view.lang))
    kept = {"lang": view.lang} if view.lang != "zh" else {}
    address = f"./indicator?{urlencode({'kpi': each.slug} | kept)}"
    way = f"<a{attributes(href=address)}>{esc(view.tr('method.to_figure'))} →</a>"
    other = each.name("zh" if view.lang == "en" else "en")
    style = "me-card" if each.is_assessable else "me-card ref"
    use = "assessable" if each.is_assessable else "reference"
    known = attributes(class_=style, id=each.slug, data_words=words.searched(each), data_use=use, tabindex="-1")
    name = f"<a{attributes(href=f'#{each.slug}', class_='me-name')}>{esc(each.name(view.lang))}</a>"
    return (
        f"<article{known}><h3><span>{esc(each.id)}</span> {name}</h3>"
        f'<p class="me-other"><span>{esc(other)}</span><code>{esc(each.slug)}</code>{way}</p><dl>{facts}</dl></article>'
    )


def _slot(view: View, slot: Slot) -> str:
    known = attributes(class_="me-card ref", id=slot.id, data_words=words.searched_slot(slot), tabindex="-1")
    needs = view.tr("method.needs", needs=slot.needs(view.lang))
    return (
        f"<article{known}><h3><span>{esc(slot.id)}</span> {esc(slot.name(view.lang))}</h3>"
        f"<p>{esc(slot.formula(view.lang))}</p><p>{esc(needs)}</p></article>"
    )

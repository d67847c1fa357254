"""The panels of the audit page: its sentence, what was refused, the chain, what was done, every line.

Invariant: whatever a line says is text; a line that was emptied as the law allows says so and stays in its place.
"""

import time

import streamlit as st

from cockpit import exports, formats
from cockpit.audit import computed as asking
from cockpit.audit import words
from cockpit.audit.computed import PERIODS, AuditView
from cockpit.markup import attributes, esc
from cockpit.panels import Empty
from cockpit.picture import STATIC, picture
from cockpit.theme import page_head
from geo.audit_trail import RESULTS, ActionCount

_CHECKED = "cockpit_audit_checked"
VERIFY = "verify"
SHOWN_REFUSED = 6
OTHER = {"below": None, "line": None}


def apply_style() -> None:
    """Puts the page's stylesheets on this run."""
    st.html(STATIC / "data.css")
    st.html(STATIC / "audit.css")


def period_words(audit: AuditView) -> str:
    """The period in words."""
    if audit.period == "own" and audit.days:
        first, end = audit.days
        return audit.view.tr("audit.period_own", start=first.isoformat(), end=end.isoformat())
    return audit.view.tr(f"audit.period_{audit.period}")


def head(audit: AuditView) -> None:
    """The computed sentence with the state of the chain, or why nothing is shown; below it what was refused."""
    tr = audit.view.tr
    if audit.fault:
        page_head(
            audit.view, sentence=tr("audit.unwritable_sentence" if audit.is_unwritable else "audit.down_sentence")
        )
        return
    refused = sum(count.lines for count in audit.refused)
    key = "sentence" if refused else "sentence_quiet" if audit.found else "sentence_none"
    said = tr(
        f"audit.{key}", period=period_words(audit), n=formats.number(audit.found), refused=formats.number(refused)
    )
    page_head(audit.view, sentence=said, lead=_lead(audit))
    picture(filter_markup(audit) + _strip(audit), key="audit_filters")


def _lead(audit: AuditView) -> str:
    if audit.check is None:
        return audit.view.tr("audit.lead_never")
    key = "audit.lead_holds" if audit.check.result == "ok" else "audit.lead_broken"
    return audit.view.tr(key, age=words.moment(audit.view, audit.check.recorded_at), viewer=audit.check.viewer)


def _strip(audit: AuditView) -> str:
    tr = audit.view.tr
    if not audit.refused:
        return f'<div class="filters"><span class="i2">{esc(tr("audit.refused_none"))}</span></div>'
    chips = "".join(_refused(audit, count) for count in audit.refused[:SHOWN_REFUSED])
    return f'<div class="filters"><span class="i2">{esc(tr("audit.refused_strip"))}</span>{chips}</div>'


def _refused(audit: AuditView, count: ActionCount) -> str:
    view, is_on = audit.view, (audit.query.action, audit.query.result) == (count.action, count.result)
    label = view.tr(
        "audit.refused_chip", action=words.action_word(count.action, view.lang), n=formats.number(count.lines)
    )
    link = view.link({**OTHER, "action": None if is_on else count.action, "result": None if is_on else count.result})
    return (
        f'<a class="chip"{attributes(href=link, data_go=link, aria_current="true" if is_on else None)}>{esc(label)}</a>'
    )


# ---------------------------------------------------------------- the chain


def draw_chain(audit: AuditView) -> Empty | None:
    """Whether the chain holds, since when that is known, its newest line, and the button that checks it now."""
    audit.known()
    view, tr = audit.view, audit.view.tr
    slot = st.empty()
    checked = st.session_state.pop(_CHECKED, None)
    state = "never" if audit.check is None else "holds" if audit.check.result == "ok" else "broken"
    facts = []
    if audit.check:
        facts = [
            ("chain_last", words.moment(view, audit.check.recorded_at), words.exact(view, audit.check.recorded_at)),
            ("chain_by", audit.check.viewer, None),
        ]
    if audit.head:
        facts += [
            ("chain_head", formats.number(audit.head.seq), None),
            ("chain_hash", audit.head.chain_hash[:16], f"{audit.head.noted}\n{tr('audit.chain_note')}"),
        ]
    cells = "".join(
        f"<div><dt>{esc(tr(f'audit.{name}'))}</dt>"
        f"<dd{attributes(data_tip=tip, tabindex=0 if tip else None)}>{esc(value)}</dd></div>"
        for name, value, tip in facts
    )
    broken = f'<p class="a-why">{esc(_why(audit))}</p>' if state == "broken" else ""
    now = f'<p class="a-now">{esc(checked)}</p>' if checked else ""
    button = f'<button type="button" class="btn s"{attributes(data_go=VERIFY)}>{esc(tr("audit.chain_verify"))}</button>'
    line = f'<p class="a-state {state}"><b>{esc(tr(f"audit.chain_{state}"))}</b>{button}</p>'
    with slot:
        clicked = picture(f'{line}{broken}{now}<dl class="d-facts a-facts">{cells}</dl>', key="audit_chain")
    if clicked == VERIFY:
        _verify(audit)
    return None


def _why(audit: AuditView) -> str:
    detail = audit.check.detail if audit.check else {}
    kind = detail.get("kind")
    return audit.view.tr(f"audit.broken_{kind}", seq=detail.get("broken_at")) if kind else ""


def _verify(audit: AuditView) -> None:
    started = time.monotonic()
    with st.spinner(audit.view.tr("audit.chain_verifying")):
        found = asking.verify(audit)
    seconds = formats.number(time.monotonic() - started, digits=1)
    lines, stubs = formats.number(found.lines), formats.number(found.stubs)
    if found.holds:
        st.session_state[_CHECKED] = audit.view.tr("audit.chain_now", lines=lines, stubs=stubs, seconds=seconds)
    st.rerun()


# ---------------------------------------------------------------- what was done


def counts_unit(audit: AuditView) -> str:
    """The period, and that these are lines."""
    return audit.view.tr("audit.counts_unit", period=period_words(audit))


def draw_counts(audit: AuditView) -> Empty | None:
    """A bar an action, the most frequent first; a click shows its lines."""
    audit.known()
    by_action: dict[str, int] = {}
    for count in audit.counts:
        by_action[count.action] = by_action.get(count.action, 0) + count.lines
    if not by_action:
        return Empty(audit.view.tr("audit.counts_none"))
    most = max(by_action.values())
    ordered = sorted(by_action.items(), key=lambda item: (-item[1], item[0]))
    body = "".join(_count(audit, action, n, most=most) for action, n in ordered)
    picture(f'<ul class="a-counts">{body}</ul>', key="audit_counts")
    return None


def _count(audit: AuditView, action: str, n: int, *, most: int) -> str:
    view, is_on = audit.view, audit.query.action == action
    link = view.link({**OTHER, "action": None if is_on else action})
    known = attributes(href=link, data_go=link, aria_current="true" if is_on else None)
    return (
        f'<li><a{known}><span class="d-n">{esc(formats.number(n))}</span>'
        f'<span class="d-len"><i style="width:{max(1.5, n / most * 100):.1f}%"></i></span>'
        f"<span>{esc(words.action_word(action, view.lang))}</span></a></li>"
    )


# ---------------------------------------------------------------- filters


def filter_markup(audit: AuditView) -> str:
    """Period, person, action and result in the URL, and the way to take the lines home."""
    view, tr, query = audit.view, audit.view.tr, audit.query
    chips = "".join(_period(audit, name) for name in PERIODS)
    if audit.period == "own":
        chips += f'<span class="chip" aria-current="true">{esc(period_words(audit))}</span>'
    people = [("", tr("audit.all_people")), *((name, name) for name in audit.people)]
    codes = dict.fromkeys(count.action for count in audit.counts)
    named = sorted((words.action_word(code, view.lang), code) for code in codes)
    actions = [("", tr("audit.all_actions")), *((code, word) for word, code in named)]
    results = [("", tr("audit.all_results")), *((code, words.result_word(code, view.lang)) for code in RESULTS)]
    parts = (
        f'<span class="group">{chips}</span>'
        + _select(audit, "who", people, query.viewer, label="person_label")
        + _select(audit, "action", actions, query.action, label="action_label")
        + _select(audit, "result", results, query.result, label="result_label")
    )
    taken = exports.link(view, "audit.csv", tr("audit.download"), changes=OTHER)
    bar = f'<div class="filters"{attributes(role="group", aria_label=tr("common.filters"))}>{parts}</div>'
    return f'<div class="a-bar">{bar}{taken}</div>'


def _period(audit: AuditView, name: str) -> str:
    link = audit.view.link({**OTHER, "period": name, "from": None, "to": None})
    known = attributes(href=link, data_go=link, aria_current="true" if name == audit.period else None)
    return f'<a class="chip"{known}>{esc(audit.view.tr(f"audit.period_{name}_chip"))}</a>'


def _select(audit: AuditView, name: str, options: list[tuple[str, str]], chosen: str | None, *, label: str) -> str:
    listed = "".join(
        f"<option{attributes(value=audit.view.link({**OTHER, name: value or None}))}"
        f"{' selected' if value == (chosen or '') else ''}>{esc(word)}</option>"
        for value, word in options
    )
    return f"<select data-choose{attributes(aria_label=audit.view.tr(f'audit.{label}'))}>{listed}</select>"

"""What a page does about who looks: notices that the session ended, and refuses what the role may not open.

Invariant: a page of a session that does not hold draws nothing but the way to the sign-in page; a page that does not
exist and one that may not be opened look the same.
"""

import re
from urllib.parse import urlencode

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from cockpit.access import current, floods
from cockpit.access.sessions import end_changed
from cockpit.context import View
from cockpit.picture import esc, picture
from geo.viewer import NOBODY, Viewer

DRAWN_BY_ITSELF = "cockpit_drawn_by_itself"
"""Where a page's state says that it asked for its next run itself."""
_GO = "cockpit_go"
_NAME = "cockpit_page_name"
_WHO = "cockpit_who"
_REFUSED = "cockpit_refused"
_POSSIBLE = re.compile(r"[\w-]{1,64}", re.ASCII)


def begin_run() -> current.Found:
    """Whose run this is; one that the page asked for itself is no use of the session."""
    st.session_state[current.BY_ITSELF] = st.session_state.pop(DRAWN_BY_ITSELF, False)
    return current.found_by_page()


def still_holds(viewer: Viewer) -> bool:
    """Whether the page's session is still the one it was drawn for; looking is no use of it."""
    st.session_state[current.BY_ITSELF] = True
    found = current.of_page()
    st.session_state[current.BY_ITSELF] = False
    return (found is None and viewer == NOBODY) or current.viewer_of(found) == viewer


def goes_on(found: current.Found) -> bool:
    """Whether this run may draw; if not the page has been cleared and the browser goes to the sign-in page."""
    session = found.session
    if session.must_change if session else not found.is_down:
        picture("", key="leave", leave=_sign_in())
        return False
    if session is None:
        return True
    who = (session.viewer.account_id, session.viewer.unnamed)
    known = st.session_state.get(_WHO, who)
    if known == who:
        st.session_state[_WHO] = who
        return True
    if known[0] == who[0]:
        end_changed(session)  # another role or other areas: begins anew with those
    st.session_state.clear()
    picture("", key="leave", leave=_sign_in())
    return False


def _sign_in() -> str:
    """The sign-in page, which says why and leads back to this page."""
    name = asked_page()
    query = urlencode(st.query_params.to_dict())
    path = f"/{name}" + (f"?{query}" if query else "")
    named = {} if path == "/" else {"next": path}
    if st.query_params.get("lang") == "en":
        named["lang"] = "en"
    return f"/signin?{urlencode(named)}" if named else "/signin"


def tab() -> str:
    """The number that Streamlit gave to the page that runs now; a page opened or loaded again has another one."""
    context = get_script_run_ctx()
    return context.session_id if context else ""


def asked_page() -> str:
    """The name of the page that the browser asks for by address, "" for the first page or a name that can be none."""
    context = get_script_run_ctx()
    manager = context.pages_manager if context else None
    name = (manager.intended_page_name if manager else "") or ""
    if name:
        st.session_state[_NAME] = name
    elif manager and manager.intended_page_script_hash:
        name = st.session_state.get(_NAME, "")
    return name if _POSSIBLE.fullmatch(name) else ""


def asked_elsewhere() -> str | None:
    """The page that the refusal page was left for, once."""
    found: str | None = st.session_state.pop(_GO, None)
    return found


def refuse(view: View, name: str, *, first: tuple[str, str] | None) -> None:
    """The page that says that `name` is not for this viewer; `first`: name and title of the own first page.

    One line of the audit trail an opening.
    """
    if st.session_state.get(_REFUSED) != name:
        st.session_state[_REFUSED] = name
        floods.note("refused", address=view.viewer.address, target=f"page:{name}", viewer=view.viewer)
    role = view.tr(f"role.{view.viewer.role or 'nobody'}")
    heading = view.tr("signin.refused.title" if name else "signin.refused.no_pages")
    lead = esc(view.tr("signin.refused.lead", role=role))
    back = ""
    if first:
        words = esc(view.tr("signin.refused.first", page=first[1]))
        link = f'href="./{esc(view.common_link())}" data-go="{esc(first[0])}"'
        back = f'<p><a class="btn" {link}>{words}</a></p>'
    markup = f'<div class="refusal"><h1>{esc(heading)}</h1><p class="lead">{lead}</p>{back}</div>'
    if picture(markup, key="refused") and first:
        st.session_state[_GO] = first[0]
        st.rerun()


def forget_refusal() -> None:
    """The page that was opened is allowed; a refusal after it is a new one."""
    st.session_state.pop(_REFUSED, None)

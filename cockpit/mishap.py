"""What stands where a page cannot be drawn: which configuration file is wrong and how; as the last resort, for a page
that raises, one sentence on the page, the places in the log, the same number on both.

Invariant: no message of any other exception reaches a page or the log, since it may hold values of rows; the log has
the kinds of exception and the places in the code.
"""

import logging
import secrets
import traceback
from collections.abc import Iterator
from pathlib import Path

import streamlit as st
import structlog

from cockpit.context import View
from cockpit.picture import esc, picture
from cockpit.theme import page_head
from config.definition_faults import DefinitionError
from config.messages import tr
from config.reader import ConfigError

_LOGGER_OF_STREAMLIT, _ITS_WORDS = "streamlit.error_util", "Uncaught app execution"
_MOST_PLACES = 20
_HERE = Path(__file__).parent.parent
_log = structlog.get_logger()


def tell(fault: Exception) -> bool:
    """Logs the fault and says on the page that runs that it is not complete; True: nothing else need say so."""
    reference = note(fault)
    lang = "en" if st.query_params.get("lang") == "en" else "zh"
    title = tr("common.mishap", lang)
    lead = tr("common.mishap_lead", lang, reference=reference)
    markup = f'<div class="mishap" role="alert"><p><b>{esc(title)}</b> {esc(lead)}</p></div>'
    picture(markup, key=f"mishap-{reference}")
    return True


def note(fault: Exception) -> str:
    """Logs the fault and returns the number under which the log has it."""
    reference = secrets.token_hex(4)
    _log.error("page_failed", reference=reference, faults=_kinds(fault), places=_places(fault))
    return reference


def misconfigured(view: View, fault: ConfigError) -> None:
    """In place of the page: which file is wrong, in which line, how, and what to do."""
    is_definition = isinstance(fault, DefinitionError)
    title = view.tr("definition.title" if is_definition else "definition.title_other")
    page_head(view, sentence=title, lead=view.tr("definition.lead"), key="misconfigured")
    lines = "".join(f"<li>{esc(line)}</li>" for line in fault.message(view.lang, is_public=True).splitlines())
    picture(f'<ul class="wrong">{lines}</ul>', key="misconfigured_faults")


def keep_streamlit_silent() -> None:
    """Streamlit would write each such exception with its message to standard error: `tell` logs it instead."""
    logging.getLogger(_LOGGER_OF_STREAMLIT).addFilter(_is_not_ours)


def _is_not_ours(record: logging.LogRecord) -> bool:
    return record.msg != _ITS_WORDS


def _chain(fault: BaseException) -> Iterator[BaseException]:
    """The fault, then what it came from."""
    seen: set[int] = set()
    found: BaseException | None = fault
    while found is not None and id(found) not in seen:
        seen.add(id(found))
        yield found
        found = found.__cause__ or found.__context__


def _kinds(fault: BaseException) -> list[str]:
    return [f"{type(one).__module__}.{type(one).__qualname__}" for one in _chain(fault)]


def _places(fault: BaseException) -> list[str]:
    """Where in the program it was raised, the innermost place last."""
    root = list(_chain(fault))[-1]
    frames = traceback.extract_tb(fault.__traceback__) + (
        traceback.extract_tb(root.__traceback__) if root is not fault else []
    )
    return [f"{_short(frame.filename)}:{frame.lineno} {frame.name}" for frame in frames][-_MOST_PLACES:]


def _short(name: str) -> str:
    path = Path(name)
    return str(path.relative_to(_HERE)) if path.is_relative_to(_HERE) else path.name

"""The words for the codes of the audit trail, and for the moments and contents of its lines.

Invariant: a code without words shows as itself, never as nothing; plain text comes out, markup escapes it.
"""

from collections.abc import Mapping
from datetime import datetime

import orjson

from cockpit.context import View
from cockpit.tabs import TABS
from config.messages import catalogue, tr
from geo.audit_trail import AuditLine


def action_word(code: str, lang: str) -> str:
    """What an action is called; the code itself where the catalogue has no words for it."""
    return catalogue(lang).get(f"audit.action_{code.replace('-', '_')}", code)


def result_word(code: str, lang: str) -> str:
    """ok, refused, failed in words."""
    return tr(f"audit.result_{code}", lang)


def role_word(code: str | None, lang: str) -> str:
    """What a role is called; empty for none."""
    return catalogue(lang).get(f"role.{code}", code) if code else ""


def who(line: AuditLine, lang: str) -> str:
    """The login of who did it; in words for nobody."""
    return line.viewer or ("" if line.purged_at else tr("audit.nobody", lang))


def target(view: View, named: str) -> str:
    """What was touched, in words where its kind is known: 第 7 批, 账号 zhang; else as it was written."""
    kind, _, key = named.partition(":")
    if kind == "page":
        key = next((view.tr(tab.title_key) for tab in TABS if tab.url_path == key), key)
    words = catalogue(view.lang).get(f"audit.target_{kind.replace('.', '_')}")
    return words.format(key=key) if words else named


def moment(view: View, value: datetime) -> str:
    """A moment to the second in the site's time zone, without the year where it is this one."""
    there, now = value.astimezone(view.site.zone), datetime.now(view.site.zone)
    return f"{there:%m-%d %H:%M:%S}" if there.year == now.year else f"{there:%Y-%m-%d %H:%M:%S}"


def exact(view: View, value: datetime) -> str:
    """A moment to the second with the zone's difference to UTC."""
    return f"{value.astimezone(view.site.zone):%Y-%m-%d %H:%M:%S %z}"


def detail(values: Mapping[str, object]) -> str:
    """The details of a line on one line each, as they were written."""
    return "\n".join(
        f"{name}: {value if isinstance(value, str) else orjson.dumps(value).decode()}"
        for name, value in values.items()
        if value is not None
    )


def kept(line: AuditLine, lang: str) -> str:
    """How long the content is kept at least."""
    return tr("audit.kept_sensitive" if line.is_sensitive else "audit.kept_normal", lang)

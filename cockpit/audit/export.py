"""The lines of the audit page as a file: the filters of the page, every line of them."""

from cockpit import queries
from cockpit.audit import words
from cockpit.audit.computed import AuditView, open_audit
from cockpit.audit.panels import period_words
from cockpit.context import View
from cockpit.exports import Export
from geo import audit_trail
from geo.audit_trail import NEWEST, AuditLine

COLUMNS = (
    "seq", "recorded_at", "occurred_at", "viewer", "role", "account_id", "action", "target", "address", "result",
    "purpose", "detail", "row_ids", "kept", "purged_at", "content_hash", "chain_hash",
)  # fmt: skip


def export(view: View) -> Export | None:
    """All lines that the page's filters find, as they come; raises StoreUnavailable."""
    audit = open_audit(view, None)
    audit.known()
    query = audit_trail.whole(audit.query, below=NEWEST)
    rows = audit_trail.lines_streamed(queries.store(), view.viewer, view.clock, query=query)
    found = next(rows)
    return Export(
        action="export-audit",
        target="ops.audit",
        name=view.tr("audit.download_name"),
        headings=[view.tr(f"audit.column_{name}") for name in COLUMNS],
        lines=(_line(view, line) for line, _ in rows if line is not None),
        found=found[1],
        filters=_filters(audit),
        detail=query.told,
        is_sensitive=True,
        close=rows.close,
    )


def _line(view: View, line: AuditLine) -> list[object]:
    lang = view.lang
    words_of = {
        "recorded_at": words.exact(view, line.recorded_at),
        "occurred_at": words.exact(view, line.occurred_at),
        "viewer": words.who(line, lang),
        "role": words.role_word(line.role, lang),
        "action": words.action_word(line.action, lang) if line.action else view.tr("audit.stub"),
        "result": words.result_word(line.result, lang),
        "detail": words.detail(line.detail),
        "row_ids": " ".join(line.row_ids),
        "kept": words.kept(line, lang),
        "purged_at": words.exact(view, line.purged_at) if line.purged_at else "",
    }
    return [words_of[name] if name in words_of else getattr(line, name) for name in COLUMNS]


def _filters(audit: AuditView) -> list[tuple[str, str]]:
    tr, query, lang = audit.view.tr, audit.query, audit.view.lang
    return [
        (tr("audit.period_label"), period_words(audit)),
        (tr("audit.person_label"), query.viewer or ""),
        (tr("audit.action_label"), words.action_word(query.action, lang) if query.action else ""),
        (tr("audit.result_label"), words.result_word(query.result, lang) if query.result else ""),
    ]

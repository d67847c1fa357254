"""Every line of the audit trail, the newest first; a click opens all that it says.

Invariant: pages follow each other by the lines' numbers, so that a million lines page as fast as a hundred and a line
written meanwhile moves none of them.
"""

from cockpit import formats
from cockpit.audit import computed as asking
from cockpit.audit import words
from cockpit.audit.computed import AuditView
from cockpit.markup import attributes, esc
from cockpit.panels import Empty
from cockpit.picture import picture
from geo.audit_trail import NEWEST, AuditLine

COLUMNS = ("recorded_at", "viewer", "action", "target", "address", "result", "purpose", "seq")
FACTS = ("recorded_at", "occurred_at", "viewer", "role", "account_id", "action", "target", "address", "result",
         "purpose", "row_ids", "kept", "purged_at", "content_hash", "chain_hash")  # fmt: skip


def draw(audit: AuditView) -> Empty | None:
    """The page of lines that the filters find."""
    audit.known()
    found, has_older = asking.page(audit)
    if not found:
        return Empty(audit.view.tr("audit.lines_none"))
    heads = "".join(
        f"<th{attributes(class_='num' if name == 'seq' else None)}>{esc(audit.view.tr(f'audit.column_{name}'))}</th>"
        for name in COLUMNS
    )
    body = "".join(_row(audit, line) for line in found)
    table = f'<table class="a-lines"><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>'
    picture(f'<div class="scroll">{table}</div>{_pager(audit, found, has_older=has_older)}', key="audit_lines")
    return None


def _row(audit: AuditView, line: AuditLine) -> str:
    view, is_open = audit.view, line.seq == audit.opened
    link = view.link({"line": None if is_open else str(line.seq)})
    time = words.moment(view, line.recorded_at)
    anchor = f"<a{attributes(href=link, data_go=link, aria_expanded='true' if is_open else 'false')}>{esc(time)}</a>"
    cells = (
        f"<td{attributes(class_='n', data_tip=words.exact(view, line.recorded_at))}>{anchor}</td>"
        f"{_said(audit, line)}"
        f'<td class="num i3">{esc(formats.number(line.seq))}</td>'
    )
    row = f"<tr{attributes(data_go=link, aria_current='true' if is_open else None)}>{cells}</tr>"
    return row + (_opened(audit, line) if is_open else "")


def _said(audit: AuditView, line: AuditLine) -> str:
    """Who, what, to what, from where, with what result, why; of an emptied line that it was emptied."""
    lang = audit.view.lang
    if line.purged_at:
        return f'<td class="i3" colspan="{len(COLUMNS) - 2}">{esc(audit.view.tr("audit.stub"))}</td>'
    role = words.role_word(line.role, lang)
    role = f' <span class="i3">{esc(role)}</span>' if role and role != line.viewer else ""
    result = esc(words.result_word(line.result, lang))
    return (
        f'<td class="d-text"{attributes(data_tip=line.viewer or None)}>{esc(words.who(line, lang))}{role}</td>'
        f"<td>{esc(words.action_word(line.action, lang))}</td>"
        f'<td class="d-text"{attributes(data_tip=line.target)}>{esc(words.target(audit.view, line.target))}</td>'
        f'<td class="d-text n">{esc(line.address or "")}</td>'
        f"<td>{result if line.result == 'ok' else f'<b>{result}</b>'}</td>"
        f'<td class="d-text wide"{attributes(data_tip=line.purpose)}>{esc(line.purpose or "")}</td>'
    )


def _opened(audit: AuditView, line: AuditLine) -> str:
    view = audit.view
    told = {
        "recorded_at": words.exact(view, line.recorded_at),
        "occurred_at": words.exact(view, line.occurred_at),
        "viewer": words.who(line, view.lang),
        "role": words.role_word(line.role, view.lang),
        "action": words.action_word(line.action, view.lang),
        "result": "" if line.purged_at else words.result_word(line.result, view.lang),
        "row_ids": " ".join(line.row_ids),
        "kept": words.kept(line, view.lang),
        "purged_at": words.exact(view, line.purged_at) if line.purged_at else "",
    }
    facts = [(name, told[name] if name in told else getattr(line, name)) for name in FACTS]
    cells = "".join(
        f"<div{attributes(class_='a-hash' if name.endswith('_hash') else None)}>"
        f"<dt>{esc(view.tr(f'audit.column_{name}'))}</dt><dd>{esc(value)}</dd></div>"
        for name, value in facts if value not in (None, "")
    )  # fmt: skip
    if line.detail:
        label = esc(view.tr("audit.column_detail"))
        cells += f'<div class="a-detail"><dt>{label}</dt><dd>{esc(words.detail(line.detail))}</dd></div>'
    return f'<tr class="a-open"><td colspan="{len(COLUMNS)}"><dl class="d-facts">{cells}</dl></td></tr>'


def _pager(audit: AuditView, found: tuple[AuditLine, ...], *, has_older: bool) -> str:
    tr, view = audit.view.tr, audit.view

    def step(name: str, changes: dict[str, str | None] | None) -> str:
        label = esc(tr(f"audit.{name}"))
        if changes is None:
            return f'<span class="chip" aria-disabled="true">{label}</span>'
        link = view.link({"line": None, **changes})
        return f'<a class="chip"{attributes(href=link, data_go=link)}>{label}</a>'

    is_first = audit.query.below == NEWEST
    if is_first and not has_older:
        return ""
    shown = tr(
        "audit.shown", n=formats.number(len(found)), first=formats.number(found[0].seq),
        last=formats.number(found[-1].seq),
    )  # fmt: skip
    newer = step("newer", None if is_first else {"below": None})
    older = step("older", {"below": str(found[-1].seq)} if has_older else None)
    return f'<div class="d-pager">{newer}<span>{esc(shown)}</span>{older}</div>'

"""The words for the codes of the audit trail: actions, results, roles.

Invariant: a code without words shows as itself, never as nothing.
"""

from config.messages import catalogue, tr


def action_word(code: str, lang: str) -> str:
    """What an action is called; the code itself where the catalogue has no words for it."""
    return catalogue(lang).get(f"audit.action_{code.replace('-', '_')}", code)


def result_word(code: str, lang: str) -> str:
    """ok, refused, failed in words."""
    return tr(f"audit.result_{code}", lang)


def role_word(code: str | None, lang: str) -> str:
    """What a role is called; empty for none."""
    return catalogue(lang).get(f"audit.role_{code}", code) if code else ""

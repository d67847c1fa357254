"""Writes the definitions of all indicators into docs/figures: `deploy/figure_docs.py [--check]`.

Invariant: the documents say of a figure what the page 方法 says, word by word.
"""

import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(PROJECT))

import written_tables  # noqa: E402

from cockpit.method import words  # noqa: E402
from config.indicators import Indicator  # noqa: E402
from config.messages import tr  # noqa: E402
from config.quality import quality  # noqa: E402


def text(lang: str) -> str:
    """The rules, the definitions by group, and what no feed gives yet, in Markdown."""
    parts = [_title("method.rules_title", lang)]
    parts += [f"- **{title}**{_colon(lang)}{told}\n" for title, told in words.rules(lang)]
    for name, found in words.groups():
        parts.append(_title(f"method.group_{name}", lang))
        parts += [_definition(each, lang) for each in found]
    parts += [_title("method.group_data", lang), _quality(lang)]
    if words.empty_places():
        parts.append(_title("method.slots_title", lang))
        rows = [["", tr("method.formula", lang), tr("method.stages", lang)], ["---"] * 3]
        rows += [
            [f"{slot.id} {slot.name(lang)}", slot.formula(lang), slot.needs(lang)] for slot in words.empty_places()
        ]
        parts.append(written_tables.markdown(rows))
    return "".join(parts) + "\n"


def _title(key: str, lang: str) -> str:
    return f"\n## {tr(key, lang)}\n\n"


def _colon(lang: str) -> str:
    return "：" if lang == "zh" else ": "


def _definition(each: Indicator, lang: str) -> str:
    """One definition under its own heading; the anchor is the slug, as on the page."""
    head = f'### <a id="{each.slug}"></a>{each.id} {each.name(lang)} `{each.slug}`\n\n'
    lines = [f"- {fact.label}{_colon(lang)}{fact.text}\n" for fact in words.facts(each, lang) if fact.key != "version"]
    return f"{head}{''.join(lines)}- {tr('method.version', lang)}{_colon(lang)}{each.definition}\n\n"


def _quality(lang: str) -> str:
    """The score of sources under its own heading."""
    known = quality()
    lines = "".join(f"- {fact.label}{_colon(lang)}{fact.text}\n" for fact in words.quality_facts(lang))
    return f"### {known.id} {known.word('name', lang)}\n\n{lines}\n"


if __name__ == "__main__":
    sys.exit(written_tables.main("figures", "figures", text))

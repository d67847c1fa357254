"""Writes the table of fault codes (config/messages/*/faults*.toml) into docs/loading*.md: `fault_table.py [--check]`.

Invariant: the manuals explain every code in the words that the program uses.
"""

import re
import sys
from collections.abc import Mapping
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(PROJECT))

import written_tables  # noqa: E402

from config import fault_words, reader  # noqa: E402

HEADS = {"zh": ("代码", "说明", "怎么办"), "en": ("code", "meaning", "what to do")}
MENTIONED = re.compile(r"\{\w+\}")


def codes(lang: str) -> dict[str, Mapping[str, str]]:
    """Every fault code with its words in `lang`, in the order of the alphabet."""
    folder = PROJECT / "config" / "messages" / lang
    found: dict[str, Mapping[str, str]] = {}
    for path in sorted(folder.glob(f"{fault_words.TOPIC}*.toml")):
        found |= {code: words for code, words in reader.read(path).items() if isinstance(words, dict)}
    return dict(sorted(found.items()))


def table(lang: str) -> str:
    """The table in Markdown: code, what it means, what to do (every case of it)."""
    gap = "" if lang == "zh" else " "
    lines = [HEADS[lang], ("---",) * 3]
    for code, words in codes(lang).items():
        hints = [text for name, text in words.items() if name.startswith("hint") and text]
        lines.append((f"`{code}`", _plain(words["message"]), _plain(gap.join(dict.fromkeys(hints)))))
    return written_tables.markdown(lines)


def _plain(text: str) -> str:
    """The text as a cell: … for what only a file can tell."""
    told = MENTIONED.sub("…", text.replace("{{", "{").replace("}}", "}"))
    return told.replace("|", "\\|").replace("\n", " ")


if __name__ == "__main__":
    sys.exit(written_tables.main("faults", "loading", table))

"""Tables of the manuals that are written by the program: each stands between two marks of its own.

Invariant: a manual says what the program does; where nothing may be written (`--check`) a difference ends with 1.
"""

import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

DOCS = Path(__file__).resolve().parents[1] / "docs"


def markdown(lines: Iterable[Sequence[str]]) -> str:
    """The lines of cells as a table in Markdown."""
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def main(mark: str, manual: str, table: Callable[[str], str]) -> int:
    """The command line of a script: puts the table of each language between the marks `mark` of its manual."""
    is_checking = sys.argv[1:] == ["--check"]
    begin, end = f"<!-- {mark}:begin -->\n", f"<!-- {mark}:end -->"
    is_same = True
    for lang, name in {"zh": f"{manual}.zh-CN.md", "en": f"{manual}.md"}.items():
        path = DOCS / name
        text = path.read_text(encoding="utf-8")
        before, rest = text.split(begin)
        wanted = f"{before}{begin}{table(lang)}{end}{rest.split(end)[1]}"
        is_same = is_same and wanted == text
        if not is_checking:
            path.write_text(wanted, encoding="utf-8")
    return 0 if is_same or not is_checking else 1

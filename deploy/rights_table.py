"""Writes the table of rights (config/rights.toml) into the operating manuals: `deploy/rights_table.py [--check]`.

Invariant: the manuals say what the program does; with --check nothing is written, and a difference ends with 1.
"""

import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(PROJECT))

from config.messages import tr  # noqa: E402
from config.rights import rights  # noqa: E402

MANUALS = {"zh": PROJECT / "docs" / "operating.zh-CN.md", "en": PROJECT / "docs" / "operating.md"}
BEGIN, END = "<!-- rights:begin -->\n", "<!-- rights:end -->"


def table(lang: str) -> str:
    """The table in Markdown: a line a right, a column a role, * where an account limited to areas has it not."""
    found = rights()
    heads = [tr("rights.head", lang), *(tr(f"role.{role}", lang) for role in found.roles)]
    lines = [heads, ["---", *(":-:" for _ in found.roles)]]
    for right, roles in found.may.items():
        name = tr(f"rights.{right.replace('.', '_')}", lang) + ("\\*" if right in found.site_only else "")
        lines.append([name, *("✓" if role in roles else "" for role in found.roles)])
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def main() -> int:
    """The command line."""
    is_checking = sys.argv[1:] == ["--check"]
    is_same = True
    for lang, path in MANUALS.items():
        text = path.read_text(encoding="utf-8")
        before, rest = text.split(BEGIN)
        after = rest.split(END)[1]
        wanted = f"{before}{BEGIN}{table(lang)}{END}{after}"
        is_same = is_same and wanted == text
        if not is_checking:
            path.write_text(wanted, encoding="utf-8")
    return 0 if is_same or not is_checking else 1


if __name__ == "__main__":
    sys.exit(main())

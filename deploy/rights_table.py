"""Writes the table of rights (config/rights.toml) into the operating manuals: `deploy/rights_table.py [--check]`.

Invariant: the manuals name the rights that are in force.
"""

import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(PROJECT))

import written_tables  # noqa: E402

from config.messages import tr  # noqa: E402
from config.rights import rights  # noqa: E402


def table(lang: str) -> str:
    """The table in Markdown: a line a right, a column a role, * where an account limited to areas has it not."""
    found = rights()
    heads = [tr("rights.head", lang), *(tr(f"role.{role}", lang) for role in found.roles)]
    lines = [heads, ["---", *(":-:" for _ in found.roles)]]
    for right, roles in found.may.items():
        name = tr(f"rights.{right.replace('.', '_')}", lang) + ("\\*" if right in found.site_only else "")
        lines.append([name, *("✓" if role in roles else "" for role in found.roles)])
    return written_tables.markdown(lines)


if __name__ == "__main__":
    sys.exit(written_tables.main("rights", "operating", table))

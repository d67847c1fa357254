"""What is wrong with the definition of an indicator: in which line which field says what, why not, and what to do.

Invariant: every fault of every definition file is told at once, in the reader's language.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from config import reader
from config.messages import tr
from config.visible import cut, in_a_line

_OPEN = re.compile(r"\bat line (\d+), column \d+|\(at end of document\)")


@dataclass(frozen=True, slots=True)
class DefinitionFault:
    """One fault: the field `name` (empty: the file as such) in `line` (None: it stands nowhere) is `value`, as written.

    `key` names reason and remedy below `definition`, with `params`.
    """

    path: Path
    key: str
    name: str = ""
    value: str = ""
    line: int | None = None
    params: Mapping[str, str] = field(default_factory=dict)

    def message(self, lang: str, *, is_public: bool) -> str:
        """The fault in a sentence or two; `is_public`: without the folders above the site's own."""
        path = reader.shown(self.path) if is_public else str(self.path)
        where = tr("definition.line", lang, path=path, line=self.line) if self.line else path
        what = " = ".join(part for part in (self.name, self.value) if part)
        told = {"field": self.name, **self.params}
        return tr(
            "definition.told" if what else "definition.told_file", lang,
            where=where, what=what,
            reason=tr(f"definition.{self.key}", lang, **told), remedy=tr(f"definition.{self.key}_remedy", lang, **told),
        )  # fmt: skip


class DefinitionError(reader.ConfigError):
    """Definition files cannot be used; `wrong` are their faults by file, in the order of the fields."""

    def __init__(self, wrong: Iterable[DefinitionFault]) -> None:
        self.wrong = tuple(wrong)
        super().__init__(self.wrong[0].path, [fault.message("en", is_public=False) for fault in self.wrong])

    def message(self, lang: str, *, is_public: bool = False) -> str:
        """Every fault, a line each, and how to go on without the file."""
        lines = [fault.message(lang, is_public=is_public) for fault in self.wrong]
        own = {fault.path for fault in self.wrong if not fault.path.is_relative_to(reader.SHIPPED)}
        replaced = [path for path in own if (reader.SHIPPED / path.parent.name / path.name).is_file()]
        return "\n".join([*lines, *([tr("definition.own", lang)] if replaced else [])])


class Definition:
    """A definition file: its table, and where each field is written; raises DefinitionError for what is no TOML."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            text = path.read_text(encoding="utf-8")
            self._lines = text.split("\n")
            self.table = tomllib.loads(text)
        except (OSError, UnicodeDecodeError) as error:
            raise DefinitionError([DefinitionFault(path, "unreadable", params={"error": str(error)})]) from error
        except tomllib.TOMLDecodeError as error:
            raise DefinitionError([self._no_toml(str(error))]) from error

    def fault(self, key: str, name: str, **params: str) -> DefinitionFault:
        """A fault of the field `name`, with its line and its text as written."""
        line = next((number for number, text in enumerate(self._lines, 1) if re.match(rf"\s*{name}\s*=", text)), None)
        text = self._lines[line - 1].partition("=")[2].strip() if line else ""
        return DefinitionFault(self.path, key, name, cut(in_a_line(text)), line, params)

    def _no_toml(self, told: str) -> DefinitionFault:
        found = _OPEN.search(told)
        line = int(found[1]) if found and found[1] else len(self._lines)
        text = self._lines[line - 1].strip() if 0 < line <= len(self._lines) else ""
        reason = _OPEN.sub("", told).strip(" ()")
        return DefinitionFault(self.path, "no_toml", "", cut(in_a_line(text)), line, {"parser": reason})

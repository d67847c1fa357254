"""One scene of the wall: its sentence, what is wrong in it, and its drawing below the sentence.

Invariant: the level is that of the worst that is wrong now; a quiet scene has none.
"""

from dataclasses import dataclass
from typing import Literal

Level = Literal["red", "orange", "yellow", "blue"]


@dataclass(frozen=True, slots=True)
class Sentence:
    """The headline, the second line, and the level whose mark stands before it, if any.

    `strong`: parts of the second line that stand out, each as it occurs in it. `is_old`: the headline says that the
    data is old, with a mark of its own.
    """

    head: str
    lead: str
    level: Level | None = None
    strong: tuple[str, ...] = ()
    is_old: bool = False


@dataclass(frozen=True, slots=True)
class Scene:
    """What one scene shows at a moment.

    `troubles` name each thing that is wrong, for as long as it is wrong, so that a new one is known; `body` is markup.
    """

    name: str
    sentence: Sentence
    troubles: frozenset[str]
    body: str

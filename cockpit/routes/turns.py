"""Whose turn it is to take a file home: a file holds a connection to the database until the last byte is fetched.

Invariant: files never take the connections that pages need, and nobody's files take the turns of all others, however
slowly somebody fetches.
"""

import threading
from collections import Counter

ALL, EACH = 6, 2
"""Files on their way at once, and those of one account."""


class Turns:
    """The files that are on their way, by account."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._taken: Counter[int | None] = Counter()

    def take(self, account_id: int | None) -> bool:
        """Whether the account may take one more file now; what was taken is to be given back."""
        with self._lock:
            if self._taken.total() >= ALL or self._taken[account_id] >= EACH:
                return False
            self._taken[account_id] += 1
            return True

    def give_back(self, account_id: int | None) -> None:
        """The file of the account has left, or never will."""
        with self._lock:
            self._taken[account_id] -= 1
            self._taken += Counter()


TURNS = Turns()

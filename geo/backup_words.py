"""What backing up and restoring say when they refuse or fail: one error, its sentence in the reader's language."""

from config.messages import tr
from geo.errors import GeoError


class BackupError(GeoError):
    """A backup or restore that was refused or failed, and left nothing half done; the message says what to do.

    `str()` is English, for logs; `message(lang)` is for people. `is_refusal`: nothing was tried, the input or the
    place is at fault.
    """

    def __init__(self, key: str, *, is_refusal: bool = True, **params: object) -> None:
        self.key = key
        self.is_refusal = is_refusal
        self.params = params
        super().__init__(self.message("en"))

    def message(self, lang: str) -> str:
        """The whole message in `zh` or `en`, plain text."""
        return tr(f"backup.{self.key}", lang, **self.params)

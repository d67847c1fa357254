"""The room's one exception tree: raised with what failed and what to do, caught once a layer."""

from config.messages import tr


class GeoError(Exception):
    """Anything the store refuses or cannot do; the message says what failed and what to do."""


class ClockError(GeoError, ValueError):
    """`COCKPIT_NOW` names no moment."""


class StoreUrlError(GeoError, ValueError):
    """A variable with the address of the store holds no database URL."""


class StoreUnavailable(GeoError):  # noqa: N818 - the state it names
    """The database cannot be reached, or it is not migrated; retry may help."""


class LoadTrouble(StoreUnavailable):
    """A load ended for the store's sake, not for its file's. `str()` is English; `message(lang)` is for people."""

    def __init__(self, key: str, **params: object) -> None:
        self.key, self.params = key, params
        super().__init__(self.message("en"))

    def message(self, lang: str) -> str:
        """What happened, what became of the load and what to do, in `zh` or `en`."""
        return tr(f"sandbox.{self.key}", lang, **self.params)


class NotMigrated(StoreUnavailable):
    """The schema is older or newer than the program."""


class AuditUnavailable(StoreUnavailable):
    """The audit trail cannot be written: what needs a line in it is not read or done."""

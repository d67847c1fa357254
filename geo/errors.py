"""The room's one exception tree: raised with what failed and what to do, caught once a layer."""


class GeoError(Exception):
    """Anything the store refuses or cannot do; the message says what failed and what to do."""


class ClockError(GeoError, ValueError):
    """`COCKPIT_NOW` names no moment."""


class StoreUrlError(GeoError, ValueError):
    """A variable with the address of the store holds no database URL."""


class StoreUnavailable(GeoError):  # noqa: N818 - the state it names
    """The database cannot be reached, or it is not migrated; retry may help."""


class NotMigrated(StoreUnavailable):
    """The schema is older or newer than the program."""


class AuditUnavailable(StoreUnavailable):
    """The audit trail cannot be written: what needs a line in it is not read or done."""

"""What an address answers while store or configuration fail: the kind of fault.

Invariant: a stranger learns neither a path nor a host; those stand in the log.
"""

import structlog

from config.reader import ConfigError
from geo.errors import GeoError, NotMigrated, StoreUnavailable

FAULTS = (GeoError, ConfigError)
"""What is answered with 503: it may pass, or an operator mends it; nothing in the address is wrong."""

_log = structlog.get_logger()


def told(fault: GeoError | ConfigError) -> str:
    """The kind of the fault in words; the whole message goes to the log."""
    _log.warning("route_down", fault=str(fault))
    if isinstance(fault, NotMigrated):
        return "the database schema does not fit the program"
    if isinstance(fault, StoreUnavailable):
        return "the database cannot be reached"
    return "the configuration cannot be used"

"""Puts the head of the audit chain into the structured log when the server starts and once a day.

Invariant: the log leaves this machine (`COCKPIT_LOG=info`, shipped by the service manager), so whoever rewrites the
whole chain here cannot rewrite what was noted there: `cockpit audit verify --head SEQ:HASH`.
"""

import threading

import structlog

from cockpit import queries
from geo import audit_chain
from geo.errors import GeoError
from geo.viewer import OPERATOR, PROGRAM, current_clock

DAY_S = 86_400.0
RETRY_S = 60.0
_log = structlog.get_logger()


def note_head() -> bool:
    """One line of the log with number and hash of the newest line; False while the store is down or not migrated."""
    try:
        pulse = queries.pulse(None, PROGRAM)
        if pulse.fault:
            raise pulse.fault
        head = audit_chain.head(queries.store(), OPERATOR, current_clock())
    except GeoError as fault:
        _log.info("audit_head_unknown", fault=str(fault))
        return False
    _log.info("audit_head", seq=head.seq, chain_hash=head.chain_hash)
    return True


def keep_noting() -> None:
    """Begins to note the head now and then daily, in a thread that ends with the program."""

    def run() -> None:
        while True:
            waiting.wait(DAY_S if note_head() else RETRY_S)

    waiting = threading.Event()
    threading.Thread(target=run, name="audit-head", daemon=True).start()

"""`/healthz`: says whether the configuration holds and the store is reachable and migrated, for service managers."""

from starlette.requests import Request
from starlette.responses import JSONResponse

from cockpit import queries
from cockpit.routes import faults
from config.site import site
from geo.viewer import PROGRAM


def healthz(request: Request) -> JSONResponse:  # noqa: ARG001
    """200 with the data version while all is well, 503 with the kind of fault while it is not."""
    try:
        site()
        pulse = queries.pulse(None, PROGRAM)
        if pulse.fault:
            raise pulse.fault
    except faults.FAULTS as fault:
        return JSONResponse({"status": "down", "message": faults.told(fault)}, status_code=503)
    return JSONResponse({"status": "ok", "data_version": pulse.version})

"""`/healthz`: says whether the store is reachable and migrated, for service managers and load balancers."""

from starlette.requests import Request
from starlette.responses import JSONResponse

from cockpit import context, queries


def healthz(request: Request) -> JSONResponse:  # noqa: ARG001
    """200 with the data version while the store answers, 503 with the fault while it does not."""
    pulse = queries.pulse(context.now(), context.viewer())
    if pulse.fault:
        return JSONResponse({"status": "down", "message": str(pulse.fault)}, status_code=503)
    return JSONResponse({"status": "ok", "data_version": pulse.version})

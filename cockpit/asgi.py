"""The server's application: Streamlit with the program's own routes, under a policy that forbids outside requests.

Started from the project's folder by `streamlit run cockpit/asgi.py` (as `cockpit up` does) or an ASGI server.
"""

import sys
from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware
from starlette.routing import Route

HERE = Path(__file__).parent
if str(HERE.parent) not in sys.path:
    sys.path.insert(0, str(HERE.parent))

from cockpit import noted_heads  # noqa: E402
from cockpit.logs import configure  # noqa: E402
from cockpit.routes import exports, health, home, layers, probes  # noqa: E402
from cockpit.routes.policy import ContentPolicy  # noqa: E402

configure()
noted_heads.keep_noting()

app = st.App(
    HERE / "app.py",
    routes=[
        Route("/healthz", health.healthz),
        Route("/overview", home.overview),
        Route("/layers/areas.svg", layers.areas),
        Route("/layers/lines.svg", layers.lines),
        Route("/layers/base.svg", layers.base),
        Route("/layers/heat.csv", layers.heat),
        Route("/export/entries.csv", exports.entries),
        Route("/export/rejects.csv", exports.rejects),
        Route("/export/audit.csv", exports.lines),
        *(Route(f"/{{page}}/_stcore/{name}", probes.at_root) for name in probes.NAMES),
    ],
    middleware=[Middleware(ContentPolicy)],
)

"""The server's application: Streamlit and the program's own routes behind the gate, under the content policy.

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

from cockpit import mishap  # noqa: E402
from cockpit.access import oidc  # noqa: E402
from cockpit.access.gate import Gate  # noqa: E402
from cockpit.access.whence import believe_no_proxy_yet  # noqa: E402
from cockpit.background import lifespan  # noqa: E402
from cockpit.cli.ready import language  # noqa: E402
from cockpit.cli.telling import say  # noqa: E402
from cockpit.logs import configure  # noqa: E402
from cockpit.routes import bell, exports, health, layers, probes, reports, signin, uploads, wall_code  # noqa: E402
from cockpit.routes.policy import REPORT_PATH, ContentPolicy  # noqa: E402
from config.access import access  # noqa: E402
from config.messages import tr  # noqa: E402
from config.reader import ConfigError  # noqa: E402

configure()
believe_no_proxy_yet()
try:
    access()  # a file that cannot be used stops the start, it opens no door
    secrets = oidc.secrets()
except ConfigError as fault:
    say(tr("start.access", language(), reason=fault), err=True)
    sys.exit(2)
mishap.keep_streamlit_silent()

app = st.App(
    HERE / "app.py",
    routes=[
        Route("/healthz", health.healthz),
        Route(REPORT_PATH, reports.csp_report, methods=["POST"]),
        Route("/signin", signin.show, methods=["GET"]),
        Route("/signin", signin.enter, methods=["POST"]),
        Route("/signin/oidc", signin.provider, methods=["GET"]),
        Route("/signin/password", signin.show_password, methods=["GET"]),
        Route("/signin/password", signin.change_password, methods=["POST"]),
        Route("/signin/wall", wall_code.show, methods=["GET"]),
        Route("/signin/wall", wall_code.ask, methods=["POST"]),
        Route("/signout", signin.leave, methods=["POST"]),
        Route("/layers/areas.svg", layers.areas),
        Route("/layers/lines.svg", layers.lines),
        Route("/layers/base.svg", layers.base),
        Route("/layers/heat.csv", layers.heat),
        Route("/layers/wall.svg", layers.wall),
        *(Route(path, endpoint) for path, endpoint in exports.ROUTES.items()),
        Route("/upload/file", uploads.take, methods=["POST"]),
        Route(bell.PATH, bell.listen),
        *(Route(f"/{{page}}/_stcore/{name}", probes.at_root) for name in probes.NAMES),
    ],
    secrets=secrets,
    middleware=[Middleware(ContentPolicy), Middleware(Gate)],
    lifespan=lifespan,
    on_script_error=mishap.tell,
)

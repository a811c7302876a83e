"""A web server in the bot's event loop, without an access log."""

import uvicorn
from starlette.types import ASGIApp

SHUTDOWN_TIMEOUT_S = 2  # for requests under way when it is told to stop


def build_server(app: ASGIApp) -> uvicorn.Server:
    """Serves the app on the sockets given to its `serve`."""
    return uvicorn.Server(
        uvicorn.Config(
            app,
            lifespan="off",
            ws="none",
            log_config=None,
            log_level="warning",
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=SHUTDOWN_TIMEOUT_S,
        )
    )

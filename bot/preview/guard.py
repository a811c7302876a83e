"""Protects the preview from other web pages in the same browser."""

import hmac

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MAX_BODY_BYTES = 65_536  # 4096 characters as JSON take at most half of it

SAFE_HEADERS = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "cache-control": "no-store",
}


class Guard:
    """Lets only the page's own requests through; every response carries `SAFE_HEADERS`.

    A foreign Host means DNS rebinding, a foreign Origin another site's page; posts must have an Origin and be
    JSON, which other sites cannot send without a preflight. With an access `key` any Host is allowed: opening
    `/?key=...` sets a cookie that every request must carry.
    """

    def __init__(self, app: ASGIApp, port: int, key: str | None = None) -> None:
        self._app = app
        self._hosts = {f"127.0.0.1:{port}", f"localhost:{port}"}
        self._key = key
        self._cookie = f"citebot-preview-{port}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_safely(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(SAFE_HEADERS)
            await send(message)

        refusal = self._refusal(scope)
        if refusal is None:
            await self._app(scope, receive, send_safely)
        else:
            await refusal(scope, receive, send_safely)

    def _refusal(self, scope: Scope) -> Response | None:
        headers = Headers(scope=scope)
        host, origin = headers.get("host"), headers.get("origin")
        if self._key is not None:
            request = Request(scope)
            if request.url.path == "/" and _is_key(request.query_params.get("key"), self._key):
                opened = RedirectResponse("/", 303)
                opened.set_cookie(self._cookie, self._key, httponly=True, samesite="strict")
                return opened
            if not _is_key(request.cookies.get(self._cookie), self._key):
                return PlainTextResponse("Open the address that citebot printed, with its key.", 403)
        elif host not in self._hosts:
            return PlainTextResponse("This page has another address.", 421)
        if origin not in (None, f"http://{host}"):
            return PlainTextResponse("Other sites have no business here.", 403)
        if scope["method"] in ("GET", "HEAD"):
            return None
        if origin is None:
            return PlainTextResponse("A post must say where it comes from (Origin).", 403)
        if headers.get("content-type") != "application/json":
            return PlainTextResponse("A post must be application/json.", 415)
        length = headers.get("content-length", "")
        if not length.isascii() or not length.isdigit():
            return PlainTextResponse("A post must say how long it is.", 411)
        if int(length) > MAX_BODY_BYTES:
            return PlainTextResponse("That is too long.", 413)
        return None


def _is_key(given: str | None, key: str) -> bool:
    return given is not None and hmac.compare_digest(given.encode(), key.encode())

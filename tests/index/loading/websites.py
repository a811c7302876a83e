"""A site on loopback that redirects, drips, swells and lies."""

import asyncio
import gzip
import threading
import zlib

from aiohttp import web as server

from index.loading.files import load
from index.types import LoadFailure

PAGE = """<html><head><title>Floods reach Arlen</title><meta name="date" content="2024-03-05"></head><body>
<article><h1>Floods reach Arlen</h1><p>The river rose by 3.2 metres on Monday, the mayor told reporters.</p>
<p>Schools stay closed until Friday, the council decided.</p></article></body></html>"""
FRENCH = (
    "Le président a déclaré que la sécurité était assurée à la frontière, où des soldats ont été blessés. "
    "Les autorités françaises n’ont pas réagi à cette annonce, qui a été faite après la visite des élus."
)
LOGIN = "<html><body><h1>Welcome</h1><form>Log in <input type='password'></form></body></html>"


class Site:
    """Answers on loopback until closed; `hosts` collects the Host header of every request."""

    def __init__(self) -> None:
        self.hosts: list[str] = []
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self.port = asyncio.run_coroutine_threadsafe(self._start(), self._loop).result(10)
        self.url = f"http://127.0.0.1:{self.port}"

    async def _start(self) -> int:
        app = server.Application()
        app.router.add_get("/{path:.*}", self._answer)
        self._runner = server.AppRunner(app)
        await self._runner.setup()
        site = server.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        return int(self._runner.addresses[0][1])

    def close(self) -> None:
        if self._loop.is_closed():
            return
        asyncio.run_coroutine_threadsafe(self._runner.cleanup(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    async def _answer(self, request: server.Request) -> server.StreamResponse:
        self.hosts.append(request.headers["Host"])
        redirect = {
            "/moved": "/news/floods?utm_source=feed",
            "/loop": "/pool",
            "/pool": "/loop",
            "/members": "/users/sign_in?next=/members",
            "/tofile": "file:///etc/passwd",
            "/todata": "data:text/html,<p>The river rose.</p>",
            "/toftp": "ftp://news.test/a.txt",
            "/touser": f"http://user:secret@127.0.0.1:{self.port}/news/floods",
            "/tometadata": "http://169.254.169.254/latest/meta-data/",
            "/tointernal": f"http://127.0.0.2:{self.port}/news/floods",
        }
        path = request.path
        if path in redirect:
            return server.Response(status=302, headers={"Location": redirect[path]})
        if path.startswith("/far/"):
            return server.Response(status=301, headers={"Location": f"/far/{int(path[5:]) + 1}"})
        if path == "/cookiewall":
            if "seen" in request.cookies:
                return server.Response(text=PAGE, content_type="text/html")
            return server.Response(status=302, headers={"Location": path, "Set-Cookie": "seen=1"})
        if path == "/slow":
            return await self._drip(request, b"<p>word</p>", pause_s=0.05)
        if path == "/headers":
            return await self._headers_without_end(request)
        if path == "/endless":
            return await self._drip(request, b"x" * 50_000, pause_s=0)
        status = {"/gone": 404, "/paywall": 402, "/down": 503}.get(path, 200)
        bodies: dict[str, tuple[bytes, dict[str, str]]] = {
            "/deflated": (zlib.compress(b"a" * 5_000_000), {"Content-Encoding": "deflate"}),
            "/brotli": (b"a", {"Content-Encoding": "br"}),
            "/typeless": (b"a", {"Content-Type": ""}),
            "/script": (b"alert(1)", {"Content-Type": "text/javascript"}),
            "/bomb": (gzip.compress(b"a" * 5_000_000), {"Content-Encoding": "gzip"}),
            "/nested": (gzip.compress(gzip.compress(b"a")), {"Content-Encoding": "gzip, gzip"}),
            "/liar": (
                FRENCH.encode("cp1252"),
                {"Content-Type": "text/plain; charset=utf-8"},
            ),
            "/latin": (b"Le caf\xe9 rouvre lundi.", {"Content-Type": "text/plain; charset=latin-1"}),
            "/a.md": (b"# Floods\n\nThe *river* rose.", {"Content-Type": "application/octet-stream"}),
            "/a.zip": (b"PK", {"Content-Type": "application/zip"}),
            "/picture": (b"\x89PNG", {"Content-Type": "image/png"}),
            "/loginform": (LOGIN.encode(), {}),
            "/users/sign_in": (PAGE.encode(), {}),
            "/app": (b"<html><body><div id=app></div><script>go()</script></body></html>", {}),
        }  # fmt: skip
        body, headers = bodies.get(path, (PAGE.encode(), {}))
        return server.Response(body=body, status=status, headers={"Content-Type": "text/html", **headers})

    async def _headers_without_end(self, request: server.Request) -> server.StreamResponse:
        assert request.transport is not None
        request.transport.write(b"HTTP/1.1 200 OK\r\n")
        for _ in range(2_000):
            request.transport.write(b"X-More: " + b"x" * 1_000 + b"\r\n")
        request.transport.close()
        return server.Response()

    async def _drip(self, request: server.Request, piece: bytes, pause_s: float) -> server.StreamResponse:
        response = server.StreamResponse(headers={"Content-Type": "text/html"})
        await response.prepare(request)
        try:
            while True:
                await response.write(piece)
                await asyncio.sleep(pause_s)
        except ConnectionError:
            return response


def reason_at(url: str, *, allow_private: bool = True) -> str:
    [found] = load(url, allow_private=allow_private)
    assert isinstance(found, LoadFailure), found
    assert found.origin == url
    assert "\n" not in found.reason
    return found.reason

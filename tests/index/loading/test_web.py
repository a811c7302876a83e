"""Pages from a real server on loopback, and the addresses that are never connected to."""

import asyncio
import gzip
import socket
import threading
from collections.abc import Iterator
from datetime import date

import pytest
from aiohttp import web as server

from index.errors import LoadError
from index.loading import web
from index.loading.files import load
from index.types import Article, LoadFailure

PAGE = """<html><head><title>Floods reach Arlen</title><meta name="date" content="2024-03-05"></head><body>
<article><h1>Floods reach Arlen</h1><p>The river rose by 3.2 metres on Monday, the mayor told reporters.</p>
<p>Schools stay closed until Friday, the council decided.</p></article></body></html>"""
FRENCH = (
    "Le président a déclaré que la sécurité était assurée à la frontière, où des soldats ont été blessés. "
    "Les autorités françaises n’ont pas réagi à cette annonce, qui a été faite après la visite des élus."
)
LOGIN = "<html><body><h1>Welcome</h1><form>Log in <input type='password'></form></body></html>"
TIGHT = web.Limits(connect_s=1, total_s=0.3, body_bytes=100_000)


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
        if path == "/endless":
            return await self._drip(request, b"x" * 50_000, pause_s=0)
        status = {"/gone": 404, "/paywall": 402, "/down": 503}.get(path, 200)
        bodies: dict[str, tuple[bytes, dict[str, str]]] = {
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

    async def _drip(self, request: server.Request, piece: bytes, pause_s: float) -> server.StreamResponse:
        response = server.StreamResponse(headers={"Content-Type": "text/html"})
        await response.prepare(request)
        try:
            while True:
                await response.write(piece)
                await asyncio.sleep(pause_s)
        except ConnectionError:
            return response


@pytest.fixture
def site() -> Iterator[Site]:
    running = Site()
    yield running
    running.close()


def _reason(url: str, *, allow_private: bool = True) -> str:
    [found] = load(url, allow_private=allow_private)
    assert isinstance(found, LoadFailure), found
    assert found.origin == url
    assert "\n" not in found.reason
    return found.reason


def test_a_page_becomes_an_article_under_the_address_it_ends_at(site: Site) -> None:
    [moved] = load(f"{site.url}/moved", allow_private=True)
    [direct] = load(f"{site.url}/news/floods#comments", allow_private=True)

    assert isinstance(moved, Article)
    assert moved == direct
    assert moved.source.article_id.startswith(f"127.0.0.1-{site.port}-news-floods-")
    assert (moved.source.title, moved.source.url, moved.source.path, moved.source.published) == (
        "Floods reach Arlen",
        f"{site.url}/news/floods",
        None,
        date(2024, 3, 5),
    )
    assert moved.text.endswith("Schools stay closed until Friday, the council decided.")


def test_text_and_markdown_come_from_the_web_too(site: Site) -> None:
    [latin] = load(f"{site.url}/latin", allow_private=True)
    [markdown] = load(f"{site.url}/a.md", allow_private=True)
    [liar] = load(f"{site.url}/liar", allow_private=True)

    assert isinstance(latin, Article)
    assert isinstance(markdown, Article)
    assert isinstance(liar, Article)
    assert liar.text == FRENCH
    assert latin.text == "Le café rouvre lundi."
    assert markdown.text == "Floods\nThe river rose."


def test_a_redirect_to_the_same_address_with_a_new_cookie_is_no_loop(site: Site) -> None:
    [found] = load(f"{site.url}/cookiewall", allow_private=True)

    assert isinstance(found, Article)


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/gone", "the server answered 404 Not Found"),
        ("/paywall", "the server answered 402 Payment Required"),
        ("/down", "the server answered 503 Service Unavailable"),
        ("/loop", "redirect loop at http://127.0.0.1"),
        ("/far/1", "more than 5 redirects"),
        ("/tofile", "expected an http or https address, got 'file:"),
        ("/members", "a login page came instead of an article"),
        ("/loginform", "a login page came instead of an article"),
        ("/app", "no article text in this page"),
        ("/a.zip", "expected a page, text or document, got application/zip"),
        ("/picture", "got image/png"),
        ("/nested", "expected a plain or gzip reply, got 'gzip, gzip' encoding"),
    ],
)
def test_what_is_no_article_is_named(site: Site, path: str, reason: str) -> None:
    assert reason in _reason(site.url + path)


@pytest.mark.parametrize("path", ["/bomb", "/endless"])
def test_a_page_that_grows_too_large_is_left(site: Site, path: str) -> None:
    limits = web.Limits(total_s=20, body_bytes=100_000)

    with pytest.raises(LoadError, match=r"larger than 0\.1 MB"):
        web.fetch(site.url + path, allow_private=True, limits=limits)


def test_a_page_that_drips_is_left_when_its_time_is_over(site: Site) -> None:
    with pytest.raises(LoadError, match=r"did not come within 0\.3 s"):
        web.fetch(f"{site.url}/slow", allow_private=True, limits=TIGHT)


def test_a_server_that_is_not_there_is_named(site: Site) -> None:
    site.close()
    closed_port = site.port
    assert "the server cannot be reached" in _reason(f"http://127.0.0.1:{closed_port}/")


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "[::1]", "2130706433", "0x7f.1", "[::ffff:127.0.0.1]", "0.0.0.0"]
)
def test_no_spelling_of_a_private_address_is_connected_to(site: Site, host: str) -> None:
    reason = _reason(f"http://{host}:{site.port}/news", allow_private=False)

    assert "private or reserved address" in reason or "not known" in reason
    assert site.hosts == []


def test_a_redirect_to_a_private_address_is_not_followed(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web, "is_public", lambda address: address == "127.0.0.1")

    reason = _reason(f"{site.url}/tointernal", allow_private=False)

    assert "127.0.0.2 is a private or reserved address" in reason
    assert len(site.hosts) == 1


def test_the_connection_goes_to_the_address_that_was_checked(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    async def resolve_once(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["127.0.0.2"]

    monkeypatch.setattr(web, "_resolve", resolve_once)

    page = web.fetch(f"http://news.test:{site.port}/news", allow_private=True)

    assert page.content == PAGE.encode()
    assert asked == ["news.test"]
    assert site.hosts == [f"news.test:{site.port}"]


def test_a_look_up_of_a_name_that_hangs_is_left_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    released = threading.Event()

    def hang(*asked: object, **options: object) -> list[object]:
        released.wait(30)
        raise OSError

    monkeypatch.setattr(socket, "getaddrinfo", hang)
    monkeypatch.setattr(web, "_look_ups", threading.BoundedSemaphore(1))
    try:
        with pytest.raises(LoadError, match=r"did not come within 0\.3 s"):
            web.fetch("http://news.test/", limits=TIGHT)
        assert not released.is_set()
        with pytest.raises(LoadError, match="too many look-ups of host names hang"):
            web.fetch("http://news.test/", limits=TIGHT)
    finally:
        released.set()


def test_a_name_with_one_private_address_is_refused_whole(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def resolve(host: str, port: int) -> list[str]:
        return ["93.184.215.14", "10.0.0.1"]

    monkeypatch.setattr(web, "_resolve", resolve)

    assert "news.test is a private or reserved address (10.0.0.1)" in _reason(
        "http://news.test/", allow_private=False
    )


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.215.14", True),
        ("2606:2800:21f:cb07:6820:80da:af6b:8b2c", True),
        ("10.1.2.3", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("100.64.0.1", False),
        ("169.254.169.254", False),
        ("127.8.8.8", False),
        ("0.0.0.0", False),
        ("224.0.0.1", False),
        ("255.255.255.255", False),
        ("198.51.100.7", False),
        ("::1", False),
        ("::", False),
        ("fe80::1", False),
        ("fc00::1", False),
        ("fec0::1", False),
        ("::ffff:10.0.0.1", False),
        ("64:ff9b::a00:1", False),
        ("2002:7f00:1::", False),
        ("ff02::1", False),
    ],
)
def test_only_addresses_of_the_open_internet_are_public(address: str, public: bool) -> None:
    assert web.is_public(address) is public


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://user:secret@news.test/", "holds a user name or password"),
        ("http:///nohost", "expected an http or https address"),
        ("http://[::1", "not a web address"),
        ("http://127.0.0.1:99999/", "a port is at most 65535"),
        ("http://" + "a" * 300 + ".test/", "not a web address"),
        ("http://nowhere.invalid/", "'nowhere.invalid' is not known"),
    ],
)
def test_an_address_that_cannot_work_is_explained(url: str, reason: str) -> None:
    assert reason in _reason(url)

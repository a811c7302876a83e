"""One page from the web, from public addresses only."""

import asyncio
import ipaddress
import re
import socket
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from importlib.metadata import version
from threading import BoundedSemaphore, Thread

import httpx

from index.errors import LoadError
from index.loading.formats import SUFFIXES
from index.loading.html.page import LOGIN_PAGE

MAX_REDIRECTS = 5  # real articles take one or two
USER_AGENT = f"citebot/{version('citebot')} (+reads articles for its operator's index)"

LISTING = "listing"  # the format of a feed, sitemap or OPML list, should it be one
CONTENT_TYPES = {
    "text/html": "html",
    "application/xhtml+xml": "html",
    "text/plain": "text",
    "text/markdown": "markdown",
    "text/x-markdown": "markdown",
    "application/pdf": "pdf",
    "application/x-pdf": "pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "application/vnd.oasis.opendocument.text": "odt",
    "application/rtf": "rtf",
    "text/rtf": "rtf",
    "application/epub+zip": "epub",
    "message/rfc822": "mail",
    "text/csv": "csv",
    "text/tab-separated-values": "csv",
    "text/vtt": "subtitles",
    "application/x-subrip": "subtitles",
    **dict.fromkeys(
        (
            "application/rss+xml",
            "application/atom+xml",
            "application/rdf+xml",
            "application/feed+json",
            "application/json",
            "application/xml",
            "text/xml",
            "text/x-opml",
        ),
        LISTING,
    ),
}
_UNSPECIFIC = ("", "application/octet-stream", "binary/octet-stream", "application/force-download")
_LOGIN_PATH = re.compile(
    r"/(?:log-?in|sign-?in|wp-login\.php|sso|auth|authenticate|account/login|users/sign_in)(?:[/.]|$)", re.I
)
_ANSWERED = "the server answered {status}: open the address in a browser to check it"
_look_ups = BoundedSemaphore(32)  # of host names at once, those that hang counted in
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_GLOBAL_UNICAST = ipaddress.ip_network("2000::/3")  # elsewhere lie translations of IPv4 and what is reserved
_RESERVED = (
    tuple(  # which Python 3.11 calls global; 192.0.0.192 is where Oracle's machines ask for their keys
        map(ipaddress.ip_network, ("192.0.0.0/24", "192.88.99.0/24", "3fff::/20"))
    )
)


@dataclass(frozen=True, slots=True)
class Limits:
    connect_s: float = 5
    total_s: float = 20  # from the first look-up to the last byte, redirects included
    body_bytes: int = 20_000_000  # unpacked; the longest news pages weigh some 5 MB


LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Validators:
    """What a server said about a page's version; sent along, it need not send the same page again."""

    etag: str | None = None
    last_modified: str | None = None

    def headers(self) -> dict[str, str]:
        stated = {"If-None-Match": self.etag, "If-Modified-Since": self.last_modified}
        return {name: value for name, value in stated.items() if value}


NONE_STATED = Validators()


@dataclass(frozen=True, slots=True)
class Page:
    """What came back: `url` after redirects, `form` as index.formats names it."""

    url: str
    form: str
    charset: str | None
    content: bytes
    validators: Validators = NONE_STATED


class NotModified(LoadError):
    """The page is still the version that the validators named."""


class PageGone(LoadError):
    """The server says that there is no such page (any more)."""


class Refused(LoadError):
    """The server refuses the page: 4xx but "not found" and "too many requests"."""


class UnexpectedKind(LoadError):
    """What came is no page, text or document."""


def fetch(
    url: str,
    *,
    allow_private: bool = False,
    limits: Limits = LIMITS,
    validators: Validators = NONE_STATED,
) -> Page:
    """The page at an http(s) address. Blocks up to `limits.total_s`; not for a thread with an event loop.

    Connects only to public addresses, at each redirect anew, and to the very address that was
    checked, so that a name cannot point elsewhere a moment later; proxies from the environment are
    not used, as they would resolve the name themselves. `allow_private` lifts this for an intranet.
    Raises LoadError: NotModified when it is the version that `validators` name, PageGone, Refused.
    """
    return asyncio.run(_fetch(url, allow_private, limits, validators))


async def _fetch(url: str, allow_private: bool, limits: Limits, validators: Validators) -> Page:
    timeout = httpx.Timeout(limits.total_s, connect=limits.connect_s)
    headers = {"User-Agent": USER_AGENT, "Accept-Encoding": "gzip, deflate"}
    transport = _CheckedTransport(allow_private)
    try:
        async with (
            asyncio.timeout(limits.total_s),
            httpx.AsyncClient(
                transport=transport, timeout=timeout, headers=headers, trust_env=False
            ) as client,
        ):
            return await _follow(client, _address(url), limits, validators)
    except httpx.ConnectTimeout as error:
        raise LoadError(
            "no connection within {seconds} s: try again later", seconds=f"{limits.connect_s:g}"
        ) from error
    except (TimeoutError, httpx.TimeoutException) as error:
        raise LoadError(
            "the page did not come within {seconds} s: try again later", seconds=f"{limits.total_s:g}"
        ) from error
    except httpx.ConnectError as error:
        shown = str(error) or type(error).__name__
        if "CERTIFICATE" in shown.upper():
            raise LoadError(
                "its certificate is not valid: check the address ({error})", error=shown
            ) from error
        raise LoadError("the server cannot be reached: check the address ({error})", error=shown) from error
    except httpx.HTTPError as error:
        raise LoadError(
            "the server's reply is broken ({error}): try again later",
            error=f"{type(error).__name__}: {error}",
        ) from error
    except (httpx.InvalidURL, UnicodeError) as error:
        raise LoadError("not a web address ({error}): check its spelling", error=str(error)) from error


def _address(url: str | httpx.URL) -> httpx.URL:
    address = httpx.URL(url)
    if address.scheme not in ("http", "https") or not address.host:
        raise LoadError("expected an http or https address, got {address}", address=repr(str(address)[:200]))
    if address.port is not None and address.port > 65535:
        raise LoadError("a port is at most 65535, got {port}: check the address", port=address.port)
    if address.userinfo:
        raise LoadError(
            "the address holds a user name or password, which would be shown as source: leave it out"
        )
    return address


async def _follow(
    client: httpx.AsyncClient, address: httpx.URL, limits: Limits, validators: Validators
) -> Page:
    """Loads `address` or where it redirects to."""
    visited = set()
    for hop in range(MAX_REDIRECTS + 1):
        visit = (str(address), tuple(sorted(client.cookies.items())))
        if visit in visited:  # with a new cookie the same address may well answer differently
            raise LoadError(
                "redirect loop at {address}: open it in a browser and add the address you end at",
                address=str(address),
            )
        visited.add(visit)
        stated = validators.headers() if hop == 0 else {}  # they name a version of the first page
        async with client.stream("GET", address, headers=stated) as response:
            if response.has_redirect_location:
                address = _address(address.join(response.headers["Location"]))
                continue
            if hop and _LOGIN_PATH.search(address.path):
                raise LoadError(LOGIN_PAGE)
            if response.status_code == HTTPStatus.NOT_MODIFIED:
                raise NotModified("not modified")
            if not response.is_success:
                raise _refusal(response)
            form = _form(response)
            body = await _body(response, limits)
            version = NONE_STATED
            if hop == 0:
                version = Validators(response.headers.get("ETag"), response.headers.get("Last-Modified"))
            return Page(str(address), form, response.charset_encoding, body, version)
    raise LoadError(
        "more than {limit} redirects: add the address you end at in a browser", limit=MAX_REDIRECTS
    )


def _refusal(response: httpx.Response) -> LoadError:
    status = f"{response.status_code} {response.reason_phrase}".strip()
    match response.status_code:
        case HTTPStatus.NOT_FOUND | HTTPStatus.GONE:
            return PageGone(_ANSWERED, status=status)
        case HTTPStatus.TOO_MANY_REQUESTS:
            return LoadError(_ANSWERED, status=status)
    return (Refused if response.is_client_error else LoadError)(_ANSWERED, status=status)


def _form(response: httpx.Response) -> str:
    named = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if named in CONTENT_TYPES:
        return CONTENT_TYPES[named]
    suffix = re.search(r"\.\w+$", response.url.path)
    if named in _UNSPECIFIC and suffix and suffix[0].lower() in SUFFIXES:
        return SUFFIXES[suffix[0].lower()]
    if not named:
        raise UnexpectedKind("expected a page, text or document, got no content type")
    raise UnexpectedKind("expected a page, text or document, got {kind}", kind=named)


async def _body(response: httpx.Response, limits: Limits) -> bytes:
    packed = response.headers.get("Content-Encoding", "identity").strip().lower()
    if packed not in ("identity", "gzip", "deflate"):  # layers of gzip would unpack past any check
        raise LoadError("expected a plain or gzip reply, got {packing} encoding", packing=repr(packed[:60]))
    body = bytearray()
    async for piece in response.aiter_bytes():
        body += piece
        if len(body) > limits.body_bytes:
            raise LoadError(
                "the page is larger than {limit} MB: save and split it", limit=f"{limits.body_bytes / 1e6:g}"
            )
    return bytes(body)


class _CheckedTransport(httpx.AsyncBaseTransport):
    """Resolves a host once, checks what came, and connects to exactly that; TLS still verifies the name."""

    def __init__(self, allow_private: bool) -> None:
        self._allow_private = allow_private
        # A kept connection belongs to an address, and two hosts may share one: each request its own.
        self._inner = httpx.AsyncHTTPTransport(limits=httpx.Limits(max_keepalive_connections=0))

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        host = request.url.host
        addresses = await _resolve(host, request.url.port or (443 if request.url.scheme == "https" else 80))
        if not self._allow_private:
            for address in addresses:
                if not is_public(address):
                    raise LoadError(
                        "{host} is a private or reserved address ({address}): save the page and add that",
                        host=host,
                        address=address,
                    )
        for i, address in enumerate(addresses):
            pinned = httpx.Request(
                request.method,
                request.url.copy_with(host=address),
                headers=request.headers,  # the Host header still names the host
                stream=request.stream,
                extensions={**request.extensions, "sni_hostname": request.url.raw_host.decode("ascii")},
            )
            try:
                return await self._inner.handle_async_request(pinned)
            except (httpx.ConnectError, httpx.ConnectTimeout):
                if i == len(addresses) - 1:
                    raise
        raise LoadError("the host name {host} has no address: check its spelling", host=repr(host))

    async def aclose(self) -> None:
        await self._inner.aclose()


async def _resolve(host: str, port: int) -> list[str]:
    """The addresses of a host. The thread of a look-up that hangs is left behind: nothing can stop it."""
    if not _look_ups.acquire(blocking=False):
        raise LoadError("too many look-ups of host names hang: check the connection, then try again")
    loop = asyncio.get_running_loop()
    answered: asyncio.Future[list[str] | Exception] = loop.create_future()
    Thread(target=_look_up, args=(host, port, loop, answered), daemon=True).start()
    addresses = await answered
    if isinstance(addresses, OSError):
        raise LoadError(
            "the host name {host} is not known: check its spelling and your connection", host=repr(host)
        ) from addresses
    if isinstance(addresses, Exception):
        raise addresses
    return addresses


def _look_up(
    host: str,
    port: int,
    loop: asyncio.AbstractEventLoop,
    answered: "asyncio.Future[list[str] | Exception]",
) -> None:
    addresses: list[str] | Exception
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        addresses = list(dict.fromkeys(str(address[0]) for *_, address in found))
    except (OSError, UnicodeError) as error:
        addresses = error
    finally:
        _look_ups.release()
    with suppress(RuntimeError):  # nobody waits for it any more
        loop.call_soon_threadsafe(lambda: None if answered.done() else answered.set_result(addresses))


def is_public(address: str) -> bool:
    """Whether an IP address lies in the open internet, also when it carries an IPv4 address inside."""
    ip = ipaddress.ip_address(address)
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour
        if ip in _NAT64:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
        if ip.teredo is not None or ip not in _GLOBAL_UNICAST:
            return False
    return ip.is_global and not ip.is_multicast and not any(ip in network for network in _RESERVED)

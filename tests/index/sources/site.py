"""A news site on loopback whose articles, feeds and sitemap the test changes as it goes on."""

import asyncio
import re
import threading
from collections import Counter
from dataclasses import dataclass, field
from hashlib import sha256
from html import escape

from aiohttp import web


@dataclass
class Story:
    title: str
    text: str
    edition: int = 0  # part of what feeds say of it
    listed: bool = True
    moved_to: str | None = None
    feed: int | None = None  # in /feed<number>.xml; None: in all


@dataclass
class NewsSite:
    """Answers on loopback until closed. Paths of `stories` are pages; `broken` paths answer 500."""

    stories: dict[str, Story] = field(default_factory=dict)
    robots: str | None = None
    broken: set[str] = field(default_factory=set)
    other: dict[str, tuple[str, str]] = field(default_factory=dict)  # content type and body by path
    requests: Counter[str] = field(default_factory=Counter)
    sent: Counter[str] = field(default_factory=Counter)  # without "not modified"
    agents: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self.url = asyncio.run_coroutine_threadsafe(self._start(), self._loop).result(10)

    async def _start(self) -> str:
        app = web.Application()
        app.router.add_get("/{path:.*}", self._answer)
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        return f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    def close(self) -> None:
        asyncio.run_coroutine_threadsafe(self._runner.cleanup(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    async def _answer(self, request: web.Request) -> web.Response:
        path = request.path
        self.requests[path] += 1
        self.agents.add(request.headers["User-Agent"])
        if path in self.broken:
            return web.Response(status=500)
        story = self.stories.get(path)
        if story and story.moved_to:
            return web.Response(status=301, headers={"Location": story.moved_to})
        kind, body = self._body(path)
        if not body:
            return web.Response(status=404)
        tag = f'"{sha256(body.encode()).hexdigest()[:12]}"'
        if request.headers.get("If-None-Match") == tag:
            return web.Response(status=304)
        self.sent[path] += 1
        return web.Response(text=body, content_type=kind, headers={"ETag": tag})

    def _body(self, path: str) -> tuple[str, str]:
        if path in self.other:
            return self.other[path]
        match path:
            case "/robots.txt":
                return "text/plain", self.robots or ""
            case _ if feed := re.fullmatch(r"/feed(\d*)\.xml", path):
                return "application/rss+xml", self._feed(int(feed[1]) if feed[1] else None)
            case "/sitemap.xml":
                return "application/xml", self._sitemap()
            case _ if path in self.stories:
                return "text/html", page(self.stories[path])
        return "text/html", ""

    def _feed(self, number: int | None) -> str:
        items = "".join(
            f"<item><title>{escape(story.title)}</title><link>{self.url}{path}</link>"
            f"<guid isPermaLink='false'>one guid for all</guid><description>no. {story.edition}</description>"
            "</item>"
            for path, story in self.stories.items()
            if story.listed and (number is None or story.feed in (None, number))
        )
        return f"<?xml version='1.0'?><rss version='2.0'><channel><title>News</title>{items}</channel></rss>"

    def _sitemap(self) -> str:
        urls = "".join(
            f"<url><loc>{self.url}{path}</loc><lastmod>{2000 + story.edition}-01-01</lastmod></url>"
            for path, story in self.stories.items()
            if story.listed
        )
        return f"<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>{urls}</urlset>"


def page(story: Story) -> str:
    return (
        f"<!DOCTYPE html><html><head><title>{escape(story.title)}</title></head><body>"
        f"<nav><a href='/'>Home</a></nav><article><h1>{escape(story.title)}</h1>"
        f"<p>{escape(story.text)}</p></article></body></html>"
    )

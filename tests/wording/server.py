"""An OpenAI-compatible server on loopback that replies as it is told, or stalls, or breaks off."""

import asyncio
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

Script = Callable[[dict[str, Any]], "str | Fault"]
"""What is replied to a request's body."""


@dataclass(frozen=True)
class Fault:
    """What comes instead of a reply."""

    status: int = 200
    body: str = ""
    stalls: bool = False  # nothing more comes
    breaks: bool = False  # the connection is cut
    after: str = ""  # this much of the reply comes before


@dataclass
class ModelServer:
    """Serves /v1/chat/completions and /v1/audio/transcriptions from a thread of its own."""

    script: Script = lambda body: '{"sentences": []}'
    heard: str = ""
    takes_schemas: bool = True
    requests: list[dict[str, Any]] = field(default_factory=list)
    keys: set[str] = field(default_factory=set)
    url: str = ""

    async def chat(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        self.requests.append(body)
        self.keys.add(request.headers.get("Authorization", ""))
        if "response_format" in body and not self.takes_schemas:
            return web.json_response({"error": {"message": "response_format is unknown"}}, status=400)
        said = self.script(body)
        fault = said if isinstance(said, Fault) else Fault()
        if fault.status != 200:
            return web.Response(status=fault.status, text=fault.body, content_type="application/json")
        if fault.body:
            return web.Response(text=fault.body, content_type="application/json")
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        text = said if isinstance(said, str) else fault.after
        for start in range(0, len(text), 40):
            await self._send(
                response, {"delta": {"content": text[start : start + 40]}, "finish_reason": None}
            )
        if fault.stalls:
            await asyncio.Event().wait()
        if fault.breaks and request.transport is not None:
            request.transport.abort()
            return response
        await self._send(response, {"delta": {}, "finish_reason": "stop"})
        usage = {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120}
        await response.write(f"data: {json.dumps(_chunk([], usage))}\n\ndata: [DONE]\n\n".encode())
        return response

    async def transcribe(self, request: web.Request) -> web.Response:
        form = await request.post()
        self.requests.append({"model": form["model"], "sound": form["file"].file.read()})  # type: ignore[union-attr]
        return web.json_response({"text": self.heard})

    async def _send(self, response: web.StreamResponse, choice: dict[str, Any]) -> None:
        await response.write(f"data: {json.dumps(_chunk([{'index': 0, **choice}]))}\n\n".encode())


def _chunk(choices: list[dict[str, Any]], usage: dict[str, int] | None = None) -> dict[str, Any]:
    about = {"id": "c", "object": "chat.completion.chunk", "created": 0, "model": "scripted"}
    return {**about, "choices": choices, "usage": usage}


@contextmanager
def serving() -> Iterator[ModelServer]:
    """A server that listens until the block ends."""
    server, loop, ready = ModelServer(), asyncio.new_event_loop(), threading.Event()

    async def listen() -> web.AppRunner:
        app = web.Application()
        app.router.add_post("/v1/chat/completions", server.chat)
        app.router.add_post("/v1/audio/transcriptions", server.transcribe)
        runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        server.url = f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
        ready.set()
        return runner

    def run() -> None:
        asyncio.set_event_loop(loop)
        runner = loop.run_until_complete(listen())
        loop.run_forever()
        loop.run_until_complete(runner.cleanup())

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    ready.wait(10)
    try:
        yield server
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5)

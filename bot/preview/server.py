"""The page and what it asks for: what happens, as server-sent events, and what people do, as posts."""

import json
from collections.abc import AsyncIterator
from dataclasses import asdict
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from bot.preview.chats import MAX_UNITS, Chats, NotPossible
from bot.preview.guard import Guard
from bot.preview.inline import MAX_QUERY_CHARS, Inline
from bot.preview.objects import Quote

PAGE = Path(__file__).parent / "page"


class Asked(BaseModel):
    """What a person does in a chat."""

    model_config = ConfigDict(strict=True, extra="forbid")

    chat: int
    person: int


class Said(Asked):
    text: str = Field(max_length=MAX_UNITS)
    reply_to: int | None = None
    quote: str | None = Field(None, min_length=1, max_length=1024)
    position: int = Field(0, ge=0)


class Rewritten(Asked):
    message: int
    text: str = Field(max_length=MAX_UNITS)


class Pressed(Asked):
    message: int
    data: str = Field(min_length=1, max_length=64)


class Queried(Asked):
    query: str = Field(max_length=MAX_QUERY_CHARS)


class Switched(Asked):
    language: str = Field(max_length=12)


class Chosen(Asked):
    offer: int
    result: str = Field(min_length=1, max_length=64)


A = TypeVar("A", bound=Asked)


def build_app(chats: Chats, port: int, key: str | None = None) -> ASGIApp:
    """The page of these chats, to be served on this port: of loopback, or anywhere with an access `key`."""
    inline = Inline(chats)

    async def events(_: Request) -> Response:
        return StreamingResponse(_as_events(chats), media_type="text/event-stream")

    async def say(request: Request) -> Response:
        said = await _body(request, Said)
        quote = None
        if said.quote is not None:
            quote = Quote(text=said.quote, position=said.position, is_manual=True)
        message = chats.say(said.chat, said.person, said.text, said.reply_to, quote)
        return JSONResponse({"message": message["message_id"]})

    async def rewrite(request: Request) -> Response:
        edit = await _body(request, Rewritten)
        chats.rewrite(edit.chat, edit.person, edit.message, edit.text)
        return JSONResponse({"message": edit.message})

    async def press(request: Request) -> Response:
        pressed = await _body(request, Pressed)
        answer = await chats.press(pressed.chat, pressed.person, pressed.message, pressed.data)
        if answer is None:
            raise NotPossible("the bot does not answer")
        return JSONResponse(asdict(answer))

    async def query(request: Request) -> Response:
        asked = await _body(request, Queried)
        offered = await inline.ask(asked.chat, asked.person, asked.query)
        if offered is None:
            return JSONResponse({"offer": 0, "results": [], "button": None})
        offer_id, offer = offered
        results = [{"id": one.id, "title": one.title, "note": one.description} for one in offer.results]
        return JSONResponse({"offer": offer_id, "results": results, "button": offer.button})

    async def choose(request: Request) -> Response:
        chosen = await _body(request, Chosen)
        message = inline.choose(chosen.chat, chosen.person, chosen.offer, chosen.result)
        return JSONResponse({"message": message["message_id"]})

    async def language(request: Request) -> Response:
        switched = await _body(request, Switched)
        chats.switch_language(switched.chat, switched.person, switched.language)
        return JSONResponse({"language": switched.language})

    app = Starlette(
        routes=[
            Route("/events", events),
            Route("/say", say, methods=["POST"]),
            Route("/edit", rewrite, methods=["POST"]),
            Route("/press", press, methods=["POST"]),
            Route("/query", query, methods=["POST"]),
            Route("/choose", choose, methods=["POST"]),
            Route("/language", language, methods=["POST"]),
            Mount("/", StaticFiles(directory=PAGE, html=True)),
        ],
        exception_handlers={NotPossible: _not_possible, ValidationError: _not_understood},
    )
    return Guard(app, port, key)


async def _as_events(chats: Chats) -> AsyncIterator[str]:
    """Everything there is, then what happens, until the chats are closed."""
    with chats.viewed() as viewer:
        while (event := await viewer.get()) is not None:
            yield f"data: {json.dumps({'kind': event.kind, 'body': event.body})}\n\n"


async def _body(request: Request, kind: type[A]) -> A:
    return kind.model_validate_json(await request.body())


async def _not_possible(_: Request, error: Exception) -> Response:
    return JSONResponse({"error": str(error)}, status_code=409)


async def _not_understood(_: Request, error: Exception) -> Response:
    assert isinstance(error, ValidationError)  # noqa: S101  # as registered
    wrong = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
    return JSONResponse({"error": wrong}, status_code=400)

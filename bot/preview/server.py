"""The page's server: events as server-sent events, people's actions as posts."""

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

from bot.preview.chats import MAX_UNITS, ActionRefused, Chats
from bot.preview.guard import Guard
from bot.preview.inline import MAX_QUERY_CHARS, Inline
from bot.preview.objects import Quote

PAGE = Path(__file__).parent / "page"


class PersonAction(BaseModel):
    """An action of a person in a chat."""

    model_config = ConfigDict(strict=True, extra="forbid")

    chat: int
    person: int


class SendMessage(PersonAction):
    text: str = Field(max_length=MAX_UNITS)
    reply_to: int | None = None
    quote: str | None = Field(None, min_length=1, max_length=1024)
    position: int = Field(0, ge=0)


class EditMessage(PersonAction):
    message: int
    text: str = Field(max_length=MAX_UNITS)


class PressButton(PersonAction):
    message: int
    data: str = Field(min_length=1, max_length=64)


class InlineQuery(PersonAction):
    query: str = Field(max_length=MAX_QUERY_CHARS)


class SwitchLanguage(PersonAction):
    language: str = Field(max_length=12)


class ChooseResult(PersonAction):
    offer: int
    result: str = Field(min_length=1, max_length=64)


A = TypeVar("A", bound=PersonAction)


def build_app(chats: Chats, port: int, key: str | None = None) -> ASGIApp:
    """The page of these chats, to be served on this port: of loopback, or anywhere with an access `key`."""
    inline = Inline(chats)

    async def events(_: Request) -> Response:
        return StreamingResponse(_event_stream(chats), media_type="text/event-stream")

    async def say(request: Request) -> Response:
        said = await _parse_body(request, SendMessage)
        quote = None
        if said.quote is not None:
            quote = Quote(text=said.quote, position=said.position, is_manual=True)
        message = chats.say(said.chat, said.person, said.text, said.reply_to, quote)
        return JSONResponse({"message": message["message_id"]})

    async def rewrite(request: Request) -> Response:
        edit = await _parse_body(request, EditMessage)
        chats.rewrite(edit.chat, edit.person, edit.message, edit.text)
        return JSONResponse({"message": edit.message})

    async def press(request: Request) -> Response:
        pressed = await _parse_body(request, PressButton)
        answer = await chats.press(pressed.chat, pressed.person, pressed.message, pressed.data)
        if answer is None:
            raise ActionRefused("the bot does not answer")
        return JSONResponse(asdict(answer))

    async def query(request: Request) -> Response:
        asked = await _parse_body(request, InlineQuery)
        offered = await inline.ask(asked.chat, asked.person, asked.query)
        if offered is None:
            return JSONResponse({"offer": 0, "results": [], "button": None})
        offer_id, offer = offered
        results = [{"id": one.id, "title": one.title, "note": one.description} for one in offer.results]
        return JSONResponse({"offer": offer_id, "results": results, "button": offer.button})

    async def choose(request: Request) -> Response:
        chosen = await _parse_body(request, ChooseResult)
        message = inline.choose(chosen.chat, chosen.person, chosen.offer, chosen.result)
        return JSONResponse({"message": message["message_id"]})

    async def language(request: Request) -> Response:
        switched = await _parse_body(request, SwitchLanguage)
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
        exception_handlers={ActionRefused: _refusal, ValidationError: _invalid_request},
    )
    return Guard(app, port, key)


async def _event_stream(chats: Chats) -> AsyncIterator[str]:
    """The viewer's queue as server-sent events, until the chats are closed."""
    with chats.subscribe() as viewer:
        while (event := await viewer.get()) is not None:
            yield f"data: {json.dumps({'kind': event.kind, 'body': event.body})}\n\n"


async def _parse_body(request: Request, kind: type[A]) -> A:
    return kind.model_validate_json(await request.body())


async def _refusal(_: Request, error: Exception) -> Response:
    return JSONResponse({"error": str(error)}, status_code=409)


async def _invalid_request(_: Request, error: Exception) -> Response:
    assert isinstance(error, ValidationError)  # noqa: S101  # as registered
    wrong = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
    return JSONResponse({"error": wrong}, status_code=400)

"""A language model behind an OpenAI-compatible server, by the official client."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any

from wording.errors import ServerError
from wording.replies import MAX_REPLY_CHARS, SCHEMA

if TYPE_CHECKING:
    from openai import AsyncOpenAI

MAX_TOKENS = 600  # of a reply: four sentences with their quotes take 400
CHARS_PER_TOKEN = 3  # where the server does not count: rather too many tokens than too few
REFUSES = (400, 404, 415, 422, 500, 501)  # what servers say to a form they do not know
NO_KEY = "none"  # servers of one's own ask for none; the client wants one


_Form = Callable[[dict[str, object]], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Server:
    """Where a model is and what it is called; `timeout_s` is for a whole reply."""

    base_url: str
    model: str
    api_key: str | None = None
    timeout_s: float = 20.0


@dataclass(frozen=True, slots=True)
class Written:
    """A complete reply, and the tokens that asking for it took."""

    text: str
    tokens: int


class ChatModel:
    """Writes replies. For one event loop; `close` it at the end.

    The client is imported when first used: it takes half a second that a start without a model is spared.
    """

    def __init__(self, server: Server) -> None:
        self.server = server
        self._client: AsyncOpenAI | None = None
        self._forms: tuple[_Form, ...] = (_schema_form, _json_form, _plain_form)  # until one is taken

    async def write(
        self,
        messages: Sequence[dict[str, str]],
        on_text: Callable[[str], Awaitable[None]] | None = None,
        schema: dict[str, object] = SCHEMA,
    ) -> Written:
        """The reply; `on_text` is given what has come of it whenever a JSON object in it may be complete.

        Raises ServerError, also when the reply is not complete within the time-out.
        """
        import httpx2  # of the client, which lets through what happens in the middle of a stream
        from openai import APIStatusError, OpenAIError

        try:
            async with asyncio.timeout(self.server.timeout_s):
                for form in self._forms:
                    try:
                        written = await self._write(messages, on_text, form(schema))
                    except APIStatusError as error:
                        if error.status_code not in REFUSES or form is self._forms[-1]:
                            raise
                    else:
                        self._forms = (form,)
                        return written
                raise AssertionError("the last form is answered or raises")
        except TimeoutError:
            raise ServerError(f"no complete reply within {self.server.timeout_s:g} s") from None
        except (OpenAIError, OSError, httpx2.HTTPError) as error:
            raise ServerError(_why(error)) from None
        except (ValueError, KeyError, TypeError, AttributeError) as error:  # a body that is no completion
            raise ServerError(f"a reply that is not understood ({type(error).__name__})") from None

    async def hear(self, sound: bytes, name: str) -> str:
        """The words spoken in a sound file. Raises ServerError."""
        from openai import OpenAIError

        file = BytesIO(sound)
        file.name = name
        try:
            async with asyncio.timeout(self.server.timeout_s):
                heard = await self._open().audio.transcriptions.create(model=self.server.model, file=file)
        except TimeoutError:
            raise ServerError(f"no complete reply within {self.server.timeout_s:g} s") from None
        except (OpenAIError, OSError, ValueError) as error:
            raise ServerError(_why(error)) from None
        text = getattr(heard, "text", heard)
        return " ".join(text.split()) if isinstance(text, str) else ""

    async def close(self) -> None:
        """Close the connections; a later `write` opens new ones."""
        if self._client is not None:
            await self._client.close()
            self._client = None

    def _open(self) -> "AsyncOpenAI":
        from openai import AsyncOpenAI

        if self._client is None:
            self._client = AsyncOpenAI(
                base_url=self.server.base_url,
                api_key=self.server.api_key or NO_KEY,
                timeout=self.server.timeout_s,
                max_retries=0,  # the extractive answer is there already
            )
        return self._client

    async def _write(
        self,
        messages: Sequence[dict[str, str]],
        on_text: Callable[[str], Awaitable[None]] | None,
        form: dict[str, Any],
    ) -> Written:
        said: Any = list(messages)
        stream: AsyncIterator[Any] = await self._open().chat.completions.create(
            model=self.server.model, messages=said, stream=True, **form
        )
        text, tokens, finished = "", 0, False
        async for chunk in stream:
            if chunk.usage is not None:
                tokens = chunk.usage.total_tokens or 0
            for choice in chunk.choices:
                piece = choice.delta.content or ""
                finished = finished or choice.finish_reason in ("stop", "length")
                text += piece
                if on_text is not None and "}" in piece:
                    await on_text(text)
            if len(text) > MAX_REPLY_CHARS:
                raise ServerError(f"a reply of more than {MAX_REPLY_CHARS:,} characters")
        if not finished:
            raise ServerError("the reply broke off")
        sent = sum(len(message["content"]) for message in messages)
        return Written(text, tokens or (sent + len(text)) // CHARS_PER_TOKEN)


def _schema_form(schema: dict[str, object]) -> dict[str, Any]:
    """As OpenAI, Ollama, vLLM and llama.cpp's server take it."""
    shape = {"name": "answer", "strict": True, "schema": schema}
    return {
        **_json_form(schema),
        "response_format": {"type": "json_schema", "json_schema": shape},
        "stream_options": {"include_usage": True},
    }


def _json_form(schema: dict[str, object]) -> dict[str, Any]:
    """As llama-cpp-python and older servers take it."""
    shape = {"type": "json_object", "schema": schema}
    return {"response_format": shape, "max_tokens": MAX_TOKENS, "temperature": 0}


def _plain_form(_: dict[str, object]) -> dict[str, Any]:
    """For servers and models that refuse any of that."""
    return {}


def _why(error: Exception) -> str:
    """What is wrong, on one line; the text of a refusal may repeat the key, and is left out."""
    status = getattr(error, "status_code", None)
    return f"HTTP {status}" if status else type(error).__name__

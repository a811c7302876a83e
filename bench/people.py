"""Telegram and twenty people, in a process of their own: python -m bench.people SECONDS, for bench/load.py.

Prints a line of JSON when the server listens, one when the measuring begins, and one with the figures.
"""

import asyncio
import json
import random
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

from bench import wait_figures
from bench.answering import QUESTIONS
from bot.i18n import texts
from tests.botapi.server import BOT, BotApiServer

USERS = range(42, 62)
GROUP, OTHER_GROUP, FORUM = -500, -501, -1000500
CHATS = (42, 43, GROUP, OTHER_GROUP, FORUM)  # the first two are private
MEAN_PAUSE_S = 1.0  # of each between two deeds, on average
WARM_UP_S = 5.0
PATIENCE_S = 60.0
MAX_SHOWN = 40  # of the last messages people press buttons
GUEST_IDS = range(1000, 3000)  # so many that none tags too often
WAIT = texts.IN_LINE.partition("{")[0]
Figures = dict[str, object]
Message = dict[str, Any]


class People:
    """People who do one thing after another, each waiting for the result."""

    def __init__(self, server: BotApiServer) -> None:
        self._server = server
        self.asked: list[tuple[float, float]] = []  # when, and when it was answered
        self.pressed: list[tuple[float, float]] = []
        self.typed: list[tuple[float, float]] = []
        self.tagged: list[tuple[float, float]] = []

    async def act_until(self, user_id: int, until: float) -> None:
        """One person, until this time."""
        chance = random.Random(user_id)
        deeds = [self._ask] * 3 + [self._press] * 5 + [self._type] * 3 + [self._tag]
        while time.monotonic() < until:
            await asyncio.sleep(chance.expovariate(1 / MEAN_PAUSE_S))
            await chance.choice(deeds)(user_id, chance)

    async def _ask(self, user_id: int, chance: random.Random) -> None:
        chat_id = chance.choice([one for one in CHATS if one < 0 or one == user_id])
        whispers = chat_id < 0 and user_id not in CHATS and chance.random() < 0.2
        command = "" if chat_id > 0 else "/whisper " if whispers else "/ask "
        text, sender = command + chance.choice(QUESTIONS), self._server.person(user_id)
        topic = chance.choice((7, 8)) if chat_id == FORUM else None
        asked = self._server.message(chat_id, text, **{"from": sender}, message_thread_id=topic)
        began, before = time.monotonic(), len(self._server.sent)
        await self._server.push({"message": asked})
        await self._until(lambda: any(_is_answer(one, asked) for one in self._server.sent[before:]))
        self.asked.append((began, time.monotonic()))

    async def _press(self, user_id: int, chance: random.Random) -> None:
        shown = [one for one in self._server.messages.values() if _buttons(one)][-MAX_SHOWN:]
        if not shown:
            return
        message = chance.choice(shown)
        presser = message["chat"]["id"] if message["chat"]["id"] > 0 else user_id
        before, began = len(self._server.pushed), time.monotonic()
        await self._server.press(message, chance.choice(_buttons(message)), user_id=presser)
        queries = [one.get("callback_query", {}) for one in self._server.pushed[before:]]
        query_id = next(one["id"] for one in queries if one and one["from"]["id"] == presser)
        await self._until(lambda: query_id not in self._server.unanswered)
        self.pressed.append((began, self._answered("answerCallbackQuery", query_id)))

    async def _type(self, user_id: int, chance: random.Random) -> None:
        words = chance.choice(QUESTIONS).split()
        typed = " ".join(words[: chance.randint(min(3, len(words)), len(words))])  # few come from memory
        began = time.monotonic()
        query_id = await self._server.ask_inline(typed, user_id)
        await self._until(lambda: query_id in self._server.queries.offers)
        self.typed.append((began, self._answered("answerInlineQuery", query_id)))

    async def _tag(self, user_id: int, chance: random.Random) -> None:
        began = time.monotonic()
        words = f"@{BOT['username']} {chance.choice(QUESTIONS)}"
        query_id = await self._server.tag(words, chance.choice(GUEST_IDS))
        await self._until(lambda: self._server.queries.guest_answers[query_id])
        self.tagged.append((began, self._answered("answerGuestQuery", query_id)))

    async def _until(self, happened: Callable[[], object]) -> None:
        async with asyncio.timeout(PATIENCE_S), self._server.changed:
            await self._server.changed.wait_for(lambda: bool(happened()))

    def _answered(self, method: str, query_id: str) -> float:
        """When the request that answers the query came in."""
        made = (call for call in reversed(self._server.calls) if call.method == method)
        return next(call.at for call in made if query_id in call.params.values())


def _is_answer(sent: Message, asked: Message) -> bool:
    """Whether the message answers: in private it replies to nothing, in groups the line to wait does too."""
    if asked["chat"]["id"] > 0:
        return bool(sent["chat"]["id"] == asked["chat"]["id"] and "reply_markup" in sent)
    replied = sent.get("reply_to_message", {}).get("message_id")
    return bool(replied == asked["message_id"]) and not sent["text"].startswith(WAIT)


def _buttons(message: Message) -> list[str]:
    rows = message.get("reply_markup", {"inline_keyboard": []})["inline_keyboard"]
    return [button["callback_data"] for row in rows for button in row if "callback_data" in button]


async def serve(seconds: float) -> None:
    """Print where the server listens, wait for the bot, live, and print the figures."""
    server = BotApiServer()
    for chat_id in CHATS:
        kind = "private" if chat_id > 0 else "supergroup" if chat_id == FORUM else "group"
        server.add_chat(chat_id, kind, topics=(7, 8) if chat_id == FORUM else ())
    await server.start()
    _print_json({"base_url": server.base_url, "file_url": server.file_url})
    await server.until(lambda: server.called("getUpdates"))
    people = People(server)
    began = time.monotonic() + WARM_UP_S
    living = [asyncio.create_task(people.act_until(user_id, began + seconds)) for user_id in USERS]
    await asyncio.sleep(WARM_UP_S)
    _print_json({"begin": True})
    await asyncio.sleep(seconds)
    _print_json({"end": True})
    await asyncio.gather(*living)
    _print_json(
        {
            "users": len(USERS),
            "chats": len(CHATS),
            "answers_per_s": round(
                sum(began <= at <= began + seconds for _, at in people.asked) / seconds, 2
            ),
            "question": wait_figures(_durations_s(people.asked, began)),
            "press": wait_figures(_durations_s(people.pressed, began)),
            "inline": wait_figures(_durations_s(people.typed, began)),
            "guest": wait_figures(_durations_s(people.tagged, began)),
            "requests": len(server.calls),
            "refused": len(server.violations),
        }
    )
    await server.stop()


def _durations_s(times: Sequence[tuple[float, float]], since: float) -> list[float]:
    return [done - began for began, done in times if began >= since]


def _print_json(line: Figures) -> None:
    print(json.dumps(line), flush=True)


if __name__ == "__main__":
    asyncio.run(serve(float(sys.argv[1])))

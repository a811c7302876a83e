"""A crowd that asks, replies, edits, presses, removes and forgets all at once, while the network fails."""

import logging
import random
from typing import Any

import pytest
from telegram.ext import AIORateLimiter

from bot import texts
from tests.bot.conftest import FORUM, GROUP, PRIVATE, StartBot
from tests.botapi.server import BOT, BotApiServer, Fault

CHATS = (PRIVATE, 43, GROUP, FORUM, -501)
USERS = range(42, 62)
ADMIN = 50
STEPS = 200
QUESTIONS = (
    "how many trucks?",
    "and how many buses?",
    "how many were killed?",
    "who won?",
    "where were they?",
)
COMMANDS = ("/new", "/forget", "/whisper how many buses?")
UNSAFE = ("editMessageText", "answerCallbackQuery", "deleteMessage", "sendChatAction")  # fail now and then

Message = dict[str, Any]


class Crowd:
    """Does one random thing after another; remembers what was asked."""

    def __init__(self, server: BotApiServer, seed: int) -> None:
        self.server = server
        self.random = random.Random(seed)
        self.questions: list[Message] = []

    async def act(self) -> None:
        often = (self.ask, self.follow_up, self.press)
        now_and_then = (self.edit, self.talk, self.command, self.open, self.redeliver, self.disturb)
        await self.random.choice(often * 4 + now_and_then)()

    async def ask(self) -> None:
        chat_id, question = self.random.choice(CHATS), self.random.choice(QUESTIONS)
        topic = self.random.choice((None, 7, 8)) if chat_id == FORUM else None
        await self.question(chat_id, question if chat_id > 0 else f"/ask {question}", message_thread_id=topic)

    async def follow_up(self) -> None:
        replied, question = self.any_message(), self.random.choice(QUESTIONS)
        picked = {"text": replied["text"][:9], "position": 0, "is_manual": True}
        await self.question(
            replied["chat"]["id"],
            question if replied["chat"]["id"] > 0 else f"@{BOT['username']} {question}",
            reply_to_message=replied,
            quote=self.random.choice((None, picked)),
            message_thread_id=replied.get("message_thread_id"),
        )

    async def question(self, chat_id: int, text: str, **fields: Any) -> None:
        sender = self.server.person(chat_id if chat_id > 0 else self.random.choice(USERS))
        self.questions.append(await self.server.say(chat_id, text, **{"from": sender}, **fields))

    async def edit(self) -> None:
        question = self.random.choice(self.questions)
        prefix = "" if question["chat"]["id"] > 0 else "/ask "
        await self.server.edit(question, prefix + self.random.choice(QUESTIONS))

    async def press(self) -> None:
        message = self.any_message()
        rows = message.get("reply_markup", {"inline_keyboard": []})["inline_keyboard"]
        pressable = [button["callback_data"] for row in rows for button in row if "callback_data" in button]
        if pressable:
            user_id = self.random.choice(USERS)
            await self.server.press(message, self.random.choice(pressable), user_id=user_id)

    async def command(self) -> None:
        chat_id = self.random.choice(CHATS)
        sender = self.server.person(chat_id if chat_id > 0 else self.random.choice(USERS))
        await self.server.say(chat_id, self.random.choice(COMMANDS), **{"from": sender})

    async def open(self) -> None:
        rows = self.any_message().get("reply_markup", {"inline_keyboard": [[{}]]})["inline_keyboard"]
        _, answer_id, _ = rows[0][0].get("callback_data", "::").split(":")
        await self.server.say(PRIVATE, f"/start a_{answer_id}")

    async def talk(self) -> None:
        replied = self.any_message()
        if replied["chat"]["id"] < 0 and replied["from"]["id"] != BOT["id"]:
            await self.server.say(replied["chat"]["id"], "I wonder", reply_to_message=replied)

    async def redeliver(self) -> None:
        await self.server.push(self.random.choice(self.server.pushed))

    async def disturb(self) -> None:
        fault = self.random.choice((Fault(502), Fault(drop=True, processed=True)))
        self.server.faults[self.random.choice(UNSAFE)].append(fault)

    def any_message(self) -> Message:
        return self.random.choice([message for message in self.server.messages.values() if "text" in message])


@pytest.mark.parametrize("seed", range(3))
async def test_every_question_gets_one_answer_in_its_place_and_nothing_breaks(
    server: BotApiServer,
    start_bot: StartBot,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    seed: int,
):
    monkeypatch.setattr("bot.application.PatientLimiter", lambda _: AIORateLimiter(0, 0, 0, 0))  # no waiting
    server.add_chat(43, "private")
    server.add_chat(-501, "group")
    server.admins.add((GROUP, ADMIN))
    crowd = Crowd(server, seed)
    for _ in range(2):  # the second half after a restart
        bot = await start_bot()
        server.pushed.clear()
        await crowd.question(PRIVATE, QUESTIONS[0])
        for _ in range(STEPS // 2):
            await crowd.act()
        await all_handled(server)
        bot.stop.set()
        await bot.task
        bot.memory.close()
    answers = [sent for sent in server.sent if sent["text"] != texts.MAYBE_LOST]
    for question in crowd.questions:
        if question["chat"]["id"] < 0:  # in private answers reply to nothing
            replies = [sent for sent in answers if replied_to(sent) == question["message_id"]]
            places = [(sent["chat"]["id"], sent.get("message_thread_id")) for sent in replies]
            assert places == [(question["chat"]["id"], question.get("message_thread_id"))]
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR] == []


def replied_to(message: Message) -> int | None:
    replied: Message = message.get("reply_to_message", {})
    return replied.get("message_id")


async def all_handled(server: BotApiServer) -> None:
    """Wait until the bot has come to the end of what was said in each chat and has answered every press."""
    for chat_id in CHATS:
        last = await server.say(chat_id, "/help")
        await server.until(lambda c=chat_id, after=last: has_helped(server, c, after))
    await server.until(lambda: not server.unanswered)


def has_helped(server: BotApiServer, chat_id: int, after: Message) -> bool:
    said = [sent for sent in server.bot_messages(chat_id) if sent["message_id"] > after["message_id"]]
    return any(sent["text"] == texts.HELP for sent in said)

"""A crowd that asks, replies, edits, presses, removes, whispers, types elsewhere and forgets all at once.

Meanwhile the network fails, and updates come twice and out of order.
"""

import logging
import random
import sqlite3
from typing import Any

import pytest

from bot.i18n import texts
from bot.rendering.keyboards import Action
from bot.state.answers import answer_by_message
from bot.state.conversations import Role
from tests.bot.conftest import FORUM, GROUP, PRIVATE, RunningBot, StartBot
from tests.bot.transcripts import HELPS
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
COMMANDS = ("/new", "/forget", "/settings", "/sources")
FAILS = (
    "sendMessage",
    "editMessageText",
    "deleteMessage",
    "answerCallbackQuery",
    "answerInlineQuery",
    "answerGuestQuery",
    "sendChatAction",
)
TOO_MANY = Fault(429, "Too Many Requests: retry after 1", {"retry_after": 1})
NOT_DONE = (Fault(502), Fault(503), Fault(drop=True))
RECEIPT_LOST = (Fault(502, processed=True), Fault(drop=True, processed=True))
PAUSES_S = (0.01,) * 7  # as many as the bot makes
GUESTS = range(900, 960)  # so many that each may ask
QUIET = ("set:quiet:on",)  # then only commands are answered, at some hours

Message = dict[str, Any]


class Crowd:
    """Does one random thing after another; remembers what was asked."""

    def __init__(self, server: BotApiServer, seed: int) -> None:
        self.server = server
        self.random = random.Random(seed)
        self.questions: list[Message] = []
        self.whispers: list[tuple[int, Message]] = []  # user and question
        self.queries: dict[int, str] = {}  # the newest of each user: what they typed before is dropped
        self.tags: list[str] = []
        self.late: list[Message] = []

    async def act(self) -> None:
        await self.deliver_late()
        often = (self.ask, self.follow_up, self.press)
        elsewhere = (self.type, self.send_offered, self.tag, self.whisper)
        now_and_then = (self.edit, self.talk, self.command, self.open, self.redeliver)
        await self.random.choice(often * 4 + elsewhere * 2 + now_and_then + (self.disturb,) * 4)()

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
        self.questions.append(self.server.message(chat_id, text, **{"from": sender}, **fields))
        self.late.append(self.questions[-1])
        if self.random.random() < 0.9:
            await self.deliver_late()

    async def deliver_late(self) -> None:
        """What was said before something else that the bot has heard already."""
        for message in self.late:
            await self.server.push({"message": message})
        self.late.clear()

    async def edit(self) -> None:
        question = self.random.choice(self.questions)
        prefix = "" if question["chat"]["id"] > 0 else "/ask "
        await self.server.edit(question, prefix + self.random.choice(QUESTIONS))

    async def press(self) -> None:
        message = self.any_message()
        pressable = [data for data in pressed_under(message) if data not in QUIET]
        if pressable:
            user_id = self.random.choice((ADMIN, message["chat"]["id"], self.random.choice(USERS)))
            await self.server.press(message, self.random.choice(pressable), user_id=abs(user_id))

    async def command(self) -> None:
        chat_id = self.random.choice(CHATS)
        user_id = chat_id if chat_id > 0 else self.random.choice((ADMIN, self.random.choice(USERS)))
        sender = self.server.person(user_id)
        await self.server.say(chat_id, self.random.choice(COMMANDS), **{"from": sender})

    async def open(self) -> None:
        for data in pressed_under(self.any_message())[:1]:
            await self.server.say(PRIVATE, f"/start a_{data.split(':')[1]}")

    async def type(self) -> None:
        user_id = self.random.choice(USERS)
        self.queries[user_id] = await self.server.ask_inline(self.random.choice(QUESTIONS), user_id)

    async def send_offered(self) -> None:
        """Into the group; then somebody presses a button there."""
        offers = [(one, offer.results) for one, offer in self.server.queries.offers.items() if offer.results]
        if offers:
            query_id, results = self.random.choice(offers)
            result, user_id = self.random.choice(results), self.random.choice(USERS)
            sent = await self.server.choose(query_id, result["id"], user_id, GROUP)
            for data in pressed_under(result)[:1] if sent is not None else []:
                await self.server.press_inline(str(sent), data, user_id)

    async def tag(self) -> None:
        words, user_id = self.random.choice(QUESTIONS), self.random.choice(GUESTS)
        self.tags.append(await self.server.tag(f"@{BOT['username']} {words}", user_id))

    async def whisper(self) -> None:
        chat_id, user_id = self.random.choice((GROUP, FORUM, -501)), self.random.choice(USERS)
        text, sender = f"/whisper {self.random.choice(QUESTIONS)}", self.server.person(user_id)
        topic = self.random.choice((None, 7, 8)) if chat_id == FORUM else None
        asked = await self.server.say(chat_id, text, **{"from": sender}, message_thread_id=topic)
        self.whispers.append((user_id, asked))

    async def talk(self) -> None:
        replied = self.any_message()
        if replied["chat"]["id"] < 0 and replied["from"]["id"] != BOT["id"]:
            await self.server.say(replied["chat"]["id"], "I wonder", reply_to_message=replied)

    async def redeliver(self) -> None:
        await self.server.push(self.random.choice(self.server.pushed))

    async def disturb(self) -> None:
        method = self.random.choice(FAILS * 2 + ("sendMessage",) * 10)
        faults = (TOO_MANY,) if self.random.random() < 0.15 else NOT_DONE + RECEIPT_LOST
        self.server.faults[method].append(self.random.choice(faults))

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
    for limit in ("CHAT_MESSAGES", "GROUP_MESSAGES", "ALL_REQUESTS"):
        monkeypatch.setattr(f"bot.transport.rate_limiter.{limit}", 100_000)  # no waiting but for 429s
    server.add_chat(43, "private")
    server.add_chat(-501, "group")
    server.admins.add((GROUP, ADMIN))
    crowd = Crowd(server, seed)
    opened: set[int] = set()
    for _ in range(2):  # the second half after a restart
        bot = await start_bot(suggest_after_s=0.0, retry_pauses_s=PAUSES_S)
        server.pushed.clear()
        await crowd.question(PRIVATE, QUESTIONS[0])
        for _ in range(STEPS // 2):
            await crowd.act()
        await crowd.deliver_late()
        await all_handled(server, crowd)
        opened |= opened_copies(server, bot)
        await bot.ended()
    for question in crowd.questions:
        if question["chat"]["id"] < 0:  # in private answers reply to nothing
            replies = [one for one in received(server) if replied_to(one) == question["message_id"]]
            places = [(one["chat"]["id"], one.get("message_thread_id")) for one in replies]
            assert places == [(question["chat"]["id"], question.get("message_thread_id"))]
    for chat_id in (PRIVATE, 43):
        asked = [one for one in crowd.questions if one["chat"]["id"] == chat_id]
        whispered = [one for user_id, one in crowd.whispers if user_id == chat_id]
        given = answers(server, chat_id, opened), answers(server, chat_id, opened, whispered=True)
        assert [*map(len, given)] == [
            len(asked),
            len(whispered),
        ]
    for user_id, asked_in in crowd.whispers:
        replies = [one for one in received(server) if replied_to(one) == asked_in["message_id"]]
        links = [one for one in replies if not pressed_under(one)]
        assert len(links) == (user_id not in (PRIVATE, 43)), "a link for those who cannot be written to"
        assert {one.get("message_thread_id") for one in replies} <= {asked_in.get("message_thread_id")}
    copies = [spoken(one) for one in server.sent if one["message_id"] in server.receipts_lost]
    known = [spoken(one) for one in received(server)]
    assert [one for one in copies if one not in known] == []
    assert copies
    assert texts.MAYBE_LOST not in [one["text"] for one in server.sent]
    assert crowd.tags
    assert crowd.queries
    assert crowd.whispers
    assert all(len(server.queries.guest_answers[tag]) == 1 for tag in crowd.tags)
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR] == []


def received(server: BotApiServer) -> list[Message]:
    """What the bot has sent and knows to be sent; what else is there must be copies of that."""
    return [one for one in server.sent if one["message_id"] not in server.receipts_lost]


def spoken(message: Message) -> tuple[Any, ...]:
    """What there is to see of a message, and where."""
    shown = (message["text"], message.get("reply_markup"), replied_to(message))
    return message["chat"]["id"], message.get("message_thread_id"), *shown


def opened_copies(server: BotApiServer, bot: RunningBot) -> set[int]:
    """Ids of the messages in private chats that show an answer again, opened by its link."""

    def is_copy(db: sqlite3.Connection, message: Message) -> bool:
        answered = answer_by_message(db, message["chat"]["id"], message["message_id"])
        return answered is not None and answered.role is Role.COPY

    return bot.database.transact(lambda db: {one["message_id"] for one in server.sent if is_copy(db, one)})


def answers(
    server: BotApiServer, chat_id: int, copies: set[int], *, whispered: bool = False
) -> list[Message]:
    """The answers given in a private chat to what was asked there, or to what was whispered."""
    found = []
    seen: set[str] = set()  # an answer that comes again is a copy too; /forget forgets that it is
    for one in received(server):
        buttons = dict(data.split(":")[:2] for data in pressed_under(one))
        answer_id = buttons.get(Action.MORE)
        is_answer = answer_id is not None and answer_id not in seen and one["message_id"] not in copies
        seen.update(buttons.values())
        is_there = one["chat"]["id"] == chat_id and replied_to(one) is None
        if is_there and is_answer and (Action.POST in buttons) is whispered:
            found.append(one)
    return found


def pressed_under(message: Message) -> list[str]:
    """The callback data of its buttons."""
    rows = message.get("reply_markup", {"inline_keyboard": []})["inline_keyboard"]
    return [button["callback_data"] for row in rows for button in row if "callback_data" in button]


def replied_to(message: Message) -> int | None:
    replied: Message = message.get("reply_to_message", {})
    return replied.get("message_id")


async def all_handled(server: BotApiServer, crowd: Crowd) -> None:
    """Wait until the bot has come to the end of what was said in each chat, pressed, typed and tagged."""
    for chat_id in CHATS:
        last = await server.say(chat_id, "/help")
        await server.until(lambda c=chat_id, after=last: has_helped(server, c, after))
    await server.until(lambda: not server.unanswered)
    await server.until(lambda: all(query in server.queries.offers for query in crowd.queries.values()))
    await server.until(lambda: all(server.queries.guest_answers[tag] for tag in crowd.tags))


def has_helped(server: BotApiServer, chat_id: int, after: Message) -> bool:
    said = [sent for sent in server.bot_messages(chat_id) if sent["message_id"] > after["message_id"]]
    return any(sent["text"] in HELPS for sent in said)

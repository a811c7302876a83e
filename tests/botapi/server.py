"""The server: what a bot calls, what people do in chats, and the faults a test orders."""

import asyncio
import time
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from tests.botapi.checks import Refused, check_keyboard, parameters
from tests.botapi.entities import CannotParse, parse_html, utf16_length

TOKEN = "123456789:AAtest-token_of-thirty-five-letters"
BOT = {"id": 123456789, "is_bot": True, "first_name": "Citebot", "username": "Citebot_Test_Bot"}
ME = {**BOT, "supports_inline_queries": True, "supports_guest_queries": True}  # as getMe says it
PATIENCE_S = 10.0  # how long `until` waits; reached only by a failing test


_ADMIN_RIGHTS = (
    "can_be_edited is_anonymous can_manage_chat can_delete_messages can_manage_video_chats "
    "can_restrict_members can_promote_members can_change_info can_invite_users can_post_stories "
    "can_edit_stories can_delete_stories"
).split()


@dataclass(frozen=True)
class Fault:
    """What happens to a request instead of, or besides, being carried out."""

    status: int | None = None  # this HTTP status comes back
    description: str = "injected fault"
    parameters: dict[str, Any] | None = None
    drop: bool = False  # the connection is closed without a response
    processed: bool = False  # the request is carried out all the same
    delay_s: float = 0.0  # before anything happens


@dataclass
class Call:
    """A request as it arrived, in its types, and what came of it."""

    method: str
    params: dict[str, Any]
    at: float  # time.monotonic()
    outcome: str = "ok"  # or the description of the refusal


@dataclass
class BotApiServer:
    """A Bot API server of one bot."""

    calls: list[Call] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    faults: dict[str, deque[Fault]] = field(default_factory=lambda: defaultdict(deque))
    always: dict[str, Fault] = field(default_factory=dict)  # method -> fault, until removed
    chats: dict[int, dict[str, Any]] = field(default_factory=dict)
    topics: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    messages: dict[tuple[int, int], dict[str, Any]] = field(default_factory=dict)
    sent: list[dict[str, Any]] = field(default_factory=list)  # by the bot, as it was then
    pushed: list[dict[str, Any]] = field(default_factory=list)  # every update
    unanswered: set[str] = field(default_factory=set)  # ids of callback queries
    toasts: list[str | None] = field(default_factory=list)
    names: dict[int, str] = field(default_factory=lambda: {42: "Ada"})  # of people, by user id
    admins: set[tuple[int, int]] = field(default_factory=set)  # chat and user

    def __post_init__(self) -> None:
        self.changed = asyncio.Condition()
        self._pending: list[dict[str, Any]] = []
        self._allowed: list[str] | None = None
        self._poll = 0
        self._update_id = 700_000_000
        self._message_id = 100
        self._port = 0
        self._runner: web.AppRunner | None = None

    # The network

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self._port}/bot"

    @property
    def file_url(self) -> str:
        return f"http://127.0.0.1:{self._port}/file/bot"

    async def start(self) -> None:
        """Listen; on the same port as before after `stop`."""
        app = web.Application()
        app.router.add_route("*", "/bot{token}/{method}", self._handle)
        self._runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self._port, reuse_address=True)
        await site.start()
        self._port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        """Cut every connection and refuse new ones."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    # People

    def add_chat(self, chat_id: int, kind: str, topics: tuple[int, ...] = ()) -> dict[str, Any]:
        chat: dict[str, Any] = {"id": chat_id, "type": kind}
        if kind == "private":
            chat["first_name"] = self.names.get(chat_id, "Somebody")
        else:
            chat["title"] = "The newsroom"
        if topics:
            chat["is_forum"] = True
            self.topics[chat_id] |= set(topics)
        self.chats[chat_id] = chat
        return chat

    def person(self, user_id: int = 42) -> dict[str, Any]:
        return {"id": user_id, "is_bot": False, "first_name": self.names.get(user_id, "Somebody")}

    def message(self, chat_id: int, text: str | None = None, **fields: Any) -> dict[str, Any]:
        """A person's message, stored; `say` delivers it too. Finds commands and mentions like Telegram."""
        self._message_id += 1
        chat = self.chats[chat_id]
        message: dict[str, Any] = {
            "message_id": self._message_id,
            "date": int(time.time()),
            "chat": chat,
            "from": self.person(chat_id if chat["type"] == "private" else 42),
        }
        if text is not None:
            message["text"] = text
            message["entities"] = _found_entities(text)
        if fields.get("message_thread_id") is not None:
            message["is_topic_message"] = True
        message.update({name: value for name, value in fields.items() if value is not None})
        if replied := message.get("reply_to_message"):  # which Telegram never nests
            message["reply_to_message"] = {k: v for k, v in replied.items() if k != "reply_to_message"}
        self.messages[chat_id, self._message_id] = message
        return message

    async def say(self, chat_id: int, text: str | None = None, **fields: Any) -> dict[str, Any]:
        """A person writes a message."""
        message = self.message(chat_id, text, **fields)
        await self.push({"message": message})
        return message

    async def edit(self, message: dict[str, Any], text: str) -> None:
        """A person edits the message."""
        edited = {**message, "text": text, "entities": _found_entities(text), "edit_date": int(time.time())}
        await self.push({"edited_message": edited})

    async def press(
        self, message: dict[str, Any], data: str, inaccessible: bool = False, user_id: int = 42
    ) -> None:
        """A person presses a button, or a forged one, under the message."""
        self._update_id += 1
        query_id = f"q{self._update_id}"
        self.unanswered.add(query_id)
        if inaccessible:
            message = {"chat": message["chat"], "message_id": message["message_id"], "date": 0}
        query = {
            "id": query_id,
            "from": self.person(user_id),
            "message": message,
            "chat_instance": "1",
            "data": data,
        }
        await self.push({"callback_query": query})

    async def push(self, update: dict[str, Any]) -> dict[str, Any]:
        """Deliver an update; one that has an `update_id` already is delivered again."""
        if "update_id" not in update:
            self._update_id += 1
            update = {"update_id": self._update_id, **update}
        self.pushed.append(update)
        async with self.changed:
            self._pending.append(update)
            self.changed.notify_all()
        return update

    # What tests look at

    def called(self, method: str) -> list[Call]:
        return [call for call in self.calls if call.method == method]

    def bot_messages(self, chat_id: int) -> list[dict[str, Any]]:
        """The texts the bot has written in the chat and not deleted, as they stand now."""
        return [
            message
            for (chat, _), message in self.messages.items()
            if chat == chat_id and message["from"]["id"] == BOT["id"] and "text" in message
        ]

    async def until(self, happened: Callable[[], Any]) -> None:
        """Wait until this is true."""
        async with self.changed:
            await asyncio.wait_for(self.changed.wait_for(lambda: bool(happened())), PATIENCE_S)

    async def bot_says(self, chat_id: int, count: int = 1) -> list[dict[str, Any]]:
        """Wait until the bot has written so many messages there."""
        await self.until(lambda: len(self.bot_messages(chat_id)) >= count)
        return self.bot_messages(chat_id)

    # Requests

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        if request.match_info["token"] != TOKEN:
            return _refusal(401, "Unauthorized")
        form = {name: str(value) for name, value in (await request.post()).items()}
        call = Call(method, dict(form), time.monotonic())
        self.calls.append(call)
        queued = self.faults[method]
        fault = queued.popleft() if queued else self.always.get(method)
        if fault is not None:
            await asyncio.sleep(fault.delay_s)
        refused_by_fault = fault is not None and (fault.drop or fault.status is not None)
        response: web.StreamResponse = web.Response()
        if fault is None or fault.processed or not refused_by_fault:
            response = await self._carry_out(call, form)
        if fault is not None and refused_by_fault:
            call.outcome = "dropped" if fault.drop else f"{fault.status} {fault.description}"
            response = _refusal(fault.status or 500, fault.description, fault.parameters)
        async with self.changed:
            self.changed.notify_all()
        if fault is not None and fault.drop and request.transport is not None:
            request.transport.abort()
        return response

    async def _carry_out(self, call: Call, form: dict[str, str]) -> web.Response:
        try:
            call.params = parameters(call.method, form)
            if call.method == "getUpdates":
                return await self._get_updates(call.params)
            result = getattr(self, f"_{call.method}")(**call.params)
        except (Refused, CannotParse) as refusal:
            call.outcome = f"Bad Request: {refusal}"
            if isinstance(refusal, CannotParse) or refusal.is_violation:
                self.violations.append(f"{call.method} {form}: {refusal}")
            return _refusal(400, call.outcome)
        return web.json_response({"ok": True, "result": result})

    async def _get_updates(self, params: dict[str, Any]) -> web.Response:
        offset, limit = params.get("offset", 0), params.get("limit", 100)
        self._allowed = params.get("allowed_updates", self._allowed)
        async with self.changed:
            self._poll += 1
            mine = self._poll
            self._pending = [update for update in self._pending if update["update_id"] >= offset]
            self.changed.notify_all()
            try:
                async with asyncio.timeout(params.get("timeout", 0)):
                    await self.changed.wait_for(lambda: self._deliverable() or self._poll != mine)
            except TimeoutError:
                pass
            if self._poll != mine:
                return _refusal(409, "Conflict: terminated by other getUpdates request")
            return web.json_response({"ok": True, "result": self._deliverable()[:limit]})

    def _deliverable(self) -> list[dict[str, Any]]:
        allowed = self._allowed
        return [update for update in self._pending if not allowed or set(update) & set(allowed)]

    def _getMe(self) -> dict[str, Any]:
        return ME

    def _deleteWebhook(self, drop_pending_updates: bool = False) -> bool:
        return True

    def _setMyCommands(self, commands: list[dict[str, str]], **_: Any) -> bool:
        if len(commands) > 100 or any(not 1 <= len(entry["description"]) <= 256 for entry in commands):
            raise Refused("BOT_COMMAND_INVALID")
        return True

    def _sendChatAction(self, chat_id: int, action: str, message_thread_id: int | None = None) -> bool:
        self._place(chat_id, message_thread_id)
        if action != "typing":
            raise Refused(f"unexpected action {action}")
        return True

    def _sendMessage(
        self,
        chat_id: int,
        text: str,
        parse_mode: str | None = None,
        message_thread_id: int | None = None,
        reply_parameters: dict[str, Any] | None = None,
        reply_markup: dict[str, Any] | None = None,
        **_: Any,
    ) -> dict[str, Any]:
        chat = self._place(chat_id, message_thread_id)
        plain, entities = _checked_text(text, parse_mode)
        check_keyboard(reply_markup)
        self._message_id += 1
        message = {
            "message_id": self._message_id,
            "date": int(time.time()),
            "chat": chat,
            "from": BOT,
            "text": plain,
            "entities": entities,
        }
        if message_thread_id is not None:
            message |= {"message_thread_id": message_thread_id, "is_topic_message": True}
        if reply_markup is not None:
            message["reply_markup"] = reply_markup
        if reply_parameters is not None:
            target = self.messages.get((chat_id, reply_parameters["message_id"]))
            if target is not None:
                message["reply_to_message"] = {k: v for k, v in target.items() if k != "reply_to_message"}
            elif not reply_parameters.get("allow_sending_without_reply"):
                raise Refused("message to be replied not found", is_violation=False)
        self.messages[chat_id, self._message_id] = message
        self.sent.append(message)
        return message

    def _editMessageText(
        self,
        chat_id: int,
        message_id: int,
        text: str,
        parse_mode: str | None = None,
        reply_markup: dict[str, Any] | None = None,
        **_: Any,
    ) -> dict[str, Any]:
        message = self._own(chat_id, message_id, "edit")
        plain, entities = _checked_text(text, parse_mode)
        check_keyboard(reply_markup)
        changed = {**message, "text": plain, "entities": entities}
        changed.pop("reply_markup", None)
        if reply_markup is not None:
            changed["reply_markup"] = reply_markup
        return self._change(message, changed)

    def _editMessageReplyMarkup(
        self, chat_id: int, message_id: int, reply_markup: dict[str, Any] | None = None, **_: Any
    ) -> dict[str, Any]:
        message = self._own(chat_id, message_id, "edit")
        changed = {name: value for name, value in message.items() if name != "reply_markup"}
        if reply_markup is not None:
            check_keyboard(reply_markup)
            changed["reply_markup"] = reply_markup
        return self._change(message, changed)

    def _deleteMessage(self, chat_id: int, message_id: int) -> bool:
        self._own(chat_id, message_id, "delete")
        del self.messages[chat_id, message_id]
        return True

    def _answerCallbackQuery(self, callback_query_id: str, text: str | None = None, **_: Any) -> bool:
        if text is not None and len(text) > 200:
            raise Refused("MESSAGE_TOO_LONG")
        if callback_query_id not in self.unanswered:
            raise Refused("query is too old and response timeout expired or query ID is invalid", False)
        self.unanswered.remove(callback_query_id)
        self.toasts.append(text)
        return True

    def _getChatMember(self, chat_id: int, user_id: int) -> dict[str, Any]:
        self._place(chat_id, None)
        if (chat_id, user_id) not in self.admins:
            return {"user": self.person(user_id), "status": "member"}
        return {"user": self.person(user_id), "status": "administrator", **dict.fromkeys(_ADMIN_RIGHTS, True)}

    def _place(self, chat_id: int, thread_id: int | None) -> dict[str, Any]:
        if chat_id not in self.chats:
            raise Refused("chat not found", is_violation=False)
        if thread_id is not None and thread_id not in self.topics[chat_id]:
            raise Refused("message thread not found")
        return self.chats[chat_id]

    def _own(self, chat_id: int, message_id: int, verb: str) -> dict[str, Any]:
        message = self.messages.get((chat_id, message_id))
        if message is None:
            raise Refused(f"message to {verb} not found", is_violation=False)
        if message["from"]["id"] != BOT["id"]:
            raise Refused(f"message can't be {verb}ed")
        return message

    def _change(self, before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
        if before == after:
            raise Refused("message is not modified", is_violation=False)
        self.messages[after["chat"]["id"], after["message_id"]] = after
        return after


def _checked_text(text: str, parse_mode: str | None) -> tuple[str, list[dict[str, object]]]:
    plain, entities = parse_html(text) if parse_mode == "HTML" else (text, [])
    if not plain.strip():
        raise Refused("message text is empty")
    if utf16_length(plain) > 4096:
        raise Refused("message is too long")
    if len(entities) > 100:
        raise Refused(f"{len(entities)} entities: Telegram would drop some")
    return plain, entities


def _found_entities(text: str) -> list[dict[str, Any]]:
    """Commands and @mentions, each a word of its own."""
    entities = []
    position = 0
    for word in text.replace("\n", " ").split(" "):
        offset = utf16_length(text[:position])
        bare = word.rstrip(",.:;?!")
        if len(bare) > 1 and bare[0] in "/@" and bare[1].isalpha():
            kind = "bot_command" if bare[0] == "/" else "mention"
            entities.append({"type": kind, "offset": offset, "length": utf16_length(bare)})
        position += len(word) + 1
    return entities


def _refusal(status: int, description: str, params: dict[str, Any] | None = None) -> web.Response:
    body: dict[str, Any] = {"ok": False, "error_code": status, "description": description}
    if params is not None:
        body["parameters"] = params
    return web.json_response(body, status=status)

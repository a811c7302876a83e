"""The server: what a bot calls, what people do in chats, and the faults a test orders."""

import asyncio
import itertools
import re
import time
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from bot.preview import checks
from bot.preview.checks import parse_text
from bot.preview.entities import find_entities
from tests.botapi.checks import Refused, parameters
from tests.botapi.inline import TOO_OLD, Offer, Queries
from tests.botapi.webhook import Courier, path_of

TOKEN = "123456789:AAtest-token_of-thirty-five-letters"
BOT = {"id": 123456789, "is_bot": True, "first_name": "Citebot", "username": "Citebot_Test_Bot"}
ME = {**BOT, "supports_inline_queries": True, "supports_guest_queries": True}  # as getMe says it
PATIENCE_S = 10.0  # how long `until` waits; reached only by a failing test


_ADMIN_RIGHTS = (
    "can_be_edited is_anonymous can_manage_chat can_delete_messages can_manage_video_chats "
    "can_restrict_members can_promote_members can_change_info can_invite_users can_post_stories "
    "can_edit_stories can_delete_stories"
).split()


_MEMBER_RIGHTS = (
    "can_send_messages can_send_audios can_send_documents can_send_photos can_send_videos "
    "can_send_video_notes can_send_voice_notes can_send_polls can_send_other_messages "
    "can_add_web_page_previews can_react_to_messages can_edit_tag can_change_info can_invite_users "
    "can_pin_messages can_manage_topics"
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


_SERVERS = itertools.count()


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
    receipts_lost: set[int] = field(default_factory=set)  # ids of messages the bot cannot know to be sent
    pushed: list[dict[str, Any]] = field(default_factory=list)  # every update
    unanswered: set[str] = field(default_factory=set)  # ids of callback queries
    toasts: list[str | None] = field(default_factory=list)
    drafts: list[str] = field(default_factory=list)
    names: dict[int, str] = field(default_factory=lambda: {42: "Ada"})  # of people, by user id
    languages: dict[int, str] = field(default_factory=dict)  # of people's Telegrams, by user id
    menus: dict[tuple[str, str], list[dict[str, str]]] = field(default_factory=dict)  # scope and language
    descriptions: dict[str, str] = field(default_factory=dict)  # by language
    short_descriptions: dict[str, str] = field(default_factory=dict)
    admins: set[tuple[int, int]] = field(default_factory=set)  # chat and user
    statuses: dict[tuple[int, int], str] = field(default_factory=dict)  # of other members: "left", "muted"
    locked: set[int] = field(default_factory=set)  # groups in which only admins may write
    shut: dict[int, Fault] = field(default_factory=dict)  # chat -> what comes of sending there
    queries: Queries = field(default_factory=Queries)

    files: dict[str, bytes] = field(default_factory=dict)  # what people sent, by file id
    webhook: dict[str, Any] | None = None  # as it was set
    courier: Courier | None = None  # brings updates to it
    proxy: str = ""  # http://127.0.0.1:port, where the bot's webhook listens behind its https address

    def __post_init__(self) -> None:
        self.changed = asyncio.Condition()
        self._pending: list[dict[str, Any]] = []
        self._allowed: list[str] | None = None
        self._poll = 0
        self._update_id = 700_000_000 + 1_000 * next(_SERVERS)  # a bot that goes on has seen those before
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
        app.router.add_get("/file/bot{token}/documents/{file_id}", self._file)
        self._runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self._port, reuse_address=True)
        await site.start()
        self._port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        """Cut every connection and refuse new ones."""
        if self.courier is not None:
            self.courier.stop()
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
        person = {"id": user_id, "is_bot": False, "first_name": self.names.get(user_id, "Somebody")}
        code = self.languages.get(user_id)
        return person if code is None else {**person, "language_code": code}

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
            message["entities"] = find_entities(text)
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

    async def send_document(
        self, chat_id: int, name: str | None, content: bytes, caption: str | None = None, **fields: Any
    ) -> dict[str, Any]:
        """A person sends a file; a `document` among the fields changes what Telegram tells of it."""
        file_id = f"file{len(self.files)}"
        self.files[file_id] = content
        document = {"file_id": file_id, "file_unique_id": file_id, "file_size": len(content)}
        if name is not None:
            document["file_name"] = name
        document |= fields.pop("document", {})
        if caption is not None:
            fields |= {"caption": caption, "caption_entities": find_entities(caption)}
        return await self.say(chat_id, document=document, **fields)

    async def send_voice(self, chat_id: int, sound: bytes) -> dict[str, Any]:
        """A person sends a voice message."""
        file_id = f"file{len(self.files)}"
        self.files[file_id] = sound
        voice = {"file_id": file_id, "file_unique_id": file_id, "duration": 2, "file_size": len(sound)}
        return await self.say(chat_id, voice=voice)

    async def edit(self, message: dict[str, Any], text: str) -> None:
        """A person edits the message."""
        edited = {**message, "text": text, "entities": find_entities(text), "edit_date": int(time.time())}
        await self.push({"edited_message": edited})

    async def press(
        self, message: dict[str, Any], data: str, inaccessible: bool = False, user_id: int = 42
    ) -> None:
        """A person presses a button, or a forged one, under the message."""
        if inaccessible:
            message = {"chat": message["chat"], "message_id": message["message_id"], "date": 0}
        await self._press(data, user_id, {"message": message})

    async def press_inline(self, inline_message_id: str, data: str, user_id: int = 42) -> None:
        """A person presses a button, or a forged one, under a message sent by way of the bot."""
        await self._press(data, user_id, {"inline_message_id": inline_message_id})

    async def ask_inline(self, words: str, user_id: int = 42, chat_type: str = "group") -> str:
        """A person writes the bot's name and these words in some chat; the id of the inline query."""
        query = self.queries.inline_query(self.person(user_id), words, chat_type)
        await self.push({"inline_query": query})
        return str(query["id"])

    async def offered(self, query_id: str) -> Offer:
        """What the bot offers for the query, waited for."""
        await self.until(lambda: query_id in self.queries.offers)
        return self.queries.offers[query_id]

    async def choose(
        self, query_id: str, result_id: str, user_id: int = 42, chat_id: int | None = None
    ) -> str | None:
        """A person sends a result to a chat; the inline id of the message, which only one with buttons has.

        The bot hears of it when it is in the chat, which then is to be named.
        """
        (result,) = [one for one in self.queries.offers[query_id].results if one["id"] == result_id]
        if chat_id is not None:
            await self.say(chat_id, **result["message"], **{"from": self.person(user_id), "via_bot": BOT})
        return self.queries.send(result) if "reply_markup" in result else None

    async def tag(self, text: str, user_id: int = 42, chat_id: int = -900, **fields: Any) -> str:
        """A person tags the bot in a chat it is not in; the id of the guest query."""
        query_id = self.queries.guest_query()
        self._message_id += 1
        message = {
            "message_id": self._message_id,
            "date": int(time.time()),
            "chat": {"id": chat_id, "type": "group", "title": "Elsewhere"},
            "from": self.person(user_id),
            "guest_query_id": query_id,
            **({"text": text, "entities": find_entities(text)} if text else {}),
            **fields,
        }
        await self.push({"guest_message": message})
        return query_id

    async def _press(self, data: str, user_id: int, where: dict[str, Any]) -> None:
        self._update_id += 1
        query_id = f"q{self._update_id}"
        self.unanswered.add(query_id)
        query = {
            "id": query_id,
            "from": self.person(user_id),
            "chat_instance": "1",
            "data": data,
            **where,
        }
        await self.push({"callback_query": query})

    async def becomes(self, chat_id: int, status: str, before: str = "member") -> None:
        """Somebody adds or removes the bot, blocks it, mutes it, makes it an admin."""
        change = {"chat": self.chats[chat_id], "from": self.person(), "date": int(time.time())}
        change |= {"old_chat_member": _member(BOT, before), "new_chat_member": _member(BOT, status)}
        await self.push({"my_chat_member": change})

    async def push(self, update: dict[str, Any]) -> dict[str, Any]:
        """Deliver an update; one that has an `update_id` already is delivered again."""
        if "update_id" not in update:
            self._update_id += 1
            update = {"update_id": self._update_id, **update}
        self.pushed.append(update)
        async with self.changed:
            self._pending.append(update)
            if self.courier is not None:
                self.courier.take(update, self._accepted)
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
            response = await self._carry_out(call, form, has_receipt=not refused_by_fault)
        if fault is not None and refused_by_fault:
            call.outcome = "dropped" if fault.drop else f"{fault.status} {fault.description}"
            response = _refusal(fault.status or 500, fault.description, fault.parameters)
        async with self.changed:
            self.changed.notify_all()
        if fault is not None and fault.drop and request.transport is not None:
            request.transport.abort()
        return response

    async def _carry_out(self, call: Call, form: dict[str, str], has_receipt: bool) -> web.Response:
        try:
            call.params = parameters(call.method, form)
            if call.method == "getUpdates":
                return await self._get_updates(call.params)
            fault = self.shut.get(call.params.get("chat_id", 0))
            if fault is not None and call.method.startswith("send"):
                call.outcome = fault.description
                return _refusal(fault.status or 400, fault.description)
            result = getattr(self, f"_{call.method}")(**call.params)
            if not has_receipt:
                self._lose_receipt(call, result)
        except (Refused, checks.Refused) as refusal:
            call.outcome = f"Bad Request: {str(refusal).removeprefix('Bad Request: ')}"
            if isinstance(refusal, checks.Refused) or refusal.is_violation:
                self.violations.append(f"{call.method} {form}: {refusal}")
            return _refusal(400, call.outcome)
        return web.json_response({"ok": True, "result": result})

    def _lose_receipt(self, call: Call, result: Any) -> None:
        if call.method == "sendMessage":
            self.receipts_lost.add(result["message_id"])
        self.queries.unaware |= {
            v for k, v in call.params.items() if k in ("inline_query_id", "guest_query_id")
        }

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
            if self.webhook is not None:
                return _refusal(409, "Conflict: can't use getUpdates method while webhook is active")
            if self._poll != mine:
                return _refusal(409, "Conflict: terminated by other getUpdates request")
            return web.json_response({"ok": True, "result": self._deliverable()[:limit]})

    def _deliverable(self) -> list[dict[str, Any]]:
        allowed = self._allowed
        return [update for update in self._pending if not allowed or set(update) & set(allowed)]

    def _getMe(self) -> dict[str, Any]:
        return ME

    def _deleteWebhook(self, drop_pending_updates: bool = False) -> bool:
        if self.courier is not None:
            self.courier.stop()
        self.webhook = self.courier = None
        return True

    def _setWebhook(
        self, url: str, secret_token: str | None = None, max_connections: int = 40, **params: Any
    ) -> bool:
        try:
            path = path_of(url)
        except ValueError as error:
            raise Refused(str(error)) from None
        if secret_token is not None and not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", secret_token):
            raise Refused("secret token contains unallowed characters")
        if not 1 <= max_connections <= 100:
            raise Refused("bad webhook: max_connections must be 1-100")
        self.webhook = {"url": url, "secret_token": secret_token, "max_connections": max_connections}
        self._allowed = params.get("allowed_updates", self._allowed)
        if self.courier is not None:
            self.courier.stop()
        self.courier = Courier(path, secret_token, max_connections, self.proxy)
        for update in self._deliverable():
            self.courier.take(update, self._accepted)
        return True

    def _getWebhookInfo(self) -> dict[str, Any]:
        info = {"url": "", "has_custom_certificate": False, "pending_update_count": len(self._pending)}
        if self.webhook is not None and self.courier is not None:
            info["url"] = self.webhook["url"]
            if self.courier.last_error is not None:
                info |= {"last_error_date": int(time.time()), "last_error_message": self.courier.last_error}
        return info

    async def _accepted(self, update: dict[str, Any]) -> None:
        """The webhook has taken the update."""
        async with self.changed:
            if update in self._pending:
                self._pending.remove(update)
            self.changed.notify_all()

    def _getFile(self, file_id: str) -> dict[str, Any]:
        if file_id not in self.files:
            raise Refused("wrong file_id or the file is temporarily unavailable", is_violation=False)
        file = {"file_id": file_id, "file_unique_id": file_id, "file_path": f"documents/{file_id}"}
        return {**file, "file_size": len(self.files[file_id])}

    async def _file(self, request: web.Request) -> web.Response:
        content = self.files.get(request.match_info["file_id"])
        if request.match_info["token"] != TOKEN or content is None:
            return _refusal(404, "Not Found")
        return web.Response(body=content, content_type="application/octet-stream")

    def _setMyCommands(
        self, commands: list[dict[str, str]], scope: dict[str, Any] | None = None, language_code: str = ""
    ) -> bool:
        if len(commands) > 100 or any(not 1 <= len(entry["description"]) <= 256 for entry in commands):
            raise Refused("BOT_COMMAND_INVALID")
        if any(not re.fullmatch("[a-z0-9_]{1,32}", entry["command"]) for entry in commands):
            raise Refused("BOT_COMMAND_INVALID")
        self.menus[self._scope(scope), _code(language_code)] = commands
        return True

    def _getMyCommands(
        self, scope: dict[str, Any] | None = None, language_code: str = ""
    ) -> list[dict[str, str]]:
        return self.menus.get((self._scope(scope), _code(language_code)), [])

    def _setMyDescription(self, description: str = "", language_code: str = "") -> bool:
        if len(description) > 512:
            raise Refused("BOT_DESCRIPTION_TOO_LONG")
        self.descriptions[_code(language_code)] = description
        return True

    def _getMyDescription(self, language_code: str = "") -> dict[str, str]:
        return {"description": self.descriptions.get(_code(language_code), "")}

    def _setMyShortDescription(self, short_description: str = "", language_code: str = "") -> bool:
        if len(short_description) > 120:
            raise Refused("BOT_SHORT_DESCRIPTION_TOO_LONG")
        self.short_descriptions[_code(language_code)] = short_description
        return True

    def _getMyShortDescription(self, language_code: str = "") -> dict[str, str]:
        return {"short_description": self.short_descriptions.get(_code(language_code), "")}

    def _scope(self, scope: dict[str, Any] | None) -> str:
        """The scope's name, with the chat's id where it has one."""
        kind = "default" if scope is None else scope.get("type")
        if kind in ("default", "all_private_chats", "all_group_chats", "all_chat_administrators"):
            return str(kind)
        if scope is None or kind != "chat":
            raise Refused(f"unexpected scope {scope}")
        self._place(scope["chat_id"], None)
        return f"chat {scope['chat_id']}"

    def _sendChatAction(self, chat_id: int, action: str, message_thread_id: int | None = None) -> bool:
        self._place(chat_id, message_thread_id)
        if action != "typing":
            raise Refused(f"unexpected action {action}")
        return True

    def _sendMessageDraft(
        self,
        chat_id: int,
        draft_id: int,
        text: str,
        parse_mode: str | None = None,
        message_thread_id: int | None = None,
    ) -> bool:
        if self._place(chat_id, message_thread_id)["type"] != "private" or draft_id == 0:
            raise Refused("drafts are for private chats")
        self.drafts.append(parse_text(text, parse_mode)[0])
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
        plain, entities = parse_text(text, parse_mode)
        checks.parse_keyboard(reply_markup)
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
        text: str,
        chat_id: int | None = None,
        message_id: int | None = None,
        inline_message_id: str | None = None,
        parse_mode: str | None = None,
        reply_markup: dict[str, Any] | None = None,
        **_: Any,
    ) -> dict[str, Any] | bool:
        plain, entities = parse_text(text, parse_mode)
        words = {"text": plain, "entities": entities}
        return self._edit(chat_id, message_id, inline_message_id, words, reply_markup)

    def _editMessageReplyMarkup(
        self,
        chat_id: int | None = None,
        message_id: int | None = None,
        inline_message_id: str | None = None,
        reply_markup: dict[str, Any] | None = None,
        **_: Any,
    ) -> dict[str, Any] | bool:
        return self._edit(chat_id, message_id, inline_message_id, {}, reply_markup)

    def _answerInlineQuery(self, inline_query_id: str, **offer: Any) -> bool:
        return self.queries.offer(inline_query_id, **offer)

    def _answerGuestQuery(self, guest_query_id: str, result: dict[str, Any]) -> dict[str, str]:
        return self.queries.answer_guest(guest_query_id, result)

    def _deleteMessage(self, chat_id: int, message_id: int) -> bool:
        message = self.messages.get((chat_id, message_id))
        if message is None:
            raise Refused("message to delete not found", is_violation=False)
        if message["from"]["id"] != BOT["id"] and (chat_id, BOT["id"]) not in self.admins:
            raise Refused("message can't be deleted", is_violation=False)  # a bot learns that only by trying
        del self.messages[chat_id, message_id]
        return True

    def _answerCallbackQuery(self, callback_query_id: str, text: str | None = None, **_: Any) -> bool:
        if text is not None and len(text) > 200:
            raise Refused("MESSAGE_TOO_LONG")
        if callback_query_id not in self.unanswered:
            raise Refused(TOO_OLD, is_violation=False)
        self.unanswered.remove(callback_query_id)
        self.toasts.append(text)
        return True

    def _getChat(self, chat_id: int) -> dict[str, Any]:
        gifts = "unlimited_gifts limited_gifts unique_gifts premium_subscription gifts_from_channels".split()
        about = {"accent_color_id": 0, "max_reaction_count": 11}
        about |= {"accepted_gift_types": dict.fromkeys(gifts, False)}
        permissions = {"permissions": {"can_send_messages": chat_id not in self.locked}}
        return {**self._place(chat_id, None), **about, **(permissions if chat_id < 0 else {})}

    def _getChatMember(self, chat_id: int, user_id: int) -> dict[str, Any]:
        self._place(chat_id, None)
        is_admin = (chat_id, user_id) in self.admins
        status = "administrator" if is_admin else self.statuses.get((chat_id, user_id), "member")
        return _member(self.person(user_id), status)

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

    def _edit(
        self,
        chat_id: int | None,
        message_id: int | None,
        inline_message_id: str | None,
        words: dict[str, Any],
        keyboard: dict[str, Any] | None,
    ) -> dict[str, Any] | bool:
        checks.parse_keyboard(keyboard)
        changes = words if keyboard is None else {**words, "reply_markup": keyboard}
        if inline_message_id is not None:
            if chat_id is not None or message_id is not None:
                raise Refused("either a chat's message or an inline message")
            return self.queries.edit(inline_message_id, changes)
        if chat_id is None or message_id is None:
            raise Refused("message identifier is not specified")
        message = self._own(chat_id, message_id, "edit")
        kept = {name: value for name, value in message.items() if name != "reply_markup"}
        return self._change(message, {**kept, **changes})

    def _change(self, before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
        if before == after:
            raise Refused("message is not modified", is_violation=False)
        self.messages[after["chat"]["id"], after["message_id"]] = after
        return after


def _code(language_code: str) -> str:
    if not re.fullmatch("([a-z]{2})?", language_code):
        raise Refused("LANG_CODE_INVALID")
    return language_code


def _member(user: dict[str, Any], status: str) -> dict[str, Any]:
    """A ChatMember; "muted" is a member who may not write."""
    match status:
        case "administrator":
            return {"user": user, "status": status, **dict.fromkeys(_ADMIN_RIGHTS, True)}
        case "muted":
            return {"user": user, "status": "restricted", "is_member": True, "until_date": 0} | dict.fromkeys(
                _MEMBER_RIGHTS, False
            )
        case "kicked":
            return {"user": user, "status": status, "until_date": 0}
    return {"user": user, "status": status}


def _refusal(status: int, description: str, params: dict[str, Any] | None = None) -> web.Response:
    body: dict[str, Any] = {"ok": False, "error_code": status, "description": description}
    if params is not None:
        body["parameters"] = params
    return web.json_response(body, status=status)

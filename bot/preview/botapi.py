"""The methods of the Bot API that the preview supports. What Telegram refuses is refused here too."""

from typing import Any

from bot.preview.chats import CallbackAnswer, Chats
from bot.preview.checks import (
    MAX_CALLBACK_BYTES,
    Refused,
    Unsupported,
    parse_keyboard,
    parse_quote,
    parse_result,
    parse_text,
)
from bot.preview.inline import Offer
from bot.preview.messages import inline_id, with_keyboard
from bot.preview.objects import (
    ADA,
    BOT,
    GROUP,
    MEMBERS,
    PRIVATE,
    Chat,
    Command,
    Message,
    OfferButton,
    User,
)

MAX_TOAST_CHARS = 200
MAX_RESULTS = 50
REPLY_PARAMETERS = frozenset(
    {"message_id", "chat_id", "allow_sending_without_reply", "quote", "quote_parse_mode", "quote_position"}
)


class BotApi:
    """The methods, by their names in the Bot API; parameters in their JSON types. Each may raise Refused."""

    def __init__(self, chats: Chats) -> None:
        self._chats = chats
        self._profile = chats.profile

    # The bot itself

    def getMe(self) -> object:
        return {
            **BOT,
            "can_join_groups": True,
            "can_read_all_group_messages": False,
            "supports_inline_queries": True,
        }

    async def getUpdates(
        self,
        offset: int | None = None,
        limit: int = 100,
        timeout: float = 0,  # noqa: ASYNC109  # the Bot API's name for it
        allowed_updates: list[str] | None = None,
    ) -> object:
        self._chats.show_inline(allowed_updates is None or "inline_query" in allowed_updates)
        return await self._chats.mail.updates(offset, limit, timeout, allowed_updates)

    def deleteWebhook(self, drop_pending_updates: bool = False) -> bool:
        return True

    def setMyCommands(
        self, commands: list[Command], scope: dict[str, Any] | None = None, language_code: str = ""
    ) -> bool:
        self._profile.menus[_scope(scope), language_code] = commands
        return self._show_profile()

    def deleteMyCommands(self, scope: dict[str, Any] | None = None, language_code: str = "") -> bool:
        self._profile.menus.pop((_scope(scope), language_code), None)
        return self._show_profile()

    def getMyCommands(self, scope: dict[str, Any] | None = None, language_code: str = "") -> object:
        return self._profile.menus.get((_scope(scope), language_code), [])

    def setMyDescription(self, description: str = "", language_code: str = "") -> bool:
        self._profile.descriptions[language_code] = description
        return self._show_profile()

    def getMyDescription(self, language_code: str = "") -> object:
        return {"description": self._profile.descriptions.get(language_code, "")}

    def setMyShortDescription(self, short_description: str = "", language_code: str = "") -> bool:
        self._profile.short_descriptions[language_code] = short_description
        return True

    def getMyShortDescription(self, language_code: str = "") -> object:
        return {"short_description": self._profile.short_descriptions.get(language_code, "")}

    # Chats

    def getChat(self, chat_id: int) -> object:
        no_gifts = dict.fromkeys(
            (
                "unlimited_gifts",
                "limited_gifts",
                "unique_gifts",
                "premium_subscription",
                "gifts_from_channels",
            ),
            False,
        )
        about = {"accent_color_id": 0, "max_reaction_count": 11, "accepted_gift_types": no_gifts}
        return {**self._chat(chat_id), **about}

    def getChatMember(self, chat_id: int, user_id: int) -> object:
        for user in (*MEMBERS[self._chat(chat_id)["id"]], BOT):
            if user["id"] == user_id:
                return _member(user, chat_id)
        raise Refused("PARTICIPANT_ID_INVALID")

    def getChatAdministrators(self, chat_id: int) -> object:
        if self._chat(chat_id)["type"] == "private":
            raise Refused("there are no administrators in the private chat")
        return [_member(ADA, chat_id)]

    def getChatMemberCount(self, chat_id: int) -> int:
        return len(MEMBERS[self._chat(chat_id)["id"]]) + 1

    # Messages

    def sendChatAction(self, chat_id: int, action: str, message_thread_id: int | None = None) -> bool:
        chat = self._chat(chat_id, message_thread_id)
        if action != "typing":
            raise Unsupported(f"the preview cannot show the chat action {action}")
        self._chats.show("typing", {"chat": chat["id"]})
        return True

    def sendMessageDraft(
        self,
        chat_id: int,
        draft_id: int,
        text: str,
        parse_mode: str | None = None,
        message_thread_id: int | None = None,
    ) -> bool:
        chat = self._chat(chat_id, message_thread_id)
        if chat["type"] != "private" or not draft_id:
            raise Refused("drafts are for private chats")
        parse_text(text, parse_mode)
        self._chats.show("typing", {"chat": chat["id"]})  # the page shows that it is written, not the draft
        return True

    def sendMessage(
        self,
        chat_id: int,
        text: str,
        parse_mode: str | None = None,
        reply_parameters: dict[str, Any] | None = None,
        reply_markup: dict[str, Any] | None = None,
        message_thread_id: int | None = None,
    ) -> Message:
        chat = self._chat(chat_id, message_thread_id)
        words, entities = parse_text(text, parse_mode)
        buttons = parse_keyboard(reply_markup)
        replied = self._replied(chat, reply_parameters)
        message = self._chats.new_message(chat, BOT, words, entities, replied)
        if replied is not None and (quoted := parse_quote(replied, reply_parameters or {})) is not None:
            message["quote"] = quoted
        message = with_keyboard(message, buttons)
        self._chats.put(message)
        return message

    def editMessageText(
        self,
        text: str,
        chat_id: int | None = None,
        message_id: int | None = None,
        inline_message_id: str | None = None,
        parse_mode: str | None = None,
        reply_markup: dict[str, Any] | None = None,
    ) -> Message | bool:
        message = self._editable(chat_id, message_id, inline_message_id)
        words, entities = parse_text(text, parse_mode)
        changed = with_keyboard(message, parse_keyboard(reply_markup))
        changed["text"], changed["entities"] = words, entities
        return self._changed(message, changed)

    def editMessageReplyMarkup(
        self,
        chat_id: int | None = None,
        message_id: int | None = None,
        inline_message_id: str | None = None,
        reply_markup: dict[str, Any] | None = None,
    ) -> Message | bool:
        message = self._editable(chat_id, message_id, inline_message_id)
        return self._changed(message, with_keyboard(message, parse_keyboard(reply_markup)))

    def deleteMessage(self, chat_id: int, message_id: int) -> bool:
        self._chats.delete(self._own(chat_id, message_id, "delete"))
        return True

    def answerCallbackQuery(
        self,
        callback_query_id: str,
        text: str | None = None,
        show_alert: bool = False,
        url: str | None = None,
    ) -> bool:
        if text is not None and len(text) > MAX_TOAST_CHARS:
            raise Refused("MESSAGE_TOO_LONG")
        if not self._chats.mail.answer(callback_query_id, CallbackAnswer(text, show_alert, url)):
            raise Refused("query is too old and response timeout expired or query ID is invalid")
        return True

    def answerInlineQuery(
        self,
        inline_query_id: str,
        results: list[dict[str, Any]],
        is_personal: bool = False,  # nothing is kept here for anybody else
        next_offset: str = "",  # the page asks for the first results only
        button: OfferButton | None = None,
    ) -> bool:
        ids = [one["id"] for one in results]
        if len(set(ids)) < len(ids):
            raise Refused("RESULT_ID_DUPLICATE")
        if len(ids) > MAX_RESULTS or not all(1 <= len(one.encode()) <= MAX_CALLBACK_BYTES for one in ids):
            raise Refused("RESULT_ID_INVALID")
        offer = Offer(tuple(parse_result(one) for one in results), button)
        if not self._chats.mail.answer(inline_query_id, offer):
            raise Refused("query is too old and response timeout expired or query ID is invalid")
        return True

    # What several of them need

    def _chat(self, chat_id: int | str, thread_id: int | None = None) -> Chat:
        chat = self._chats.chat(int(chat_id))
        if chat is None:
            if any(chat_id == person["id"] for people in MEMBERS.values() for person in people):
                raise Refused("bot can't initiate conversation with a user", 403)
            raise Refused("chat not found")
        if thread_id is not None:
            raise Refused("message thread not found")
        return chat

    def _own(self, chat_id: int, message_id: int, what: str) -> Message:
        message = self._chats.message(self._chat(chat_id)["id"], message_id)
        if message is None:
            raise Refused(f"message to {what} not found")
        if message["from"] != BOT:
            raise Refused(f"message can't be {what.removesuffix('e')}ed")
        return message

    def _editable(
        self, chat_id: int | None, message_id: int | None, inline_message_id: str | None
    ) -> Message:
        if chat_id is not None and message_id is not None:
            return self._own(chat_id, message_id, "edit")
        for chat in (PRIVATE, GROUP):
            for message in self._chats.messages(chat["id"]):
                if "via_bot" in message and inline_id(message) == inline_message_id:
                    return message
        raise Refused("MESSAGE_ID_INVALID")

    def _replied(self, chat: Chat, reply: dict[str, Any] | None) -> Message | None:
        if reply is None:
            return None
        if unknown := reply.keys() - REPLY_PARAMETERS:
            raise Unsupported(f"the preview cannot reply with {sorted(unknown)}")
        if reply.get("chat_id", chat["id"]) != chat["id"]:
            raise Unsupported("the preview cannot show replies to another chat")
        message = self._chats.message(chat["id"], reply["message_id"])
        if message is None and not reply.get("allow_sending_without_reply"):
            raise Refused("message to be replied not found")
        return message

    def _changed(self, before: Message, after: Message) -> Message | bool:
        if before == after:
            raise Refused(
                "message is not modified: specified new message content and reply markup are exactly "
                "the same as a current content and reply markup of the message"
            )
        if before["text"] != after["text"]:  # Telegram marks as edited what says something else now
            after["edit_date"] = int(self._chats.now())
        self._chats.put(after)
        return (
            after if "via_bot" not in after else True
        )  # what somebody else has said is not shown to the bot

    def _show_profile(self) -> bool:
        self._chats.show_profile()
        return True


def _scope(scope: dict[str, Any] | None) -> str:
    kind = "default" if scope is None else str(scope["type"])
    if kind in {"chat", "chat_administrators", "chat_member"}:
        raise Refused("chat not found")  # such menus are for chats that the settings name
    return kind


def _member(user: User, chat_id: int) -> object:
    if user == ADA and chat_id == GROUP["id"]:
        return {"status": "creator", "user": user, "is_anonymous": False}
    return {"status": "member", "user": user}

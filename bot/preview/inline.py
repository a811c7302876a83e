"""Inline mode: queries to the bot, and messages sent "via" the bot."""

from dataclasses import dataclass

from bot.preview.chats import ActionRefused, Chats
from bot.preview.messages import inline_id
from bot.preview.objects import BOT, Entity, Keyboard, Message, OfferButton
from bot.state.lru import LruCache

MAX_QUERY_CHARS = 256
MAX_OFFERS = 100  # remembered, so that one can still choose from them


@dataclass(frozen=True, slots=True)
class Result:
    """An inline result, and the message that it becomes."""

    id: str
    title: str
    description: str
    text: str
    entities: list[Entity]
    keyboard: Keyboard | None


@dataclass(frozen=True, slots=True)
class Offer:
    """The bot's answer to an inline query; the button above the results opens the private chat."""

    results: tuple[Result, ...]
    button: OfferButton | None = None


class Inline:
    """Inline queries of people in these chats."""

    def __init__(self, chats: Chats) -> None:
        self._chats = chats
        self._offers: LruCache[int, tuple[str, Offer]] = LruCache(MAX_OFFERS)
        self._last_id = 0

    async def ask(self, chat_id: int, person_id: int, words: str) -> tuple[int, Offer] | None:
        """An offer and its id; None without inline mode or when the bot takes too long.

        Raises ActionRefused.
        """
        chat, person = self._chats.find_member(chat_id, person_id)
        if not self._chats.takes_inline:
            return None
        chat_type = "sender" if chat["type"] == "private" else chat["type"]
        query = words.strip()[:MAX_QUERY_CHARS]
        asked = {"from": person, "query": query, "offset": "", "chat_type": chat_type}
        offer = await self._chats.mail.ask("inline_query", asked, Offer)
        if offer is None:
            return None
        self._last_id += 1
        self._offers.put(self._last_id, (query, offer))
        return self._last_id, offer

    def choose(self, chat_id: int, person_id: int, offer_id: int, result_id: str) -> Message:
        """A person sends one of the results. Raises ActionRefused."""
        chat, person = self._chats.find_member(chat_id, person_id)
        query, offer = self._offers.get(offer_id) or ("", Offer(()))
        result = next((one for one in offer.results if one.id == result_id), None)
        if result is None:
            raise ActionRefused("this is no longer on offer")
        message = self._chats.new_message(chat, person, result.text, result.entities)
        message["via_bot"] = BOT
        chosen = {"result_id": result_id, "from": person, "query": query}
        if result.keyboard is not None:
            message["reply_markup"] = result.keyboard
            chosen["inline_message_id"] = inline_id(message)  # Telegram gives none without a keyboard
        self._chats.put(message)
        self._chats.mail.deliver("message", message)
        self._chats.mail.deliver("chosen_inline_result", chosen)
        return message

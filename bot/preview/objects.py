"""Types of the Bot API's JSON, as far as the preview needs them, and the preview's users and chats."""

from typing import Final, NotRequired, TypedDict


class User(TypedDict):
    """A person or a bot."""

    id: int
    is_bot: bool
    first_name: str
    username: str
    language_code: NotRequired[str]


class Chat(TypedDict):
    """A private chat has the id of its person, a group a negative one."""

    id: int
    type: str
    title: NotRequired[str]
    first_name: NotRequired[str]
    username: NotRequired[str]


class Entity(TypedDict):
    """A formatted part of a text; offset and length in UTF-16 code units."""

    type: str
    offset: int
    length: int
    url: NotRequired[str]
    language: NotRequired[str]
    unix_time: NotRequired[int]
    date_time_format: NotRequired[str]


class Quote(TypedDict):
    """The quoted part of the message that is replied to; position in UTF-16 code units."""

    text: str
    position: int
    is_manual: bool


class Button(TypedDict, total=False):
    """A button has its text and exactly one of the others."""

    text: str
    callback_data: str
    url: str
    copy_text: dict[str, str]
    switch_inline_query: str
    switch_inline_query_current_chat: str
    switch_inline_query_chosen_chat: dict[str, object]


class Keyboard(TypedDict):
    inline_keyboard: list[list[Button]]


Message = TypedDict(
    "Message",
    {
        "message_id": int,
        "date": int,  # Unix time
        "chat": Chat,
        "from": User,
        "text": str,
        "entities": list[Entity],
        "edit_date": NotRequired[int],
        "reply_to_message": NotRequired["Message"],  # which itself has none
        "quote": NotRequired[Quote],
        "reply_markup": NotRequired[Keyboard],
        "via_bot": NotRequired[User],
    },
)

Update = dict[str, object]


class OfferButton(TypedDict):
    """A button above inline results: it starts the private chat with this parameter."""

    text: str
    start_parameter: str


class Command(TypedDict):
    command: str
    description: str


BOT: Final = User(id=1, is_bot=True, first_name="Citebot", username="citebot")
ADA: Final = User(id=1001, is_bot=False, first_name="Ada", username="ada")
BEN: Final = User(id=1002, is_bot=False, first_name="Ben", username="ben")
PRIVATE: Final = Chat(id=ADA["id"], type="private", first_name="Ada", username="ada")
GROUP: Final = Chat(id=-1000000001001, type="supergroup", title="The newsroom")
MEMBERS: Final = {PRIVATE["id"]: (ADA,), GROUP["id"]: (ADA, BEN)}
"""The people of each chat; the bot is in both. Ada made the group."""

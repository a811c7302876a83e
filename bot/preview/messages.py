"""Functions of a single message."""

from bot.preview.objects import BOT, Button, Keyboard, Message


def without_reply(message: Message) -> Message:
    """The message without its own reply: the Bot API never nests replies."""
    copy = message.copy()
    copy.pop("reply_to_message", None)
    return copy


def with_keyboard(message: Message, keyboard: Keyboard | None) -> Message:
    """The message with these buttons and no others."""
    copy = message.copy()
    copy.pop("reply_markup", None)
    if keyboard is not None:
        copy["reply_markup"] = keyboard
    return copy


def buttons(keyboard: Keyboard | None) -> list[Button]:
    """All its buttons, row by row."""
    return [] if keyboard is None else [button for row in keyboard["inline_keyboard"] for button in row]


def inline_id(message: Message) -> str:
    """The inline message id of a message sent via the bot."""
    return f"{message['chat']['id']}.{message['message_id']}"


def is_delivered_to_bot(message: Message) -> bool:
    """Whether the bot receives the message: with privacy mode, in a group only what is addressed to it."""
    if message["chat"]["type"] == "private":
        return True
    replied = message.get("reply_to_message")
    if replied is not None and replied["from"] == BOT:
        return True
    encoded = message["text"].encode("utf-16-le", "surrogatepass")
    mine = f"@{BOT['username']}"
    for entity in message["entities"]:
        start, end = 2 * entity["offset"], 2 * (entity["offset"] + entity["length"])
        words = encoded[start:end].decode("utf-16-le", "surrogatepass").lower()
        if entity["type"] == "mention" and words == mine:
            return True
        if entity["type"] == "bot_command" and ("@" not in words or words.endswith(mine)):
            return True
    return False

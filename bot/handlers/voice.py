"""Voice messages: what was heard is shown, and asked."""

from html import escape

from telegram import Bot, Message
from telegram.error import TelegramError

from bot.i18n import texts
from bot.i18n.language import tr
from bot.transport.delivery import place_of, send
from bot.updates.intents import Ask, Say, parse_question
from bot.workers import Transcriber

MAX_BYTES = 5_000_000  # twenty minutes of speech; a question takes seconds


async def listen(transcriber: Transcriber | None, message: Message, bot: Bot) -> Ask | Say:
    """The question of a voice message, once what was heard is shown; else a line that asks to write."""
    sound = message.voice or message.audio
    if transcriber is None or sound is None:
        return Say(tr(texts.NO_EARS))
    heard = None
    if (sound.file_size or 0) <= MAX_BYTES:
        try:
            file = await sound.get_file()
            heard = await transcriber.hear(bytes(await file.download_as_bytearray()), "voice.ogg")
        except TelegramError:
            heard = None
    wanted = parse_question(heard or "")
    if isinstance(wanted, Ask):
        html = escape(tr(texts.HEARD).format(question=wanted.question), quote=False)
        await send(bot, place_of(message), html)
    return wanted or Say(tr(texts.NOT_HEARD))

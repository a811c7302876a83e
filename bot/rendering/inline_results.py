"""Answers and passages as inline results: messages ready for chats that the bot need not be in. Pure."""

import re
from html import unescape

from telegram import InlineKeyboardMarkup, InlineQueryResultArticle, InputTextMessageContent, Message
from telegram.constants import ParseMode

from bot.i18n import texts
from bot.i18n.language import tr
from bot.rendering.attribution import described, name, quote_style, with_bold
from bot.rendering.keyboards import pressed
from bot.rendering.short_answer import render_brief
from bot.rendering.telegram_html import MAX_UNITS, Block, cleaned, messages, paragraph, units, visible
from index.types import Passage
from retrieval.sentence_links import passage_link
from retrieval.types import Answer, Outcome

MAX_PASSAGES = 5  # offered below the answer: about a phone's screen
MAX_PASSAGE_CHARS = 1000
MAX_TITLE_CHARS = 100  # a phone shows about forty of them
MAX_NOTE_CHARS = 200  # two or three lines


def render_shared(answer: Answer) -> str:
    """The answer as one HTML message, under its question: where it will stand, nobody has asked it."""
    said = render_brief(answer)[0]
    asked = messages([paragraph(tr(texts.SHARED).format(question=answer.question))])[0]
    both = f"{asked}\n\n{said}"
    return both if units(unescape(re.sub("<[^>]*>", "", both))) <= MAX_UNITS else said


def answer_offer(answer_id: str, answer: Answer, keyboard: InlineKeyboardMarkup) -> InlineQueryResultArticle:
    """The answer, ready to be sent; the result has the answer's id."""
    said = " / ".join(statement.text for statement in answer.statements)
    quotes = [statement.citations[0].quote for statement in answer.statements]
    title = {
        Outcome.NOT_FOUND: tr(texts.NOT_FOUND),
        Outcome.DISPUTED: f"{tr(texts.DISPUTED)} {said}",
    }.get(answer.outcome, said)
    return _offer(answer_id, title, " … ".join(quotes), render_shared(answer), keyboard)


def passage_offers(answer: Answer) -> list[InlineQueryResultArticle]:
    """The best passages, each as a quote with its source; what the answer quotes from them is bold."""
    quoted = {citation.passage.id: citation.quote for citation in answer.citations}
    passages = {passage.id: passage for passage in answer.passages if visible(passage.text)}
    return [
        _offer(f"passage{number}", name(one.source), one.text, _quotation(one, quoted.get(one.id, "")))
        for number, one in enumerate(list(passages.values())[:MAX_PASSAGES], 1)
    ]


def line_offer(line: str) -> InlineQueryResultArticle:
    """A line of plain text, ready to be sent."""
    return _offer("line", line, "", messages([paragraph(line)])[0])


def sent_answer_id(message: Message) -> str | None:
    """The id of the answer in a message that the bot has sent, or somebody by way of it."""
    sender = message.via_bot or message.from_user
    if sender is None or sender.id != message.get_bot().id or message.reply_markup is None:
        return None
    buttons = (button for row in message.reply_markup.inline_keyboard for button in row)
    presses = (pressed(button.callback_data) for button in buttons if isinstance(button.callback_data, str))
    return next((press.answer_id for press in presses if press is not None and press.answer_id), None)


def _quotation(passage: Passage, quote: str) -> str:
    text = _cut(passage.text, MAX_PASSAGE_CHARS)
    told = paragraph(*described(passage.source, passage_link(passage)))
    return messages([Block(with_bold(text, quote), quote_style(text)), told])[0]


def _offer(
    offer_id: str, title: str, note: str, html: str, keyboard: InlineKeyboardMarkup | None = None
) -> InlineQueryResultArticle:
    return InlineQueryResultArticle(
        offer_id,
        _one_line(title, MAX_TITLE_CHARS) if visible(title) else "…",  # Telegram wants a title
        InputTextMessageContent(html, ParseMode.HTML),
        keyboard,
        description=_one_line(note, MAX_NOTE_CHARS) or None,
    )


def _one_line(text: str, max_chars: int) -> str:
    return _cut(" ".join(cleaned(text).split()), max_chars)


def _cut(text: str, max_chars: int) -> str:
    """The text, or as many of its first words as fit, with a mark that there were more."""
    return text if len(text) <= max_chars else f"{text[: max_chars - 2].rsplit(' ', 1)[0]} …"

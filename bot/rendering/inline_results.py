"""Answers and passages as inline results."""

import re
from collections.abc import Sequence
from html import unescape

from telegram import InlineKeyboardMarkup, InlineQueryResultArticle, InputTextMessageContent, Message
from telegram.constants import ParseMode

from bot.i18n import texts
from bot.i18n.language import tr
from bot.rendering.attribution import describe_source, highlight, quote_style, source_name
from bot.rendering.keyboards import parse_callback_data
from bot.rendering.quote_changes import QuoteChange
from bot.rendering.short_answer import render_brief
from bot.rendering.telegram_html import (
    MAX_UNITS,
    Block,
    clean,
    is_visible,
    paragraph,
    split_messages,
    to_html,
    utf16_length,
)
from index.types import Passage
from retrieval.sentence_links import passage_link
from retrieval.types import Answer, Outcome

MAX_PASSAGES = 5  # offered below the answer: about a phone's screen
MAX_PASSAGE_CHARS = 1000
MAX_TITLE_CHARS = 100  # a phone shows about forty of them
MAX_NOTE_CHARS = 200  # two or three lines


def render_shared(answer: Answer, changes: Sequence[QuoteChange] = ()) -> str:
    """The short answer under its question, as one HTML message, with `changes` of its quotes."""
    said = render_brief(answer, changes)[0]
    asked = to_html(tr(texts.SHARED).format(question=answer.question))
    both = f"{asked}\n\n{said}"
    return both if utf16_length(unescape(re.sub("<[^>]*>", "", both))) <= MAX_UNITS else said


def answer_result(
    answer_id: str, answer: Answer, keyboard: InlineKeyboardMarkup, changes: Sequence[QuoteChange] = ()
) -> InlineQueryResultArticle:
    """The answer as an inline result, which has the answer's id."""
    said = " / ".join(statement.text for statement in answer.statements)
    quotes = [statement.citations[0].quote for statement in answer.statements]
    title = {
        Outcome.NOT_FOUND: tr(texts.NOT_FOUND),
        Outcome.DISPUTED: f"{tr(texts.DISPUTED)} {said}",
    }.get(answer.outcome, said)
    return _article_result(answer_id, title, " … ".join(quotes), render_shared(answer, changes), keyboard)


def passage_results(answer: Answer) -> list[InlineQueryResultArticle]:
    """The best passages, each as a quote with its source; what the answer quotes from them is bold."""
    quoted = {citation.passage.id: citation.quote for citation in answer.citations}
    passages = {passage.id: passage for passage in answer.passages if is_visible(passage.text)}
    return [
        _article_result(
            f"passage{number}", source_name(one.source), one.text, _quote_html(one, quoted.get(one.id, ""))
        )
        for number, one in enumerate(list(passages.values())[:MAX_PASSAGES], 1)
    ]


def line_result(line: str) -> InlineQueryResultArticle:
    """A line of plain text as an inline result."""
    return _article_result("line", line, "", to_html(line))


def sent_answer_id(message: Message) -> str | None:
    """The id of the answer in a message sent by the bot or via the bot; None in other messages."""
    sender = message.via_bot or message.from_user
    if sender is None or sender.id != message.get_bot().id or message.reply_markup is None:
        return None
    buttons = (button for row in message.reply_markup.inline_keyboard for button in row)
    presses = (
        parse_callback_data(button.callback_data)
        for button in buttons
        if isinstance(button.callback_data, str)
    )
    return next((press.answer_id for press in presses if press is not None and press.answer_id), None)


def _quote_html(passage: Passage, quote: str) -> str:
    text = _truncate(passage.text, MAX_PASSAGE_CHARS)
    told = paragraph(*describe_source(passage.source, passage_link(passage)))
    return split_messages([Block(highlight(text, quote), quote_style(text)), told])[0]


def _article_result(
    offer_id: str, title: str, note: str, html: str, keyboard: InlineKeyboardMarkup | None = None
) -> InlineQueryResultArticle:
    return InlineQueryResultArticle(
        offer_id,
        _one_line(title, MAX_TITLE_CHARS) if is_visible(title) else "…",  # Telegram wants a title
        InputTextMessageContent(html, ParseMode.HTML),
        keyboard,
        description=_one_line(note, MAX_NOTE_CHARS) or None,
    )


def _one_line(text: str, max_chars: int) -> str:
    return _truncate(" ".join(clean(text).split()), max_chars)


def _truncate(text: str, max_chars: int) -> str:
    """The text, truncated after a word."""
    return text if len(text) <= max_chars else f"{text[: max_chars - 2].rsplit(' ', 1)[0]} …"

"""Which words of a question were taken to be misspelt, said above its answer."""

from bot.i18n import texts
from bot.i18n.language import tr
from bot.rendering.telegram_html import Block, paragraph
from retrieval.spelling import corrections
from retrieval.types import Answer


def spelled(answer: Answer) -> list[Block]:
    """A line for each word of the question that was read as another; mostly none."""
    return [
        paragraph(tr(texts.SPELLED).format(typed=typed, used=used))
        for typed, used in corrections(answer.question, answer.standalone)
    ]

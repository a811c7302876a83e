"""The note above an answer about words of the question that were read as misspelt."""

from bot.i18n import texts
from bot.i18n.language import tr
from bot.rendering.telegram_html import Block, paragraph
from retrieval.questions.spelling import corrections
from retrieval.types import Answer


def correction_lines(answer: Answer) -> list[Block]:
    """A line for each word of the question that was corrected."""
    return [
        paragraph(tr(texts.SPELLED).format(typed=typed, used=used))
        for typed, used in corrections(answer.question, answer.standalone)
    ]

"""What became of the quotes of a stored answer: their articles may have been corrected or withdrawn since."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher, get_close_matches

from bot.i18n import texts
from bot.i18n.language import tr
from bot.rendering.attribution import number_origins, same_words
from bot.rendering.telegram_html import Block, Quote, Run, paragraph
from index.passages.sentences import split_sentences
from index.types import Article
from retrieval.types import Answer, Citation

LIKENESS = 0.6  # difflib ratio of a sentence before and after it was corrected
REACH_CHARS = 5_000  # on each side of where the quote stood


@dataclass(frozen=True, slots=True)
class QuoteChange:
    """A quote that its article no longer has; `now`: the sentence in its place, where one is like it."""

    citation: Citation
    is_withdrawn: bool = False  # the whole article
    now: str | None = None


def quote_changes(answer: Answer, articles: Mapping[str, Article]) -> list[QuoteChange]:
    """What has changed of the answer's quotes, given what is stored of the cited articles now."""
    changes = (quote_change(one, articles.get(one.source.article_id)) for one in answer.citations)
    return [change for change in changes if change is not None]


def quote_change(citation: Citation, article: Article | None) -> QuoteChange | None:
    """What has become of the quote; None while its article says it, in this place or another."""
    if article is None:
        return QuoteChange(citation, is_withdrawn=True)
    if citation.quote in article.text:
        return None
    near = article.text[max(0, citation.start - REACH_CHARS) : citation.end + REACH_CHARS]
    sentences = [near[start:end] for start, end in split_sentences(near)]
    now = next(iter(get_close_matches(citation.quote, sentences, n=1, cutoff=LIKENESS)), None)
    return None if now is not None and same_words(now, citation.quote) else QuoteChange(citation, now=now)


def change_notes(answer: Answer, changes: Sequence[QuoteChange]) -> list[Block]:
    """For each change a line, and the sentence that stands there now."""
    numbers = number_origins(answer)
    told = {(one.citation.origin, one.is_withdrawn, one.now): one for one in reversed(changes)}
    blocks: list[Block] = []
    for change in reversed(told.values()):
        line = tr(texts.WITHDRAWN if change.is_withdrawn else texts.CORRECTED)
        blocks.append(paragraph(line.format(number=numbers[change.citation.origin]), gap="\n\n"))
        if not change.is_withdrawn:
            blocks += sentence_now(change)
    return blocks


def sentence_now(change: QuoteChange) -> list[Block]:
    """The sentence in the quote's place, what is new in it bold."""
    if change.now is None:
        return [paragraph(tr(texts.SENTENCE_GONE))]
    return [
        paragraph(tr(texts.NOW_IT_SAYS)),
        Block(_new_words_bold(change.citation.quote, change.now), Quote.PLAIN),
    ]


def _new_words_bold(before: str, now: str) -> list[Run]:
    """The sentence with the words bold that the one before did not have."""
    old, new = re.findall(r"\S+\s*", before), re.findall(r"\S+\s*", now)
    steps = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    return [Run("".join(new[a:b]), bold=step != "equal") for step, _, _, a, b in steps if b > a]

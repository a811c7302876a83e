"""A first question set, made from the articles themselves and checked by a round trip.

A question is only kept when Citebot answers it, surely and without a dispute, with the very span it was made
from, out of the very sentence. So a drafted set shows what gets worse from one day on, and is a start to
edit; it is too easy to tell how good Citebot is.
"""

import random
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator

from evaluation.asking import Respondent
from evaluation.scores import contains, normalized
from index.passages.sentences import split_sentences
from index.types import Article
from retrieval.suggestions.generator import questions
from retrieval.suggestions.types import Generated
from retrieval.types import Answer, Outcome

BUDGET_S = 50.0  # a first question set within a minute
SEED = 7
MORE_WORDS = 3  # that an answer may add to the span: "22 minibuses" for "22"
SHORTEST, LONGEST = 40, 220  # characters of a sentence worth reading

_TORN = re.compile(r"[“”\"«»;:?!\[\]—–…|*]|\n| - ")  # a quotation or an insertion in a sentence
_NAMED = re.compile(r"(?<=\s)[A-Z][\w’'-]+|\bstand for\?$")


def draft(
    respondent: Respondent,
    wanted: int,
    *,
    budget_s: float = BUDGET_S,
    on_tried: Callable[[], None] = lambda: None,
) -> Iterator[dict[str, object]]:
    """At most `wanted` questions in the layout of a question set, spread over articles and kinds.

    The same articles give the same questions, unless time runs out. Raises StoreError.
    """
    ends = time.monotonic() + budget_s
    made: Counter[str] = Counter()
    asked: set[str] = set()
    waiting = _shuffled(respondent)
    while waiting and made.total() < wanted:
        still = []
        for candidates in waiting:
            if made.total() >= wanted or time.monotonic() > ends:
                return
            candidate = next((c for c in candidates if c[1].question.lower() not in asked), None)
            if candidate is None:
                continue
            still.append(candidates)
            article, generated, sentence = candidate
            asked.add(generated.question.lower())
            on_tried()
            answer = respondent.answerer.answer(generated.question)
            if _agrees(answer, article.source.article_id, generated.expected, sentence):
                made[generated.sort] += 1
                yield _row(f"draft-{made.total()}", generated, answer, sentence)
        waiting = still


def _shuffled(respondent: Respondent) -> list[Iterator[tuple[Article, Generated, str]]]:
    """For each article its candidates, both in an order of chance that is always the same."""
    names = [source.article_id for source in respondent.store.sources()]
    random.Random(SEED).shuffle(names)  # noqa: S311  # nothing to protect
    return [_candidates(respondent, name) for name in names]


def _candidates(respondent: Respondent, article_id: str) -> Iterator[tuple[Article, Generated, str]]:
    article = respondent.store.article(article_id)
    if article is None:
        return
    spans = split_sentences(article.text)
    sentences = [article.text[start:end] for start, end in spans if SHORTEST <= end - start <= LONGEST]
    found = [
        (article, generated, sentence) for sentence in sentences for generated in clear_questions(sentence)
    ]
    random.Random(f"{SEED}{article_id}").shuffle(found)  # noqa: S311
    yield from found


def clear_questions(sentence: str) -> list[Generated]:
    """The questions that a plain sentence answers and that name what they ask about."""
    if _TORN.search(sentence) or not sentence.endswith("."):
        return []
    return [
        generated
        for generated in questions(sentence)
        if _NAMED.search(generated.question) and generated.expected in sentence
    ]


def _agrees(answer: Answer, article_id: str, span: str, sentence: str) -> bool:
    """Whether the answer is this span, from this sentence of this article, and nothing speaks against it."""
    if answer.outcome is not Outcome.ANSWERED or len(answer.statements) != 1:
        return False
    said = answer.statements[0]
    near = len(normalized(said.text).split()) <= len(normalized(span).split()) + MORE_WORDS
    proved = any(c.source.article_id == article_id and sentence in c.quote for c in said.citations)
    return near and proved and contains(said.text, [span])


def _row(id: str, generated: Generated, answer: Answer, sentence: str) -> dict[str, object]:
    said = answer.statements[0]
    return {
        "id": id,
        "question": generated.question,
        "answers": list(dict.fromkeys((generated.expected, said.text))),
        "relevant": list(dict.fromkeys(citation.source.article_id for citation in said.citations)),
        "type": str(generated.sort),
        "evidence": [sentence],
    }

"""`citebot chat`: suggested questions, picked by their number."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from index.types import Article
from retrieval.answerer import Answerer
from retrieval.suggestions.clarification import events, names_no_event
from retrieval.suggestions.shortlist import (
    LEAST_MEANT,
    article_ids,
    is_vague,
    meanings,
    next_questions,
    try_out,
)
from retrieval.types import Answer, Conversation


@dataclass
class OfferedQuestions:
    """The questions offered last. `article` returns an article by its id, None when it is gone."""

    answerer: Answerer
    article: Callable[[str], Article | None]
    questions: list[str] = field(default_factory=list)

    def pick(self, typed: str) -> str | None:
        """The offered question with this number; None for other input."""
        numbered = {str(number): question for number, question in enumerate(self.questions, start=1)}
        return numbered.get(typed)

    def meant(self, question: str, answer: Answer, before: Conversation) -> list[str]:
        """Questions that a vague question may mean; empty unless there are several."""
        self.questions = []
        if is_vague(question):
            shortlist = meanings(answer, before, self._articles(article_ids(answer)))
        elif names_no_event(question, answer):
            shortlist = events(answer, self._articles(answer.retrieved))
        else:
            return []
        after = before.after(answer)
        found = try_out(shortlist, lambda text: self.answerer.answer(text, after))
        self.questions = found if len(found) >= LEAST_MEANT else []
        return self.questions

    def next(self, answer: Answer, after: Conversation) -> list[str]:
        """Follow-ups to the answer."""
        shortlist = next_questions(answer, after, self._articles(article_ids(answer)))
        self.questions = try_out(shortlist, lambda text: self.answerer.answer(text, after))
        return self.questions

    def _articles(self, ids: Iterable[str]) -> list[Article]:
        found = (self.article(article_id) for article_id in ids)
        return [article for article in found if article is not None]

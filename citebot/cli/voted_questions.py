"""Turns votes into a question set."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from bot.state.feedback import FrozenAnswer, Rating, Vote
from retrieval.types import Outcome

NOT_JUDGED = "clarification"  # behind a colon, a type that `citebot evaluate` asks but does not judge
TO_DO = (
    'Fill in "answers" and "relevant", or leave both out if the articles do not say, and remove "type": '
    "until then the question is asked, but not judged."
)
TYPES = {Outcome.ANSWERED: "answered", Outcome.DISPUTED: "disputed", Outcome.NOT_FOUND: "unanswerable"}

Row = dict[str, object]
"""A line of a question set."""


def question_rows(votes: Iterable[Vote]) -> list[Row]:
    """A line for each question with votes, in the order of their first votes.

    A person's last vote on the same statements counts. Answers that a majority found right are accepted;
    where none is, or both an answer and "not found" are, the line is not judged and its `note` lists the
    votes.
    """
    questions: dict[str, list[Vote]] = {}
    for vote in votes:
        questions.setdefault(_key(vote.answer.standalone), []).append(vote)
    return [_row(key, about) for key, about in questions.items()]


def is_judged(row: Mapping[str, object]) -> bool:
    return "note" not in row


@dataclass(frozen=True, slots=True)
class _Verdict:
    """Statements that were given, and each voter's last vote on them."""

    answer: FrozenAnswer
    ratings: dict[bytes, Rating] = field(default_factory=dict)

    @property
    def is_right(self) -> bool:
        up = Counter(self.ratings.values())[Rating.UP]
        return up > len(self.ratings) - up


def _row(key: str, votes: Sequence[Vote]) -> Row:
    verdicts = _verdicts(votes)
    right = [verdict.answer for verdict in verdicts if verdict.is_right]
    is_agreed = len({answer.outcome is Outcome.NOT_FOUND for answer in right}) == 1
    question = (right[0] if is_agreed else votes[0].answer).standalone
    asked = dict.fromkeys(vote.answer.question for vote in votes if _key(vote.answer.question) != key)
    return {
        "id": f"feedback-{sha256(key.encode()).hexdigest()[:12]}",  # stays, so that figures can be compared
        "question": question,
        **({"asked": list(asked)} if asked else {}),
        "date": votes[-1].at.date().isoformat(),  # "this week" is the one before it
        **(_accepted_fields(right) if is_agreed else _unjudged_fields(verdicts)),
        "voices": _count_ratings(rating for verdict in verdicts for rating in verdict.ratings.values()),
    }


def _verdicts(votes: Sequence[Vote]) -> list[_Verdict]:
    verdicts: dict[tuple[str, ...], _Verdict] = {}
    for vote in votes:
        said = (vote.answer.outcome.value, *(_key(statement.text) for statement in vote.answer.statements))
        verdicts.setdefault(said, _Verdict(vote.answer)).ratings[vote.voter] = vote.rating
    return list(verdicts.values())


def _accepted_fields(right: Sequence[FrozenAnswer]) -> Row:
    statements = [statement for answer in right for statement in answer.statements]
    citations = [citation for statement in statements for citation in statement.citations]
    row: Row = {
        "answers": list(dict.fromkeys(statement.text for statement in statements)),
        "relevant": list(dict.fromkeys(citation.article_id for citation in citations)),
        "type": TYPES[right[0].outcome],
        "evidence": list(dict.fromkeys(citation.quote for citation in citations)),
    }
    if [answer.outcome for answer in right] == [Outcome.DISPUTED]:
        row["values"] = [[statement.text] for statement in statements]
    return row


def _unjudged_fields(verdicts: Sequence[_Verdict]) -> Row:
    ratings = Counter(rating for verdict in verdicts for rating in verdict.ratings.values())
    against = {rating: ratings[rating] for rating in Rating if rating is not Rating.UP and ratings[rating]}
    is_tied = ratings[Rating.UP] >= sum(against.values()) or any(verdict.is_right for verdict in verdicts)
    complaint = "undecided" if is_tied else max(against, key=against.__getitem__).value
    told = [
        f"{_ratings_in_words(verdict.ratings.values())}: {_answers_in_words(verdict.answer)}."
        for verdict in verdicts
    ]
    return {"type": f"{complaint}:{NOT_JUDGED}", "note": " ".join([*told, TO_DO])}


def _answers_in_words(answer: FrozenAnswer) -> str:
    """The statements of an answer, each with the articles it cites."""
    said = []
    for statement in answer.statements:
        articles = dict.fromkeys(citation.article_id for citation in statement.citations)
        said.append(f"“{statement.text}” ({', '.join(articles)})")
    return "; ".join(said) or "not found"


def _ratings_in_words(ratings: Iterable[Rating]) -> str:
    return ", ".join(f"{count} {rating}" for rating, count in _count_ratings(ratings).items())


def _count_ratings(ratings: Iterable[Rating]) -> dict[str, int]:
    count = Counter(ratings)
    return {rating.value: count[rating] for rating in Rating if count[rating]}


def _key(text: str) -> str:
    """A key that ignores case, spaces and closing punctuation."""
    return " ".join(text.casefold().split()).rstrip(" .?!")

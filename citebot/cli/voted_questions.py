"""Votes become a question set: pure, so that every way in which people disagree can be tested."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from bot.state.feedback import FrozenAnswer, Voice, Vote
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
    """A line for each question that was voted on, in the order of their first votes.

    A person's last voice about the same words counts. What is found right by more people than not is
    accepted; where nothing is, or both an answer and "not found" are, the line is not judged and its
    `note` tells what was said.
    """
    questions: dict[str, list[Vote]] = {}
    for vote in votes:
        questions.setdefault(_key(vote.answer.standalone), []).append(vote)
    return [_row(key, about) for key, about in questions.items()]


def is_judged(row: Mapping[str, object]) -> bool:
    return "note" not in row


@dataclass(frozen=True, slots=True)
class _Verdict:
    """Words that were said, perhaps several times, and each voter's last voice about them."""

    answer: FrozenAnswer
    voices: dict[bytes, Voice] = field(default_factory=dict)

    @property
    def is_right(self) -> bool:
        up = Counter(self.voices.values())[Voice.UP]
        return up > len(self.voices) - up


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
        **(_accepted(right) if is_agreed else _open(verdicts)),
        "voices": _counted(voice for verdict in verdicts for voice in verdict.voices.values()),
    }


def _verdicts(votes: Sequence[Vote]) -> list[_Verdict]:
    verdicts: dict[tuple[str, ...], _Verdict] = {}
    for vote in votes:
        said = (vote.answer.outcome.value, *(_key(statement.text) for statement in vote.answer.statements))
        verdicts.setdefault(said, _Verdict(vote.answer)).voices[vote.voter] = vote.voice
    return list(verdicts.values())


def _accepted(right: Sequence[FrozenAnswer]) -> Row:
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


def _open(verdicts: Sequence[_Verdict]) -> Row:
    voices = Counter(voice for verdict in verdicts for voice in verdict.voices.values())
    against = {voice: voices[voice] for voice in Voice if voice is not Voice.UP and voices[voice]}
    is_tied = voices[Voice.UP] >= sum(against.values()) or any(verdict.is_right for verdict in verdicts)
    complaint = "undecided" if is_tied else max(against, key=against.__getitem__).value
    told = [f"{_in_words(verdict.voices.values())}: {_said(verdict.answer)}." for verdict in verdicts]
    return {"type": f"{complaint}:{NOT_JUDGED}", "note": " ".join([*told, TO_DO])}


def _said(answer: FrozenAnswer) -> str:
    """What was answered, each statement with the articles it cites."""
    said = []
    for statement in answer.statements:
        articles = dict.fromkeys(citation.article_id for citation in statement.citations)
        said.append(f"“{statement.text}” ({', '.join(articles)})")
    return "; ".join(said) or "not found"


def _in_words(voices: Iterable[Voice]) -> str:
    return ", ".join(f"{count} {voice}" for voice, count in _counted(voices).items())


def _counted(voices: Iterable[Voice]) -> dict[str, int]:
    count = Counter(voices)
    return {voice.value: count[voice] for voice in Voice if count[voice]}


def _key(text: str) -> str:
    """What is the same for texts that differ in case, spaces and closing marks alone."""
    return " ".join(text.casefold().split()).rstrip(" .?!")

"""The answers given lately: what the buttons under them and an edit of their question need."""

import secrets
from dataclasses import dataclass

from bot.conversations import Place
from bot.recent import Recent
from retrieval.types import Answer, Conversation

MAX_ANSWERS = 2_000  # an Answer with its passages takes about 10 kB


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer and the messages it was sent in, the buttons under the last of them."""

    id: str  # short and unguessable; stands in callback data
    place: Place
    question_id: int  # message id of the question
    message_ids: tuple[int, ...]
    before: Conversation  # as it was when the question was asked
    answer: Answer


class AnsweredQuestions:
    """The last answers, by their id and by the message that asked. In memory: a restart forgets them."""

    def __init__(self, capacity: int = MAX_ANSWERS) -> None:
        self._by_id: Recent[str, Answered] = Recent(capacity)
        self._ids: Recent[tuple[int, int], str] = Recent(capacity)

    @staticmethod
    def new_id() -> str:
        """An id nobody can guess, 11 characters of A-Za-z0-9_-."""
        return secrets.token_urlsafe(8)

    def put(self, answered: Answered) -> None:
        """Remember it, in place of an earlier answer to the same message."""
        question = (answered.place.chat_id, answered.question_id)
        earlier = self._ids.get(question)
        if earlier is not None and earlier != answered.id:
            self._by_id.pop(earlier)
        self._by_id.put(answered.id, answered)
        self._ids.put(question, answered.id)

    def by_id(self, answer_id: str, chat_id: int) -> Answered | None:
        """The answer with this id, if it was given in this chat: ids from elsewhere are forged."""
        answered = self._by_id.get(answer_id)
        return answered if answered is not None and answered.place.chat_id == chat_id else None

    def to_question(self, chat_id: int, question_id: int) -> Answered | None:
        """The answer to this message."""
        answer_id = self._ids.get((chat_id, question_id))
        return None if answer_id is None else self._by_id.get(answer_id)

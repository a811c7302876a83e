"""What was said lately in each chat and topic, for follow-up questions. In memory, bounded."""

from typing import NamedTuple

from bot.recent import Recent
from retrieval.types import Answer, Conversation

MAX_CONVERSATIONS = 10_000  # of at most MAX_TURNS turns, about 2 kB each


class Place(NamedTuple):
    """Where a conversation happens: a chat, or one topic of it."""

    chat_id: int
    thread_id: int | None = None


class Conversations:
    """The conversation of each place; the places silent for longest are forgotten first."""

    def __init__(self, capacity: int = MAX_CONVERSATIONS) -> None:
        self._conversations: Recent[Place, Conversation] = Recent(capacity)

    def at(self, place: Place) -> Conversation:
        """The conversation so far; empty in a new place."""
        return self._conversations.get(place) or Conversation()

    def add(self, place: Place, answer: Answer) -> None:
        """The place's conversation goes on by this answer."""
        self._conversations.put(place, self.at(place).after(answer))

    def amend(self, place: Place, before: Conversation, old: Answer, new: Answer) -> None:
        """The last question was edited: `new` takes the place of `old`.

        An edit of an earlier question changes nothing: what followed was asked after `old`.
        """
        if self.at(place) == before.after(old):
            self._conversations.put(place, before.after(new))

    def move(self, old_chat_id: int, new_chat_id: int) -> None:
        """A group became a supergroup: its conversations go along."""
        for place in self._conversations.remembered():
            if place.chat_id == old_chat_id and (conversation := self._conversations.pop(place)):
                self._conversations.put(Place(new_chat_id, place.thread_id), conversation)

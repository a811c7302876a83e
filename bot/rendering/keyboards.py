"""Buttons, and what pressing one says: callback data of at most 64 bytes, never trusted."""

import re
from dataclasses import dataclass
from enum import StrEnum

from telegram import (
    CopyTextButton,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    SwitchInlineQueryChosenChat,
)

from bot.i18n import texts
from bot.i18n.language import tr
from bot.rendering.answer import OTHERS_PER_PAGE, SOURCES_PER_PAGE, other_passages, pages
from bot.rendering.deep_links import share_query
from bot.state.feedback import NO_VOICES, VOICES, Tally, Voice
from retrieval.types import Answer

_PRESSED = re.compile(
    r"([caosxdvrekupgqm])(?::([A-Za-z0-9_-]{1,20}))?(?::(\d{1,4}))?(?::(\d{1,4}))?", re.ASCII
)


class Action(StrEnum):
    CONTEXT = "c"  # the nth citation in its context
    PASSAGE = "g"  # the mth passage of the article of the nth citation
    ANSWER = "a"  # back to the answer, its buttons folded
    MORE = "m"  # all buttons of an answer
    OTHERS = "o"  # the nth page of other passages
    SOURCES = "s"  # the nth page of the articles
    CLOSE = "x"  # delete the message
    DOWN = "d"  # ask what is wrong with the answer
    VOICE = "v"  # give the nth voice, or take it back
    REMOVE = "r"  # ask whether the answer is to be removed
    ERASE = "e"  # it is
    COLLAPSE = "k"  # make the answer one line
    UNFOLD = "u"  # show it again
    POST = "p"  # post a whispered answer to the group
    SUGGESTED = "q"  # ask the nth question that is offered under the answer


@dataclass(frozen=True, slots=True)
class Pressed:
    """A button, as its callback data tells."""

    action: Action
    answer_id: str = ""
    number: int = 0
    passage: int = 0  # of PASSAGE

    @property
    def data(self) -> str:
        passage = f":{self.passage}" if self.action is Action.PASSAGE else ""
        return f"{self.action}:{self.answer_id or '-'}:{self.number}{passage}"


def pressed(data: str | None) -> Pressed | None:
    """The button behind callback data; None when it is none of ours."""
    found = _PRESSED.fullmatch(data or "")
    if found is None:
        return None
    action, answer_id, number, passage = found.groups()
    answer_id = "" if answer_id in (None, "-") else answer_id
    return Pressed(Action(action), answer_id, int(number or 0), int(passage or 0))


VOICE_LABELS = {
    Voice.UP: texts.BUTTON_UP,
    Voice.WRONG: texts.BUTTON_WRONG,
    Voice.NO_SOURCE: texts.BUTTON_NO_SOURCE,
    Voice.OUTDATED: texts.BUTTON_OUTDATED,
}


def under_answer(
    answer_id: str,
    answer: Answer,
    link: str,
    voices: Tally = NO_VOICES,
    *,
    is_copy: bool = False,
    can_share: bool = False,
    in_group: bool = False,
    can_post: bool = False,
    unfolded: bool = False,
) -> InlineKeyboardMarkup:
    """The buttons under an answer, with what people think of it: one row, the others below if `unfolded`.

    `link` reopens it. A copy that a link has opened can be removed only where the answer was given.
    `can_share`: inline mode is on (bot/rendering/deep_links.py). In a group more is one tap away, in private.
    `can_post`: it was whispered, and is not in the group yet.
    """
    against = sum(count for voice, count in voices.items() if voice is not Voice.UP)
    voting = [
        _voice_button(answer_id, Voice.UP, voices),
        _button(_marked(tr(texts.BUTTON_DOWN), against), Pressed(Action.DOWN, answer_id)),
    ]
    passing_on = [InlineKeyboardButton(tr(texts.BUTTON_LINK), copy_text=CopyTextButton(link))]
    if can_share:
        passing_on.append(_share(answer_id))
    if not is_copy:
        passing_on.append(_button(tr(texts.BUTTON_REMOVE), Pressed(Action.REMOVE, answer_id)))
    if in_group:
        passing_on.insert(-1, _button(tr(texts.BUTTON_COLLAPSE), Pressed(Action.COLLAPSE, answer_id)))
    more = tr(texts.BUTTON_LESS), Pressed(Action.ANSWER, answer_id)
    if not unfolded:
        more = tr(texts.BUTTON_MORE), Pressed(Action.MORE, answer_id)
    if in_group:
        in_private = InlineKeyboardButton(tr(texts.BUTTON_IN_PRIVATE), url=link)
        rows = [[in_private, *voting, _button(*more)]]
    else:
        rows = [[*_evidence(answer_id, answer), _button(*more)]]
        if unfolded:
            rows.append(voting)
        if can_post:
            rows.insert(0, [_button(tr(texts.BUTTON_POST), Pressed(Action.POST, answer_id))])
    return InlineKeyboardMarkup([*rows, passing_on] if unfolded else rows)


def under_collapsed(answer_id: str) -> InlineKeyboardMarkup:
    """The button under an answer that is one line."""
    return InlineKeyboardMarkup([[_button(tr(texts.BUTTON_SHOW), Pressed(Action.UNFOLD, answer_id))]])


def under_answer_asking_why(
    answer_id: str, answer: Answer, voices: Tally, *, in_group: bool = False
) -> InlineKeyboardMarkup:
    """The buttons under an answer, with what may be wrong with it."""
    reasons = [_voice_button(answer_id, voice, voices) for voice in VOICES if voice is not Voice.UP]
    back = _button(tr(texts.BUTTON_NEVER_MIND), Pressed(Action.ANSWER, answer_id))
    evidence = [] if in_group else _evidence(answer_id, answer)
    return InlineKeyboardMarkup([*([evidence] if evidence else []), reasons, [back]])


def under_answer_to_remove(answer_id: str) -> InlineKeyboardMarkup:
    """The buttons under an answer that somebody wants to remove."""
    erase = _button(tr(texts.BUTTON_ERASE), Pressed(Action.ERASE, answer_id))
    back = _button(tr(texts.BUTTON_NEVER_MIND), Pressed(Action.ANSWER, answer_id))
    return InlineKeyboardMarkup([[erase, back]])


def under_context(
    answer_id: str, answer: Answer, number: int, passage: int | None = None, count: int = 0
) -> InlineKeyboardMarkup:
    """The buttons under the nth citation in its context.

    `passage` says which of the `count` passages of its article is shown; None when that is not known.
    """
    turning = _turning(Action.CONTEXT, answer_id, number, len(answer.citations))
    neighbours = []
    if passage is not None and passage > 0:
        earlier = Pressed(Action.PASSAGE, answer_id, number, passage - 1)
        neighbours.append(_button(tr(texts.BUTTON_EARLIER_PASSAGE), earlier))
    if passage is not None and passage < count - 1:
        later = Pressed(Action.PASSAGE, answer_id, number, passage + 1)
        neighbours.append(_button(tr(texts.BUTTON_LATER_PASSAGE), later))
    rows = [neighbours] if neighbours else []
    return InlineKeyboardMarkup([*rows, *turning, [_back(answer_id)]])


def under_others(answer_id: str, answer: Answer, page: int) -> InlineKeyboardMarkup:
    """The buttons under the nth page of other passages."""
    count = pages(len(other_passages(answer)), OTHERS_PER_PAGE)
    return InlineKeyboardMarkup([*_turning(Action.OTHERS, answer_id, page, count), [_back(answer_id)]])


def under_sources(count: int, page: int) -> InlineKeyboardMarkup:
    """The buttons under the nth page of `count` articles."""
    turning = _turning(Action.SOURCES, "", page, pages(count, SOURCES_PER_PAGE))
    return InlineKeyboardMarkup([*turning, [_button(tr(texts.BUTTON_CLOSE), Pressed(Action.CLOSE))]])


def _evidence(answer_id: str, answer: Answer) -> list[InlineKeyboardButton]:
    """What leads to the passages an answer was made from; nothing when there is nothing more to show."""
    row = []
    if answer.citations:
        row.append(_button(tr(texts.BUTTON_CONTEXT), Pressed(Action.CONTEXT, answer_id)))
    if other_passages(answer):
        row.append(_button(tr(texts.BUTTON_OTHERS), Pressed(Action.OTHERS, answer_id)))
    return row


def _voice_button(answer_id: str, voice: Voice, voices: Tally) -> InlineKeyboardButton:
    label = _marked(tr(VOICE_LABELS[voice]), voices.get(voice, 0))
    return _button(label, Pressed(Action.VOICE, answer_id, VOICES.index(voice)))


def _marked(label: str, count: int) -> str:
    """The label with a tick when somebody has said so, and with their number when they are several."""
    return label if count == 0 else f"{label} ✓" if count == 1 else f"{label} ✓ {count}"


def _turning(action: Action, answer_id: str, number: int, count: int) -> list[list[InlineKeyboardButton]]:
    """A row that turns pages; no row for a single page."""
    if count < 2:
        return []
    earlier = _button(tr(texts.BUTTON_EARLIER), Pressed(action, answer_id, (number - 1) % count))
    where = _button(f"{number + 1}/{count}", Pressed(action, answer_id, number))
    later = _button(tr(texts.BUTTON_LATER), Pressed(action, answer_id, (number + 1) % count))
    return [[earlier, where, later]]


def _share(answer_id: str) -> InlineKeyboardButton:
    chosen_chat = SwitchInlineQueryChosenChat(
        share_query(answer_id), allow_user_chats=True, allow_group_chats=True, allow_channel_chats=True
    )
    return InlineKeyboardButton(tr(texts.BUTTON_SHARE), switch_inline_query_chosen_chat=chosen_chat)


def _back(answer_id: str) -> InlineKeyboardButton:
    return _button(tr(texts.BUTTON_BACK), Pressed(Action.ANSWER, answer_id))


def _button(text: str, press: Pressed) -> InlineKeyboardButton:
    return InlineKeyboardButton(text, callback_data=press.data)

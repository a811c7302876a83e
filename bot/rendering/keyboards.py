"""Inline keyboards, and the callback data of their buttons (at most 64 bytes)."""

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
from bot.rendering.answer import OTHERS_PER_PAGE, SOURCES_PER_PAGE, other_passages, page_count
from bot.rendering.deep_links import share_query
from bot.state.feedback import NO_RATINGS, RATINGS, Rating, Tally
from retrieval.types import Answer

_CALLBACK_DATA = re.compile(
    r"([caosxdvrekupgqmw])(?::([A-Za-z0-9_-]{1,20}))?(?::(\d{1,4}))?(?::(\d{1,4}))?", re.ASCII
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
    RATE = "v"  # give the nth voice, or take it back
    REMOVE = "r"  # ask whether the answer is to be removed
    ERASE = "e"  # it is
    COLLAPSE = "k"  # make the answer one line
    UNFOLD = "u"  # show it again
    POST = "p"  # post a whispered answer to the group
    WATCH = "w"  # tell when the answer changes
    SUGGESTED = "q"  # ask the nth question that is offered under the answer


@dataclass(frozen=True, slots=True)
class CallbackData:
    """The content of a button's callback data."""

    action: Action
    answer_id: str = ""
    number: int = 0
    passage: int = 0  # of PASSAGE

    @property
    def data(self) -> str:
        passage = f":{self.passage}" if self.action is Action.PASSAGE else ""
        return f"{self.action}:{self.answer_id or '-'}:{self.number}{passage}"


def parse_callback_data(data: str | None) -> CallbackData | None:
    """The parsed callback data; None when it has another form."""
    found = _CALLBACK_DATA.fullmatch(data or "")
    if found is None:
        return None
    action, answer_id, number, passage = found.groups()
    answer_id = "" if answer_id in (None, "-") else answer_id
    return CallbackData(Action(action), answer_id, int(number or 0), int(passage or 0))


RATING_LABELS = {
    Rating.UP: texts.BUTTON_UP,
    Rating.WRONG: texts.BUTTON_WRONG,
    Rating.NO_SOURCE: texts.BUTTON_NO_SOURCE,
    Rating.OUTDATED: texts.BUTTON_OUTDATED,
}


def answer_keyboard(
    answer_id: str,
    answer: Answer,
    link: str,
    ratings: Tally = NO_RATINGS,
    *,
    is_copy: bool = False,
    can_share: bool = False,
    in_group: bool = False,
    can_post: bool = False,
    can_watch: bool = True,
    unfolded: bool = False,
) -> InlineKeyboardMarkup:
    """The buttons under an answer with its votes: one row, all of them if `unfolded`.

    `link` opens the answer. `is_copy`: the message shows an answer given elsewhere, which is removed there.
    `can_share`: inline mode is on. `can_post`: the answer was whispered and is not posted to the group yet.
    `can_watch`: the bot can write to the chat by itself.
    """
    votes = [_rating_button(answer_id, rating, ratings) for rating in RATINGS]
    if in_group:  # four buttons fit into a row on a phone: the reasons are behind one
        against = sum(count for rating, count in ratings.items() if rating is not Rating.UP)
        down = _with_count(tr(texts.BUTTON_DOWN), against), CallbackData(Action.DOWN, answer_id)
        votes = [votes[0], _button(*down)]
    passing_on = [InlineKeyboardButton(tr(texts.BUTTON_LINK), copy_text=CopyTextButton(link))]
    if can_share:
        passing_on.append(_share_button(answer_id))
    if can_watch:
        passing_on.append(_button(tr(texts.BUTTON_WATCH), CallbackData(Action.WATCH, answer_id)))
    shown_here = []
    if in_group:
        shown_here.append(_button(tr(texts.BUTTON_COLLAPSE), CallbackData(Action.COLLAPSE, answer_id)))
    if not is_copy:
        shown_here.append(_button(tr(texts.BUTTON_REMOVE), CallbackData(Action.REMOVE, answer_id)))
    more = tr(texts.BUTTON_LESS), CallbackData(Action.ANSWER, answer_id)
    if not unfolded:
        more = tr(texts.BUTTON_MORE), CallbackData(Action.MORE, answer_id)
    if in_group:
        in_private = InlineKeyboardButton(tr(texts.BUTTON_IN_PRIVATE), url=link)
        rows, last_rows = [[in_private, *votes, _button(*more)]], [passing_on, shown_here]
    else:
        evidence = _evidence_buttons(answer_id, answer)
        if can_post:
            post = _button(tr(texts.BUTTON_POST), CallbackData(Action.POST, answer_id))
            evidence = [post, *(evidence if unfolded else evidence[:1])]
        rows, last_rows = [[*evidence, _button(*more)]], [votes, [*passing_on, *shown_here]]
    return InlineKeyboardMarkup([*rows, *last_rows] if unfolded else rows)


def collapsed_keyboard(answer_id: str) -> InlineKeyboardMarkup:
    """The button under a collapsed answer."""
    return InlineKeyboardMarkup([[_button(tr(texts.BUTTON_SHOW), CallbackData(Action.UNFOLD, answer_id))]])


def reasons_keyboard(
    answer_id: str, answer: Answer, ratings: Tally, *, in_group: bool = False
) -> InlineKeyboardMarkup:
    """The reasons for a negative vote."""
    reasons = [_rating_button(answer_id, rating, ratings) for rating in RATINGS if rating is not Rating.UP]
    back = _button(tr(texts.BUTTON_NEVER_MIND), CallbackData(Action.ANSWER, answer_id))
    evidence = [] if in_group else _evidence_buttons(answer_id, answer)
    return InlineKeyboardMarkup([*([evidence] if evidence else []), reasons, [back]])


def removal_keyboard(answer_id: str) -> InlineKeyboardMarkup:
    """The confirmation before an answer is removed."""
    erase = _button(tr(texts.BUTTON_ERASE), CallbackData(Action.ERASE, answer_id))
    back = _button(tr(texts.BUTTON_NEVER_MIND), CallbackData(Action.ANSWER, answer_id))
    return InlineKeyboardMarkup([[erase, back]])


def passage_keyboard(
    answer_id: str, answer: Answer, number: int, passage: int | None = None, count: int = 0
) -> InlineKeyboardMarkup:
    """The buttons under the nth citation in its context.

    `passage` is the number of the shown passage among the article's `count`; None when it is unknown.
    """
    turning = _page_row(Action.CONTEXT, answer_id, number, len(answer.citations))
    neighbours = []
    if passage is not None and passage > 0:
        earlier = CallbackData(Action.PASSAGE, answer_id, number, passage - 1)
        neighbours.append(_button(tr(texts.BUTTON_EARLIER_PASSAGE), earlier))
    if passage is not None and passage < count - 1:
        later = CallbackData(Action.PASSAGE, answer_id, number, passage + 1)
        neighbours.append(_button(tr(texts.BUTTON_LATER_PASSAGE), later))
    rows = [neighbours] if neighbours else []
    return InlineKeyboardMarkup([*rows, *turning, [_back_button(answer_id)]])


def other_passages_keyboard(answer_id: str, answer: Answer, page: int) -> InlineKeyboardMarkup:
    """The buttons under the nth page of other passages."""
    count = page_count(len(other_passages(answer)), OTHERS_PER_PAGE)
    return InlineKeyboardMarkup(
        [*_page_row(Action.OTHERS, answer_id, page, count), [_back_button(answer_id)]]
    )


def sources_keyboard(count: int, page: int) -> InlineKeyboardMarkup:
    """The buttons under the nth page of `count` articles."""
    turning = _page_row(Action.SOURCES, "", page, page_count(count, SOURCES_PER_PAGE))
    return InlineKeyboardMarkup([*turning, [_button(tr(texts.BUTTON_CLOSE), CallbackData(Action.CLOSE))]])


def _evidence_buttons(answer_id: str, answer: Answer) -> list[InlineKeyboardButton]:
    """The buttons that show the quote in context and the other passages, where there are any."""
    row = []
    if answer.citations:
        row.append(_button(tr(texts.BUTTON_CONTEXT), CallbackData(Action.CONTEXT, answer_id)))
    if other_passages(answer):
        row.append(_button(tr(texts.BUTTON_OTHERS), CallbackData(Action.OTHERS, answer_id)))
    return row


def _rating_button(answer_id: str, rating: Rating, ratings: Tally) -> InlineKeyboardButton:
    label = _with_count(tr(RATING_LABELS[rating]), ratings.get(rating, 0))
    return _button(label, CallbackData(Action.RATE, answer_id, RATINGS.index(rating)))


def _with_count(label: str, count: int) -> str:
    """The label with a tick if there are votes, and their number from two on."""
    return label if count == 0 else f"{label} ✓" if count == 1 else f"{label} ✓ {count}"


def _page_row(action: Action, answer_id: str, number: int, count: int) -> list[list[InlineKeyboardButton]]:
    """A row of paging buttons; none for a single page."""
    if count < 2:
        return []
    earlier = _button(tr(texts.BUTTON_EARLIER), CallbackData(action, answer_id, (number - 1) % count))
    where = _button(f"{number + 1}/{count}", CallbackData(action, answer_id, number))
    later = _button(tr(texts.BUTTON_LATER), CallbackData(action, answer_id, (number + 1) % count))
    return [[earlier, where, later]]


def _share_button(answer_id: str) -> InlineKeyboardButton:
    chosen_chat = SwitchInlineQueryChosenChat(
        share_query(answer_id), allow_user_chats=True, allow_group_chats=True, allow_channel_chats=True
    )
    return InlineKeyboardButton(tr(texts.BUTTON_SHARE), switch_inline_query_chosen_chat=chosen_chat)


def _back_button(answer_id: str) -> InlineKeyboardButton:
    return _button(tr(texts.BUTTON_BACK), CallbackData(Action.ANSWER, answer_id))


def _button(text: str, press: CallbackData) -> InlineKeyboardButton:
    return InlineKeyboardButton(text, callback_data=press.data)

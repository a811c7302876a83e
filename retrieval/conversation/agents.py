"""Follow-ups that ask for whoever did or said it: "by whom?", "who did it?", "who says so?"."""

import re

from retrieval.conversation.follow_up import FollowUp, last_event
from retrieval.questions.clauses import Frame, frame, join, words
from retrieval.questions.lexicon import BASE_OF, BE, PARTICIPLE_OF, PREPOSITIONS, is_participle, third_person
from retrieval.types import Turn

MAX_STATED = 8  # words of an answer that a statement may be made of
_PAST_OF = {participle: past for past, participle in PARTICIPLE_OF.items()}
_DID_IT = re.compile(
    r"^who (?:did|has done|was behind|is behind|carried out|committed|caused) (?:it|this|that)$", re.I
)
_DO_IT = re.compile(r"(?<=\w )(?<!why )(?<!how )do (?:it|this|that)$", re.I)
_BY_WHOM = re.compile(r"^by (?:(?P<who>which \w+)|who|whom)$", re.I)
_SAYS_SO = re.compile(
    r"^(?:who (?:says?|said|claims?|claimed|reports?|reported|told you) (?:so|that|this|it)|"
    r"(?:says|said) who|according to (?:whom?|which sources?)|(?:who|what) (?:is|was) (?:the|your) source)$",
    re.I,
)
_SAID_OF = frozenset(
    "accused blamed condemned criticized criticised described praised suspected".split()
)  # to do this is to say something


def who_did_it(follow_up: FollowUp) -> str | None:
    """ "who did it?", "by whom?": who did what the question before says was done, or the last event."""
    by = _BY_WHOM.match(follow_up.text)
    if by and (asked := _doer_of(follow_up.previous, (by["who"] or "who").lower())):
        return asked
    if not by and not _DID_IT.match(follow_up.text):
        return None
    pointed = last_event(follow_up)
    if pointed and pointed.deed:
        return f"who {pointed.deed.past} {pointed.undergone}"
    return None


def what_was_done(follow_up: FollowUp) -> str | None:
    """ "when did they do it?": with the deed of the last event in the place of "do it"."""
    pro_verb = _DO_IT.search(follow_up.text)
    pointed = last_event(follow_up) if pro_verb else None
    if pro_verb is None or pointed is None or not pointed.deed or pointed.deed.past not in BASE_OF:
        return None
    return f"{follow_up.text[: pro_verb.start()]}{BASE_OF[pointed.deed.past]} {pointed.undergone}"


def who_says_so(follow_up: FollowUp) -> str | None:
    """ "who says so?", "according to whom?": who said what the answer before comes to."""
    if not _SAYS_SO.match(follow_up.text):
        return None
    turn = follow_up.last_full
    if set(words(turn.standalone.lower())) & _SAID_OF and (asked := _doer_of(turn.standalone, "who")):
        return asked
    stated = _statement(turn)
    return f"who says that {stated}" if stated else None


def _doer_of(question: str, who: str) -> str | None:
    """ "when were the trucks destroyed?" as "who destroyed the trucks?"; None when it is no passive."""
    parts = frame(question)
    undergone, tokens = parts.subject or _asked_thing(parts), words(parts.predicate)
    i = next((i for i, token in enumerate(tokens) if is_participle(token.lower())), None)
    if i is None or not undergone or "by" in tokens or not _is_passive(parts, tokens[:i]):
        return None
    rest = [token for token in tokens[:i] + tokens[i + 1 :] if token not in BE]
    while rest and rest[-1].lower() in PREPOSITIONS:  # "what is it accused of"
        rest.pop()
    return f"{who} {_active(parts, tokens[i].lower())} {undergone} {join(rest)}"


def _is_passive(parts: Frame, before: list[str]) -> bool:
    return parts.auxiliary.lower() in BE or bool({"be", "been"} & set(before))


def _active(parts: Frame, participle: str) -> str:
    """The verb of a passive as its doer has it, in the tense of the auxiliary where the verb is known."""
    auxiliary, past = parts.auxiliary.lower(), _PAST_OF.get(participle, participle)
    if auxiliary in {"is", "are"} and past in BASE_OF:
        return third_person(BASE_OF[past])
    if auxiliary in BE:
        return past
    if auxiliary in {"has", "have", "had"}:
        return f"{auxiliary.replace('have', 'has')} {participle}"
    return f"{auxiliary} {BASE_OF[past]}" if past in BASE_OF else f"{auxiliary} have {participle}"


def _asked_thing(parts: Frame) -> str:
    """ "the trucks" of "how many trucks were destroyed" and of "how many of the trucks"."""
    thing = re.match(r"(?:how many|how much|which|what) (?:of )?(.+)$", parts.question_phrase, re.I)
    return re.sub(r"^(?!the )", "the ", thing[1]) if thing else ""


def _statement(turn: Turn) -> str | None:
    """What a question with its answer says: "the plan is illegal", "at least five trucks were destroyed"."""
    parts = frame(turn.standalone)
    answer = turn.answers[0].strip().rstrip(".") if turn.answers and parts.question_phrase else ""
    if len(words(answer)) > MAX_STATED:
        answer = ""
    if parts.subject and parts.predicate:
        return f"{parts.subject} {parts.auxiliary.lower()} {parts.predicate} {answer}"
    if answer and parts.auxiliary:
        return f"{answer} {parts.auxiliary} {parts.subject or parts.predicate}"
    return f"{answer} {parts.predicate}" if answer and parts.predicate else None

"""Many readings become a few answers: equal ones are merged, different ones are set against each other."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from retrieval.containment import says
from retrieval.evidence import Evidence
from retrieval.questions import FUNCTION_WORDS, Kind
from retrieval.values import Relation, numbers, relation

MAX_VALUES = 4  # shown in a dispute
ON_SUBJECT = 0.5  # least share of the question's subject that the sentence of a contradicting name says
NAME_GAP = 1.5  # in score: the sentence with the whole name must answer about as well
MAX_NAME_WORDS = 3
SUPPORT_SCORE = -2.0  # a reading too weak to answer may still stand beside the same answer from a strong one


@dataclass(slots=True)
class Group:
    """Readings that say the same, the best first; at most one of an article."""

    members: list[Evidence] = field(default_factory=list)

    @property
    def leader(self) -> Evidence:
        return self.members[0]

    @property
    def article_ids(self) -> set[str]:
        return {member.article_id for member in self.members}


def groups(evidence: Sequence[Evidence], kind: Kind) -> list[Group]:
    """Evidence, best first, merged by what it says; groups in the order of their leaders.

    Of two numbers of an article that contradict each other the better reading counts: "killed 15 people, not
    17 as reported" supports no 17.
    """
    found: list[Group] = []
    for one in evidence:
        if numbers(one.text) and any(
            one.article_id in group.article_ids
            and relation(one.text, group.leader.text, kind) is Relation.DIFFERENT
            for group in found
        ):
            continue
        same = next((g for g in found if relation(one.text, g.leader.text, kind) is Relation.SAME), None)
        if same is None:
            found.append(Group([one]))
        elif one.article_id not in same.article_ids and one.score >= SUPPORT_SCORE:
            same.members.append(one)
    return found


def named_in_full(group: Group, evidence: Sequence[Evidence]) -> Group:
    """The group led by a reading that gives the leader's surname with what goes before it, if one does.

    "Curtis" won, and "Jamie Lee Curtis" was read as well: people want the latter, as "Phoenix Suns".
    """
    name = group.leader.text
    least = group.leader.score - NAME_GAP
    fuller = (
        one
        for one in evidence
        if one.score >= least
        and one.text.endswith(f" {name}")
        and len(one.text.split()) <= MAX_NAME_WORDS
        and all(word[0].isupper() and word.lower() not in FUNCTION_WORDS for word in one.text.split())
    )
    found = next(fuller, None) if " " not in name and name[:1].isupper() else None
    if found is None:
        return group
    return Group([found, *(one for one in group.members if one.article_id != found.article_id)])


def contenders(first: Group, others: Sequence[Group]) -> list[Group]:
    """The groups that may contradict the first where a name is asked for.

    Words differ for many reasons: only names are set against each other, whose sentences speak of what is
    asked, and which could be an answer by their kind and by what their sentences say they did.
    """
    return [group for group in others if _to_the_point(first) and _to_the_point(group)]


def _to_the_point(group: Group) -> bool:
    one = group.leader
    named = bool(re.search(r"\b[A-Z\d]", one.text))
    return named and one.sentence_coverage >= ON_SUBJECT and one.fits and not one.echo and not one.other_deed


def rivals(
    first: Group, others: Sequence[Group], kind: Kind, stories: Mapping[str, int], texts: Mapping[str, str]
) -> list[Group]:
    """The groups that contradict the first and each other: another value, told by another article.

    `stories` numbers articles so that copies of one story share a number; `texts` are theirs. A copy that
    says both values contradicts nobody, one that says another value is no copy.
    """
    shown = [first]
    for group in others:
        against = all(relation(group.leader.text, g.leader.text, kind) is Relation.DIFFERENT for g in shown)
        if against and len(shown) < MAX_VALUES and all(_apart(group, g, stories, texts) for g in shown):
            shown.append(group)
    return shown[1:]


def _apart(a: Group, b: Group, stories: Mapping[str, int], texts: Mapping[str, str]) -> bool:
    """Whether no article stands on both sides, itself or by a copy that says what both do."""
    return not any(
        one == other
        or (
            stories[one] == stories[other]
            and says(texts[one], b.leader.text)
            and says(texts[other], a.leader.text)
        )
        for one in a.article_ids
        for other in b.article_ids
    )


def newest_first(found: Sequence[Group]) -> list[Group]:
    """The groups by the newest article of each; in their order where one has no date, for it may be newer.

    What is dated in the days to come is nothing's latest: it comes last.
    """
    if any(not any(one.reading.passage.source.published_order for one in group.members) for group in found):
        return list(found)
    never = datetime.min.replace(tzinfo=UTC)
    return sorted(found, key=lambda group: max(one.published or never for one in group.members), reverse=True)

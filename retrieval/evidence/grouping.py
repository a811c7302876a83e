"""Many readings become a few answers: equal ones are merged, different ones are set against each other."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from retrieval.containment import says
from retrieval.evidence.features import Evidence
from retrieval.questions.kinds import Kind
from retrieval.values import Relation, numbers, relation

MAX_VALUES = 4  # shown in a dispute
SUPPORT = -2.0  # of the reader: too weak to answer, it may stand beside the same answer from a strong one


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
        elif one.article_id not in same.article_ids and one.reading.score >= SUPPORT:
            same.members.append(one)
    return found


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

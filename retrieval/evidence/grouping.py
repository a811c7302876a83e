"""Many readings become a few answers: equal ones are merged, different ones are set against each other."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from retrieval.containment import says
from retrieval.evidence.features import Evidence
from retrieval.questions.kinds import Kind
from retrieval.values import Relation, is_description, relation

MAX_SIDES = 4  # shown beside each other
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

    An article speaks by its likeliest reading: "killed 15 people, not 17 as reported" supports no 17.
    """
    found: list[Group] = []
    heard = set[str]()
    for one in evidence:
        if one.article_id in heard:
            continue
        same = next((g for g in found if relation(one.text, g.leader.text, kind) is Relation.SAME), None)
        if same is None:
            found.append(Group([one]))
        elif one.reading.score >= SUPPORT:
            same.members.append(one)
        else:
            continue
        heard.add(one.article_id)
    return found


def sides(
    first: Group, others: Sequence[Group], kind: Kind, stories: Mapping[str, int], texts: Mapping[str, str]
) -> list[Group]:
    """The first group, and those that tell something else than it and each other.

    `stories` numbers articles so that copies of one story share a number; `texts` are theirs. A copy that
    says both values is no side of its own, one that says another value is no copy.
    """
    shown = [first]
    for group in others:
        other = all(relation(group.leader.text, g.leader.text, kind) is Relation.DIFFERENT for g in shown)
        if other and len(shown) < MAX_SIDES and not any(_copied(group, g, stories, texts) for g in shown):
            shown.append(group)
    return shown


def contradict(shown: Sequence[Group], kind: Kind) -> bool:
    """Whether any two of these sides cannot both be right.

    Somebody or a place that is described ("jihadists") may be the one that is named elsewhere, or described.
    """
    if kind in (Kind.PERSON, Kind.PLACE):
        return sum(not is_description(group.leader.text) for group in shown) > 1
    return len(shown) > 1


def _copied(a: Group, b: Group, stories: Mapping[str, int], texts: Mapping[str, str]) -> bool:
    """Whether an article of one group is a copy of one of the other, and says what both do."""
    return any(
        stories[one] == stories[other]
        and says(texts[one], b.leader.text)
        and says(texts[other], a.leader.text)
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

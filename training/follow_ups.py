"""Follow-ups with the words that they lack: people's rewrites, and questions that were made to follow others.

FOLDER holds the published files, under these names:

    canard_dev.json                       CANARD (Elgohary et al. 2019), data/release/dev.json, CC BY-SA 4.0
    cast19.jsonl.gz                       TREC CAsT 2019, turns with rewrites, MIT
    cast22.json                           TREC CAsT 2022, flattened topics, MIT
    ikat23train.json ikat23test.json      TREC iKAT 2023, topics with resolved utterances, MIT
    followup_train.tsv followup_test.tsv  FollowUp (Liu et al. 2019), Apache-2.0

Made-up follow-ups take two questions about one article. What both name is replaced by a pronoun in the second
or left out, or the second keeps nothing but what it names anew ("and in Niger?").
"""

import csv
import json
import random
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from retrieval.conversation.context import Context, context_of, key, says_much
from retrieval.questions.clauses import words
from retrieval.types import Conversation, Turn
from training.sources import read_json_lines

SHARES = (0.27, 0.1, 0.18, 0.45)  # of questions that lack nothing, "why?", "and in Niger?", with a pronoun
HELD_OUT = 10  # each so manieth conversation of CANARD is measured, not learned


@dataclass(frozen=True, slots=True)
class FollowUp:
    """A question after a conversation, and the words (`key`) that it lacks."""

    question: str
    conversation: Conversation
    lacks: frozenset[str]
    source: str

    def context(self) -> Context:
        return context_of(self.question, self.conversation)


def labels(example: FollowUp, context: Context) -> NDArray[np.float32]:
    """1 for the words that the question lacks, 0 for the others, -1 for those that none can lack."""
    candidates = context.candidates()
    wanted = np.array([key(word.text) in example.lacks for word in context.words])
    return np.where(candidates, wanted, -1).astype(np.float32)


def _keys(text: str) -> frozenset[str]:
    return frozenset(key(word) for word in words(text) if says_much(word))


def _lacking(question: str, rewrite: str) -> frozenset[str]:
    return _keys(rewrite) - _keys(question)


def _understood(question: str, lacks: frozenset[str], conversation: Conversation) -> str:
    """The question with the words it lacked in brackets, as the bot keeps it."""
    chosen, seen = [], set[str]()
    for word in context_of(question, conversation).words:
        if word.turn and key(word.text) in lacks and says_much(word.text) and key(word.text) not in seen:
            seen.add(key(word.text))
            chosen.append(word.text)
    return f"{question} ({' '.join(chosen)})" if chosen else question


class _Talk:
    """Turns one after another, each an example."""

    def __init__(
        self, source: str, chance: random.Random, conversation: Conversation = Conversation()
    ) -> None:
        self._source, self._chance = source, chance
        self.conversation = conversation

    def ask(self, question: str, rewrite: str, answer: str = "") -> FollowUp:
        lacks = _lacking(question, rewrite)
        example = FollowUp(question, self.conversation, lacks, self._source)
        kept = self._chance.random()
        standalone = question if kept < 0.3 else _understood(question, lacks, self.conversation)
        turn = Turn(question, rewrite if kept > 0.9 else standalone, (answer,) if answer else ())
        self.conversation = Conversation((*self.conversation.turns, turn)[-8:])
        return example


def canard(folder: Path, chance: random.Random, *, held_out: bool) -> Iterator[FollowUp]:
    """Each question of CANARD; its first turn asks about the article and section it is about."""
    talks: dict[str, list[Mapping[str, object]]] = defaultdict(list)
    for row in json.loads((folder / "canard_dev.json").read_text("utf-8")):
        talks[str(row["QuAC_dialog_id"])].append(row)
    for number, rows in enumerate(talks.values()):
        if (number % HELD_OUT == 0) != held_out:
            continue
        title, section = _history(rows[0])[:2]
        opening = chance.choice(("tell me about {0}", "{0}, {1}", "who is {0}?", "what about {0} and {1}?"))
        first = Turn(opening.format(title, section), opening.format(title, section), ())
        talk = _Talk("canard", chance, Conversation((first,)))
        for i, row in enumerate(rows):
            following = _history(rows[i + 1]) if i + 1 < len(rows) else []
            yield talk.ask(str(row["Question"]), str(row["Rewrite"]), str(following[-1]) if following else "")


def _history(row: Mapping[str, object]) -> list[str]:
    found = row["History"]
    return [str(said) for said in found] if isinstance(found, list) else []


def cast19(folder: Path, chance: random.Random) -> Iterator[FollowUp]:
    talks: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in read_json_lines(folder / "cast19.jsonl.gz"):
        year, topic, _ = str(row["id"]).split("_")
        if year == "cast19":
            talks[topic].append(row)
    for rows in talks.values():
        talk = _Talk("cast19", chance)
        for row in rows:
            yield talk.ask(row["question"], row["rewrite"])


def cast22(folder: Path, chance: random.Random) -> Iterator[FollowUp]:
    for topic in json.loads((folder / "cast22.json").read_text("utf-8")):
        talk = _Talk("cast22", chance)
        for turn in topic["turn"]:
            yield talk.ask(turn["utterance"], turn["manual_rewritten_utterance"], turn.get("response", ""))


def ikat(folder: Path, chance: random.Random) -> Iterator[FollowUp]:
    for path in sorted(folder.glob("ikat23*.json")):
        for topic in json.loads(path.read_text("utf-8")):
            talk = _Talk("ikat", chance)
            for turn in topic.get("turns", ()):
                yield talk.ask(turn["utterance"], turn["resolved_utterance"], turn.get("response", ""))


def table_talk(folder: Path, chance: random.Random) -> Iterator[FollowUp]:
    """Pairs of FollowUp."""
    for path in sorted(folder.glob("followup_*.tsv")):
        with path.open(encoding="utf-8") as file:
            for row in csv.reader(file, delimiter="\t"):
                talk = _Talk("followup", chance)
                talk.ask(row[0], row[0])
                yield talk.ask(row[1], row[2])


@dataclass(frozen=True, slots=True)
class Asked:
    """A question about an article, with a short answer."""

    text: str
    answer: str
    article: str


_NAME = re.compile(
    r"(?<!^)(?<![?.!] )\b[A-ZÀ-Ý][\w’'-]*(?:(?: (?:of|de|du|des|la|the))* [A-ZÀ-Ý][\w’'-]*|(?: \d+))*"
)
_PREPOSITIONS = {
    "en": frozenset("of in at for by to from about on with during after before against".split()),
    "fr": frozenset("de du des en à au aux dans pour par sur avec chez".split()),
}
_DETERMINERS = frozenset("the a an this its their le la les l' un une".split())
_AUXILIARIES = frozenset("did do does was were is are has have had can could will would".split())


@dataclass(frozen=True, slots=True)
class _Language:
    code: str
    subject: Sequence[str]
    object: Sequence[str]
    there: Sequence[str]
    openings: Sequence[str]
    and_in: Sequence[str]
    short: Sequence[str]


_ENGLISH = _Language(
    "en",
    "it it it they they he she this that".split(),
    "it it it them them him her this that".split(),
    ("there", "it", "them", "this", "here"),
    ("tell me about {}", "what is {}?", "who is {}?", "what do you know about {}?", "{}?", "where is {}?",
     "What happened with {}?"),
    ("and {}?", "and {}", "what about {}?", "how about {}?", "And for {}?", "and in {}?", "{}?",
     "And what about {}?", "same for {}?"),
    ("why?", "when?", "Where?", "by whom?", "who?", "how?", "how many?", "since when?", "who says so?",
     "Why is that?", "and when?", "and where exactly?", "and why?", "according to whom?", "when was that?",
     "who did it?", "how come?", "what else?", "tell me more", "any others?", "when did it happen?",
     "what happened then?", "and how long?"),
)  # fmt: skip
_FRENCH = _Language(
    "fr",
    "il elle ils elles cela".split(),
    "cela eux elle lui".split(),
    ("là", "cela", "lui", "elle"),
    ("parle-moi de {}", "qui est {} ?", "qu'est-ce que {} ?", "{} ?"),
    ("et {} ?", "et pour {} ?", "qu'en est-il de {} ?", "et en {} ?", "Et à {} ?"),
    ("pourquoi ?", "quand ?", "où ?", "par qui ?", "qui ?", "comment ?", "combien ?", "depuis quand ?",
     "et quand ?", "selon qui ?", "qui l'a fait ?", "dis-m'en plus", "quand est-ce arrivé ?"),
)  # fmt: skip


class MadeUp:
    """Follow-ups made of questions about articles; the same for the same seed."""

    def __init__(self, asked: Sequence[Asked], language: str, seed: int) -> None:
        self._chance = random.Random(seed)  # noqa: S311
        self._asked = asked
        self._language = _FRENCH if language == "fr" else _ENGLISH
        self._of: dict[str, list[Asked]] = defaultdict(list)
        for one in asked:
            self._of[one.article].append(one)

    def examples(self, count: int) -> Iterator[FollowUp]:
        ways = (self._complete, self._short, self._and_what_of, self._pronoun)
        for way in self._chance.choices(ways, SHARES, k=count):
            example = None
            while example is None:
                example = way(self._chance.choice(self._asked))
            yield example

    def _talk(self, *turns: Asked | None) -> Conversation:
        """The turns, before them others about other articles now and then."""
        before = [self._chance.choice(self._asked) for _ in range(self._chance.choice((0, 0, 0, 1, 1, 2)))]
        if before and self._chance.random() < 0.4:  # two of one article
            before[:1] = self._chance.choices(self._of[before[0].article], k=2)
        said = [one for one in (*before, *turns) if one]
        return Conversation(
            [
                Turn(one.text, one.text, (one.answer,) if one.answer and self._chance.random() < 0.85 else ())
                for one in said
            ][-8:]
        )

    def _other(self, one: Asked) -> Asked | None:
        others = [other for other in self._of[one.article] if other.text != one.text]
        return self._chance.choice(others) if others else None

    def _complete(self, one: Asked) -> FollowUp | None:
        """Nothing is lacking: the question names what it asks about."""
        if not _NAME.search(one.text):
            return None
        before = self._other(one) if self._chance.random() < 0.4 else self._chance.choice(self._asked)
        opener = self._chance.choice(("", "", "", "and ", "ok, ", "thanks! ", "btw ", "other topic: "))
        return FollowUp(opener + one.text, self._talk(before), frozenset(), "complete")

    def _short(self, one: Asked) -> FollowUp | None:
        """ "why?" lacks the whole question before it."""
        asked = self._chance.choice(self._language.short)
        lacks = _keys(one.text) - _keys(asked)
        return FollowUp(asked, self._talk(one), lacks, "short")

    def _and_what_of(self, one: Asked) -> FollowUp | None:
        """ "and in Niger?" after a question that names another."""
        names = [found[0] for found in _NAME.finditer(one.text)]
        other = self._other(one)
        new = [found[0] for found in _NAME.finditer(other.text)] if other else []
        new = [name for name in new if name not in one.text]
        if not names or not new:
            return None
        replaced, name = self._chance.choice(names), self._chance.choice(new)
        asked = self._chance.choice(self._language.and_in).format(name)
        lacks = _keys(one.text) - _keys(replaced) - _keys(asked)
        return FollowUp(asked, self._talk(one), lacks, "and")

    def _pronoun(self, one: Asked) -> FollowUp | None:
        """What the question before it names is a pronoun in this one, or left out."""
        others = [other for other in self._of[one.article] if other.text != one.text]
        self._chance.shuffle(others)
        names = [found[0] for found in _NAME.finditer(one.text)]
        told: tuple[Asked, str] | None = None
        for other in others[:12]:
            shared = _shared(one.text, f"{other.text} {other.answer}")
            if shared and len(shared.split()) < len(words(one.text)) - 2:
                told = other, shared
                break
        if told is None and names and self._chance.random() < 0.5:
            name = self._chance.choice(names)
            told = Asked(self._chance.choice(self._language.openings).format(name), "", one.article), name
        if told is None:
            return None
        before, shared = told
        asked = self._pointing(one.text, shared)
        if asked is None:
            return None
        lacks = _keys(shared) - _keys(asked)
        turns: list[Asked] = [before]
        if self._chance.random() < 0.25 and others:  # something between
            turns.append(self._chance.choice(others))
        return FollowUp(asked, self._talk(*turns), lacks, "pronoun") if lacks else None

    def _pointing(self, question: str, shared: str) -> str | None:
        """The question with a pronoun for the shared phrase, or without it."""
        found = re.search(
            rf"(?:\b(?:the|a|an|this|le|la|les|un|une) |\bl['’])?{re.escape(shared)}(?P<s>['’]s)?(?!\w)",
            question,
        )
        if found is None:
            return None
        before, after = question[: found.start()], question[found.end() :]
        tokens = before.split()
        last = tokens[-1].lower() if tokens else ""
        chance, language = self._chance, self._language
        head = words(shared)[-1]
        following = words(after)[:1]
        if found["s"] or (
            following and following[0].islower() and says_much(following[0]) and last not in _AUXILIARIES
        ):
            pronoun = chance.choice(("its", "their", "his", "her"))
        elif last in _PREPOSITIONS[language.code]:
            if chance.random() < 0.45 and not re.search(r"\w", after):
                return f"{' '.join(tokens[:-1])}{after}" if len(tokens) > 2 else None
            pronoun = chance.choice(
                language.there if last in {"in", "at", "en", "à", "dans"} else language.object
            )
            if pronoun in {"there", "là", "here"}:
                before = " ".join(tokens[:-1]) + " "
        elif head.islower() and chance.random() < 0.6:
            pronoun = (
                chance.choice(("the", "that", "this") if language.code == "en" else ("ce", "cette", "le"))
                + f" {head}"
            )
        else:
            subject = last in _AUXILIARIES or not tokens
            pronoun = chance.choice(language.subject if subject else language.object)
        return f"{before}{pronoun}{after}"


def _shared(question: str, said: str) -> str:
    """The longest stretch of the question that stands in what was said before."""
    tokens, low = words(question), f" {' '.join(words(said))} ".lower()
    best: list[str] = []
    for start in range(1, len(tokens)):
        for end in range(start + 1, min(start + 7, len(tokens) + 1)):
            stretch = tokens[start:end]
            if not (says_much(stretch[0]) and says_much(stretch[-1])):
                continue
            if f" {' '.join(stretch).lower()} " not in low:
                continue
            weight = sum(2 if word[0].isupper() else 1 for word in stretch if says_much(word))
            named = any(word[0].isupper() for word in stretch)
            noun = tokens[start - 1].lower() in _DETERMINERS
            if (named or (noun and weight >= 2)) and weight > sum(
                2 if w[0].isupper() else 1 for w in best if says_much(w)
            ):
                best = stretch
    return " ".join(best)


def asked_in(folder: Path, sources: Sequence[str]) -> list[Asked]:
    """The questions of the readers' training data."""
    return [
        Asked(re.sub(r"\s+([?.,!])", r"\1", row["q"]).strip(), row["a"], row["doc"])
        for row in read_json_lines(folder / "qa.jsonl.gz")
        if row["src"] in sources and row["split"] == "train"
    ]


def lower_cased(example: FollowUp) -> FollowUp:
    """As many people type."""
    turns = [Turn(t.question.lower(), t.standalone.lower(), t.answers) for t in example.conversation.turns]
    return replace(example, question=example.question.lower(), conversation=Conversation(turns))

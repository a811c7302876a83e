"""How well follow-ups find their passage: python -m evaluation.follow_ups [--cast FILE] [--set FOLDER ...]

FILE: topics of TREC CAsT 2021 with rewrites (2021_manual_evaluation_topics_v1.0.json). Every turn's canonical
passage is in the index; the passage before is the last answer. FOLDER: an evaluation set whose questions
have a `history`. Three ways to ask a follow-up: alone, after its conversation, as a person rewrote it.
Nothing is read: what is counted is the place of the passage among those that would be.
"""

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from evaluation.asking import talk, understood
from evaluation.questions import read_questions
from evaluation.session import throwaway_index
from index.embedding.embedder import BUNDLED, load_embedder
from index.types import Embedder, Passage
from retrieval.answerer import Answerer
from retrieval.reading.reader import Reader, Reading
from retrieval.types import Conversation, Turn

AMONG = (1, 5, 10)


class NoReader:
    """Proposes nothing, so that only the search is measured."""

    name = "none"
    second: Reader | None = None

    def read(self, question: str, passages: Sequence[Passage]) -> list[list[Reading]]:
        return [[] for _ in passages]


@dataclass(frozen=True, slots=True)
class FollowUp:
    question: str
    conversation: Conversation
    rewrite: str | None
    relevant: frozenset[str]


def of_cast(file: Path) -> tuple[list[FollowUp], dict[str, str]]:
    """The follow-ups of CAsT 2021, and every canonical passage by its id."""
    found, passages = [], dict[str, str]()
    for topic in json.loads(file.read_text("utf-8")):
        conversation = Conversation()
        for turn in topic["turn"]:
            text, name = turn["passage"], f"{turn['canonical_result_id']}-{turn['passage_id']}"
            passages[name] = text
            asked = turn["raw_utterance"]
            if conversation.turns:
                found.append(
                    FollowUp(asked, conversation, turn["manual_rewritten_utterance"], frozenset({name}))
                )
            said = Turn(asked, understood(asked, conversation), (text,))
            conversation = Conversation((*conversation.turns, said)[-8:])
    return found, passages


def of_set(folder: Path) -> list[FollowUp]:
    """The follow-ups of an evaluation set for which relevant articles are known."""
    return [
        FollowUp(one.text, talk(one.history), one.rewrite, one.relevant)
        for path in sorted(folder.glob("*questions.jsonl*"))
        for one in read_questions(path)
        if one.history and one.relevant
    ]


def places(follow_ups: Sequence[FollowUp], answerer: Answerer) -> Iterator[tuple[str, Sequence[int]]]:
    """For each way to ask, at which place each follow-up's first relevant article was found; 99: at none."""
    ways = {
        "alone": [(one.question, Conversation()) for one in follow_ups],
        "after the conversation": [(one.question, one.conversation) for one in follow_ups],
        "rewritten by a person": [(one.rewrite or "", Conversation()) for one in follow_ups],
    }
    for way, asked in ways.items():
        if all(question for question, _ in asked):
            found = [answerer.answer(question, before).retrieved for question, before in asked]
            yield (
                way,
                [
                    next((place for place, name in enumerate(names, 1) if name in one.relevant), 99)
                    for one, names in zip(follow_ups, found, strict=True)
                ],
            )


def tell(name: str, follow_ups: Sequence[FollowUp], corpus: Path, embedder: Embedder) -> None:
    """Prints a row for each way to ask."""
    with throwaway_index([str(corpus)], embedder) as (store, _):
        for way, found in places(
            follow_ups, Answerer(store, embedder, NoReader(), disabled=frozenset({"broad"}))
        ):
            hits = [sum(place <= k for place in found) / len(found) for k in AMONG]
            print(
                f"| {name} | {len(found)} | {way} | {' | '.join(f'{hit:.3f}' for hit in hits)} |", flush=True
            )


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m evaluation.follow_ups",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--cast", type=Path)
    parser.add_argument("--set", type=Path, nargs="+", default=[])
    options = parser.parse_args(arguments)
    embedder = load_embedder(BUNDLED)
    print(f"| set | follow-ups | asked | {' | '.join(f'hit@{k}' for k in AMONG)} |")
    print(f"|---|---|---|{'---|' * len(AMONG)}")
    if options.cast:
        follow_ups, passages = of_cast(options.cast)
        lines = [json.dumps({"id": name, "title": "", "text": text}) for name, text in passages.items()]
        with TemporaryDirectory(prefix="citebot-follow-ups-") as directory:
            corpus = Path(directory) / "corpus.jsonl"
            corpus.write_text("\n".join(lines), "utf-8")
            tell("cast21", follow_ups, corpus, embedder)
    for folder in options.set:
        (corpus,) = folder.glob("corpus.jsonl*")
        tell(folder.name, of_set(folder), corpus, embedder)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Which words of the conversation a question lacks, told by a small model (after Voskarides et al. 2020)."""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from importlib.resources import files
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from retrieval.checksums import check_sums
from retrieval.conversation.context import Context, Word, context_of, key, says_much
from retrieval.questions.clauses import join
from retrieval.types import Conversation

if TYPE_CHECKING:
    from index.embedding.token_scorer import TokenScorer

MODEL_DIR = Path(str(files("retrieval"))) / "models" / "topic"
WEIGHTS = "weights.safetensors"
CHOSEN = 0.4  # probability of a word
FROM_ANSWER = 0.6  # ... of an answer's; another article need not have it
BESIDE = 0.15  # ... of one beside a chosen one: "Gao convoy"
LACKING = 0.6  # probability that anything is lacking
MAX_GAP = 2  # words without a meaning of their own between two of one phrase: "attack on the airport"
MAX_WORDS = 8  # more would drown the question


@dataclass(frozen=True, slots=True)
class Lacking:
    """Phrases of the conversation that a question lacks, and how likely it lacks anything at all, 0..1.

    `name`: that of a question that says nothing else, "and in Niger?"; `instead`: the question before it,
    asked of that name in place of each name it has.
    """

    phrases: tuple[str, ...] = ()
    likely: float = 0.0
    name: str = ""
    instead: Mapping[str, str] = field(default_factory=dict)


class TopicModel:
    """Safe for several threads. Loads its weights when it is first asked."""

    def __init__(self, folder: Path = MODEL_DIR) -> None:
        """Raises ReaderError when the folder's weights are damaged."""
        check_sums(folder)
        self._folder = folder
        self._loading = threading.Lock()

    @cached_property
    def _loaded(self) -> "TokenScorer":
        from index.embedding.token_scorer import TokenScorer  # OpenVINO takes a fifth of a second

        return TokenScorer(self._folder / WEIGHTS)

    def lacking(self, question: str, conversation: Conversation) -> Lacking:
        """What the question lacks of what was said before it; nothing where it stands by itself."""
        if conversation.turns and not conversation.turns[-1].question:  # words that somebody pointed at
            pointed = conversation.turns[-1].standalone.translate({ord("("): None, ord(")"): None}).strip()
            return Lacking((pointed,) if pointed else (), 1.0)
        context = context_of(question, conversation)
        candidates = context.candidates()
        if not candidates.any():
            return Lacking()
        with self._loading:
            scorer = self._loaded
        scores = scorer.score([word.text for word in context.words], context.marks())
        probable = 1 / (1 + np.exp(-scores))
        likely = float(probable[0, 1])
        if likely < LACKING:
            return Lacking(likely=likely)
        chosen = _with_neighbours(context.words, np.where(candidates, probable[1:, 0], 0))
        if not any(
            says_much(word.text) for word in context.question
        ):  # "and when?": all of the last question
            chosen |= {
                word
                for word in context.words
                if word.turn == 1 and not word.in_answer and says_much(word.text)
            }
        return Lacking(tuple(phrases(context, chosen)), likely, *of_another(context, chosen))


@cache
def bundled_topic_model() -> TopicModel:
    """The one that comes with the installation, shared by all answerers."""
    return TopicModel()


def phrases(context: Context, chosen: frozenset[Word]) -> list[str]:
    """The chosen words, newest turn first, those of one phrase together; each word once."""
    seen, found, count = {key(word.text) for word in context.question}, list[str](), 0
    for _, places in groupby(
        range(len(context.words)), lambda i: (context.words[i].turn, context.words[i].in_answer)
    ):
        for stretch in _stretches([context.words[i] for i in places], chosen):
            new = {key(word.text) for word in stretch if says_much(word.text)} - seen
            if new and count + len(stretch) <= MAX_WORDS:
                seen |= new
                count += len(stretch)
                found.append(join([word.text for word in stretch]))
    return found


def of_another(context: Context, chosen: frozenset[Word]) -> tuple[str, Mapping[str, str]]:
    """The name that the question names and the last question asked of it, by the name that gave way.

    None unless the question says nothing but a name, and lacks what else the last one says.
    """
    before = [word for word in context.words if word.turn == 1 and not word.in_answer]
    told = [i for i, word in enumerate(context.question) if says_much(word.text)]
    name = context.question[told[0] : told[-1] + 1] if told else []
    named = [(a, b) for a, b in _names(before) if b - a < len(before)]
    rest = {word for word in before if says_much(word.text)}.difference(*(before[a:b] for a, b in named))
    if not named or not name or not _is_name(name) or not rest or len(rest & chosen) < len(rest) / 2:
        return "", {}
    new = join([word.text for word in name])
    asked = {
        join([word.text for word in before[a:b]]): join(
            [word.text for word in (*before[:a], *name, *before[b:])]
        )
        for a, b in named
    }
    return new, asked


def _names(said: Sequence[Word]) -> list[tuple[int, int]]:
    """From where to where names stand, as far as capitals tell."""
    found: list[tuple[int, int]] = []
    for i, word in enumerate(said):
        if word.text[:1].isupper() and word.place > 0:
            if found and found[-1][1] == i:
                found[-1] = (found[-1][0], i + 1)
            else:
                found.append((i, i + 1))
    return found


def _is_name(stretch: Sequence[Word]) -> bool:
    """Whether its words begin with capitals: "United Nations", "Alliance of Sahel States"."""
    return all(word.text[:1].isupper() and word.place > 0 for word in stretch if says_much(word.text))


def _with_neighbours(said: Sequence[Word], probable: NDArray[np.floating]) -> frozenset[Word]:
    """The chosen words, with those that may belong to the same phrase."""
    least = np.array([FROM_ANSWER if word.in_answer else CHOSEN for word in said])
    chosen = probable >= least
    for step in (1, -1):
        beside, text = False, None
        for i in range(len(said))[::step]:
            if (said[i].turn, said[i].in_answer) != text:
                beside, text = False, (said[i].turn, said[i].in_answer)
            if says_much(said[i].text):
                chosen[i] = beside = bool(chosen[i] or (beside and probable[i] >= BESIDE))
            else:
                beside = False
    return frozenset(word for word, is_chosen in zip(said, chosen, strict=True) if is_chosen)


def _stretches(said: Sequence[Word], chosen: frozenset[Word]) -> list[list[Word]]:
    """The chosen words of one text, with short words between them."""
    found: list[list[Word]] = []
    gap: list[Word] = []
    for word in said:
        if word in chosen:
            if found and gap is not None and len(gap) <= MAX_GAP and found[-1]:
                found[-1] += [*gap, word]
            else:
                found.append([word])
            gap = []
        elif says_much(word.text) or not word.text[:1].isalnum():
            gap = [word] * (MAX_GAP + 1)
        else:
            gap.append(word)
    return found

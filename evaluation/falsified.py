"""How many true sentences the checks of wording/ let through, and how many that were made false.

`python -m evaluation.falsified CORPUS [--articles 150] [--seed 7]`: sentences of the articles, whole and
shortened, and each with something changed: a number, a name, a negation, who did it to whom, its quote.
"""

import argparse
import gzip
import json
import random
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

from index.passages.sentences import split_sentences
from retrieval.reading.reader import load_reader
from wording.checking import Flaw, flaw
from wording.support import is_read

NAME = re.compile(r"(?<!^)(?<![.!?]\s)\b[A-Z][a-z]+(?:\s[A-Z][a-z]+)*")
AUXILIARY = re.compile(r"\b(?:was|were|is|are|has|have|had|will)\b")
QUALIFIER = re.compile(r"\b(?:more than|at least|about|nearly|almost|up to) (?=[$€£]?\d)")
OPPOSITES = (
    "increased/decreased rose/fell won/lost more/fewer first/last before/after killed/saved higher/lower "
    "up/down against/for largest/smallest opened/closed accepted/rejected new/old most/least support/oppose"
)
_Change = Callable[[str, random.Random, str], str]


def shortened(sentence: str) -> str:
    """Without what follows its last comma, or an aside between two."""
    if found := re.match(r"(.{40,}?), (?:who|which|while|according|after|as|with|but|when)\b.*\.$", sentence):
        return f"{found[1]}."
    found = re.match(r"(.{15,}?), [^,]{5,60}, (.{20,})$", sentence)
    return f"{found[1]} {found[2]}" if found else sentence


def number(sentence: str, rng: random.Random, _: str) -> str:
    return re.sub(r"\b\d+\b", lambda one: str(int(one[0]) + rng.randint(1, 9)), sentence, count=1)


def numbers_exchanged(sentence: str, _: random.Random, __: str) -> str:
    return _exchange(sentence, list(re.finditer(r"\b\d[\d,.]*\b", sentence)))


def names_exchanged(sentence: str, _: random.Random, __: str) -> str:
    return _exchange(sentence, list(NAME.finditer(sentence)))


def name(sentence: str, rng: random.Random, other: str) -> str:
    found = NAME.findall(other)
    return NAME.sub(rng.choice(found), sentence, count=1) if found else sentence


def qualifier(sentence: str, _: random.Random, __: str) -> str:
    return QUALIFIER.sub("", sentence, count=1)


def negated(sentence: str, _: random.Random, __: str) -> str:
    is_negated = " not " in sentence or "n't" in sentence or "n’t" in sentence
    return sentence if is_negated else AUXILIARY.sub(lambda one: f"{one[0]} not", sentence, count=1)


def half_negated(sentence: str, _: random.Random, __: str) -> str:
    found = list(AUXILIARY.finditer(sentence))
    return f"{sentence[: found[-1].end()]} not{sentence[found[-1].end() :]}" if len(found) > 1 else sentence


def affirmed(sentence: str, _: random.Random, __: str) -> str:
    return re.sub(r"\b(?:not|never) ", "", sentence, count=1)


def opposite(sentence: str, _: random.Random, __: str) -> str:
    for pair in OPPOSITES.split():
        a, b = pair.split("/")
        for word, instead in ((a, b), (b, a)):
            if re.search(rf"\b{word}\b", sentence):
                return re.sub(rf"\b{word}\b", instead, sentence, count=1)
    return sentence


CHANGES: tuple[_Change, ...] = (
    number,
    numbers_exchanged,
    qualifier,
    name,
    names_exchanged,
    negated,
    half_negated,
    affirmed,
    opposite,
)


def pairs(corpus: Path, articles: int, rng: random.Random) -> Iterator[tuple[str, str, str]]:
    """What was done to a sentence, the sentence after it, and its quote."""
    with gzip.open(corpus, "rt", encoding="utf-8") as lines:
        rows = list(map(json.loads, lines))
    for row in rng.sample(rows, min(articles, len(rows))):
        spans = split_sentences(row["text"])
        plain = [row["text"][a:b] for a, b in spans if 60 < b - a < 260]
        plain = [one for one in plain if one.endswith(".") and not re.search('["“?]', one)]
        if len(plain) < 2:
            continue
        quote, other = rng.sample(plain, 2)
        short = shortened(quote)
        yield "whole", quote, quote
        if short != quote:
            yield "shortened", short, quote
        yield "quote of another sentence", short, other
        for change in CHANGES:
            if (false := change(short, rng, other)) != short:
                yield change.__name__.replace("_", " "), false, quote


def _exchange(sentence: str, found: list[re.Match[str]]) -> str:
    if len(found) < 2 or found[0][0] == found[-1][0]:
        return sentence
    a, b = found[0], found[-1]
    return f"{sentence[: a.start()]}{b[0]}{sentence[a.end() : b.start()]}{a[0]}{sentence[b.end() :]}"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--articles", type=int, default=150)
    parser.add_argument("--seed", type=int, default=7)
    arguments = parser.parse_args()
    bundled = load_reader()
    reader = bundled.second or bundled
    counted: dict[str, Counter[Flaw | None]] = defaultdict(Counter)
    rng = random.Random(arguments.seed)  # noqa: S311  # a sample of articles, nothing secret
    for kind, sentence, quote in pairs(arguments.corpus, arguments.articles, rng):
        wrong = flaw(sentence, [quote])
        if wrong is None and not is_read(sentence, quote, reader):
            wrong = Flaw.READING
        counted[kind][wrong] += 1
        if wrong is None and kind not in ("whole", "shortened"):
            print(f"shown, {kind}: {sentence}")
    for kind, flaws in counted.items():
        told = ", ".join(f"{one.name} {count}" for one, count in flaws.most_common() if one)
        print(f"{kind:26} {flaws[None]:4} of {flaws.total():4} shown; dropped: {told}")


if __name__ == "__main__":
    main()

"""A passage shortened to the sentences around what a first reader saw, for a second and slower one."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from index.passages.sentences import split_sentences
from index.types import Passage
from retrieval.reading.reader import Reader, Reading

WORDS = 80  # of a passage's 110 on average; with 60 RAMDocs' best reading is right for .62, not .66


def read_again(
    reader: Reader, question: str, passages: Sequence[Passage], seen: Mapping[Passage, Reading]
) -> list[list[Reading]]:
    """For each passage what the reader reads in it: in the first whole, in the others around what was `seen`.

    Why the first: docs/decisions/0027. Why so many words: 0046.
    """
    spans = [(0, len(p.text)) if i == 0 else excerpt(p, seen[p]) for i, p in enumerate(passages)]
    shortened = [
        replace(passage, start=passage.start + start, end=passage.start + end, text=passage.text[start:end])
        for passage, (start, end) in zip(passages, spans, strict=True)
    ]
    return [
        [replace(one, passage=p, start=start + one.start, end=start + one.end) for one in readings]
        for p, (start, _), readings in zip(passages, spans, reader.read(question, shortened), strict=True)
    ]


def excerpt(passage: Passage, seen: Reading) -> tuple[int, int]:
    """Where the sentence with the reading stands, with as many neighbours on both sides as WORDS hold.

    A passage with a table is left whole, for its rows are read by their header.
    """
    text = passage.text
    sentences = split_sentences(text)
    if "|" in text or not sentences or len(text.split()) <= WORDS:
        return 0, len(text)
    first = last = max((i for i, (start, _) in enumerate(sentences) if start <= seen.start), default=0)
    before = True  # which side's turn it is
    while True:
        sides = [(first - 1, last), (first, last + 1)][:: 1 if before else -1]
        fitting = (
            (a, b)
            for a, b in sides
            if a >= 0 and b < len(sentences) and len(text[sentences[a][0] : sentences[b][1]].split()) <= WORDS
        )
        grown = next(fitting, None)
        if grown is None:
            return sentences[first][0], max(sentences[last][1], seen.end)
        before = grown[0] == first
        first, last = grown

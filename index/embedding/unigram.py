"""SentencePiece's unigram model (Kudo 2018): the most probable pieces of each word.

Written here because of what a vocabulary of 250,000 pieces costs: 50 MB, while `tokenizers` takes 280 and
`sentencepiece` 75, and seconds to build theirs. Most words come again, and their pieces are kept.
"""

import re
import unicodedata
from array import array
from collections.abc import Mapping, Sequence
from functools import lru_cache

WORD_BEGINS = "▁"
UNKNOWN_COST = 10.0  # below the least probable piece, as in SentencePiece
_KEPT_WORDS = 20_000
_WORD = re.compile(r"\S+")
_LONGEST_KEPT = 32  # characters; what is longer, as in languages without spaces, seldom comes again


class UnigramTokenizer:
    """Texts to numbers of pieces. Safe for several threads.

    `scores` are log probabilities, 0 of control pieces, which no text can spell. `characters` says what
    stands for a code point.
    """

    def __init__(
        self, pieces: Sequence[str], scores: Sequence[float], unknown: int, characters: Mapping[int, str]
    ) -> None:
        self._numbers = {piece: number for number, piece in enumerate(pieces) if scores[number]}
        self._scores = array("f", scores)
        self._longest = max(map(len, self._numbers))
        self._unknown, self._unknown_score = unknown, min(scores) - UNKNOWN_COST
        self._characters = characters
        self._kept = lru_cache(_KEPT_WORDS)(self._pieces)

    def tokens(self, text: str, limit: int) -> list[int]:
        """The numbers of the first `limit` pieces."""
        text = unicodedata.normalize("NFC", text[: limit * self._longest]).translate(self._characters)
        found = list[int]()
        for word in text.split():
            found += [number for number, _ in self._pieces_of(word)]
            if len(found) >= limit:
                break
        return found[:limit]

    def spans(self, text: str, limit: int) -> list[tuple[int, int, int]]:
        """The first `limit` pieces, each as number, start and end: it stands for text[start:end].

        The pieces of a word that is not in Unicode's composed form all stand for the whole word.
        """
        found = list[tuple[int, int, int]]()
        for match in _WORD.finditer(text):
            composed = unicodedata.is_normalized("NFC", match[0])
            characters = match[0] if composed else unicodedata.normalize("NFC", match[0])
            mapped = [character.translate(self._characters) for character in characters]
            places = [match.start() + i for i, said in enumerate(mapped) for _ in said] + [match.end()]
            for word in _WORD.finditer("".join(mapped)):
                start = word.start()
                for number, length in self._pieces_of(word[0]):
                    end = start + length
                    span = (places[start], places[end - 1] + 1) if length else (places[start],) * 2
                    found.append((number, *(span if composed else match.span())))
                    start = end
            if len(found) >= limit:
                break
        return found[:limit]

    def _pieces_of(self, word: str) -> tuple[tuple[int, int], ...]:
        return self._kept(word) if len(word) <= _LONGEST_KEPT else self._pieces(word)

    def _pieces(self, word: str) -> tuple[tuple[int, int], ...]:
        """The most probable pieces of one word, by dynamic programming (Viterbi 1967).

        Each as number and length; the first may be but the mark that a word begins, of length 0.
        """
        word = WORD_BEGINS + word
        best = [0.0] + [float("-inf")] * len(word)  # the score of what ends at each place
        last = [(0, 0)] * (len(word) + 1)  # its last piece and where that begins
        for begin in range(len(word)):
            unknown = best[begin] + self._unknown_score
            if unknown > best[begin + 1]:
                best[begin + 1], last[begin + 1] = unknown, (self._unknown, begin)
            for end in range(begin + 1, min(begin + self._longest, len(word)) + 1):
                number = self._numbers.get(word[begin:end])
                if number is not None and (score := best[begin] + self._scores[number]) > best[end]:
                    best[end], last[end] = score, (number, begin)
        found, end = list[tuple[int, int]](), len(word)
        while end:
            number, begin = last[end]
            length = end - max(begin, len(WORD_BEGINS))
            if number == self._unknown and found and found[-1][0] == number:  # unknown ones in a row are one
                found[-1] = number, found[-1][1] + max(length, 0)
            else:
                found.append((number, max(length, 0)))
            end = begin
        return tuple(reversed(found))

from collections.abc import Sequence

from index.types import Passage, Source
from retrieval.reading.excerpts import WORDS, excerpt, read_again
from retrieval.reading.reader import Reader, Reading

SENTENCES = [
    f"Sentence {number} says what the keeper of the lighthouse did on that day." for number in range(12)
]
TEXT = " ".join(SENTENCES)


def passage(text: str) -> Passage:
    return Passage("a#100", Source("a", ""), 100, 100 + len(text), text)


def reading(of: Passage, words: str) -> Reading:
    start = of.text.index(words)
    return Reading(of, start, start + len(words), 1.0)


class Underliner:
    """Reads "the keeper" wherever it stands, and tells what it was given."""

    name = "underliner"
    second: Reader | None = None

    def __init__(self) -> None:
        self.given = list[Passage]()

    def read(self, question: str, passages: Sequence[Passage]) -> list[list[Reading]]:
        self.given += passages
        return [[reading(one, "the keeper")] for one in passages]


def test_an_excerpt_is_whole_sentences_on_both_sides_of_what_was_seen() -> None:
    whole = passage(TEXT)

    start, end = excerpt(whole, reading(whole, SENTENCES[6]))

    assert TEXT[start:end] == " ".join(SENTENCES[3:9])
    assert len(TEXT[start:end].split()) <= WORDS < len(" ".join(SENTENCES[3:10]).split())


def test_at_an_end_of_the_passage_the_excerpt_grows_to_the_other_side() -> None:
    whole = passage(TEXT)

    start, end = excerpt(whole, reading(whole, SENTENCES[11]))

    assert TEXT[start:end] == " ".join(SENTENCES[6:])


def test_short_passages_tables_and_long_sentences_keep_what_was_seen() -> None:
    short, table, long = passage(SENTENCES[0]), passage(f"{TEXT}\n| a | b |"), passage(TEXT.replace(".", ","))

    assert excerpt(short, reading(short, "keeper")) == (0, len(short.text))
    assert excerpt(table, reading(table, SENTENCES[3])) == (0, len(table.text))
    assert excerpt(long, reading(long, "Sentence 7")) == (0, len(long.text))


def test_the_first_passage_is_read_whole_and_readings_of_the_others_stand_where_they_do_in_the_passage() -> (
    None
):
    first, second = passage(TEXT), passage(TEXT.replace("Sentence", "Phrase"))
    reader = Underliner()

    seen = {first: reading(first, SENTENCES[9]), second: reading(second, "Phrase 9")}
    found = read_again(reader, "Who?", [first, second], seen)

    assert reader.given[0] == first
    shortened = reader.given[1]
    assert shortened.text.startswith("Phrase 6")
    assert shortened.text == second.text[shortened.start - 100 : shortened.end - 100]
    [[one], [other]] = found
    assert (one.passage, other.passage) == (first, second)
    assert one.text == other.text == "the keeper"
    assert other.start == second.text.index("the keeper", second.text.index("Phrase 6"))

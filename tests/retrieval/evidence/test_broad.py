from index.types import Embedder, Passage, Source
from retrieval.evidence.broad import best_sentences
from retrieval.reading.reader import Reader
from retrieval.search.fusion import Candidate

HARBOUR = Source("harbour", "The harbour")


def chosen(embedder: Embedder, question: str, *texts: str, reader: Reader | None = None) -> list[str]:
    passages = [Passage(f"harbour#{i}", HARBOUR, 0, len(text), text) for i, text in enumerate(texts)]
    candidates = [Candidate(passage, 0.5) for passage in passages]
    readings = reader.read(question, passages) if reader else [[] for _ in passages]
    best = best_sentences(question, embedder.embed_question(question), candidates, readings, embedder)
    return [sentence.text for sentence in best]


def test_a_sentence_that_only_announces_what_follows_is_no_answer(embedder: Embedder) -> None:
    text = (
        "The closing of the harbour had these consequences:\n"
        "- Fishermen lost the income of a whole winter.\n"
        "- Bakers in the old town ran out of flour."
    )
    assert sorted(chosen(embedder, "What were the consequences of closing the harbour?", text)) == [
        "Bakers in the old town ran out of flour.",
        "Fishermen lost the income of a whole winter.",
    ]


def test_neither_headings_nor_header_rows_nor_questions_are_answers(embedder: Embedder) -> None:
    text = (
        "Why the harbour of the old town closed\n"
        "Reporter: Why was the harbour of the old town closed so suddenly?\n"
        "The harbour closed because the pier had rotted through.\n"
        "Reason for closing the harbour | Consequence for the old town |\n"
        "Storm damage to the northern pier | No ferry could land any more |"
    )
    found = chosen(embedder, "Why did the harbour close?", text)
    assert found[0] == "The harbour closed because the pier had rotted through."
    assert not any("Reporter" in sentence or "Reason for" in sentence for sentence in found)
    assert "Why the harbour of the old town closed" not in found


def test_a_sentence_about_something_else_is_left_out(embedder: Embedder) -> None:
    text = (
        "The harbour closed because the pier had rotted through. My aunt paints small wooden horses at home."
    )
    assert chosen(embedder, "Why did the harbour close?", text) == [
        "The harbour closed because the pier had rotted through."
    ]


def test_of_equal_sentences_the_one_under_the_heading_that_is_asked_for_is_told_once(
    embedder: Embedder,
) -> None:
    closed = "The crossing is closed because of works on the northern pier."
    days = {"Monday": "Repairs go on.", "Tuesday": "A storm is near.", "Wednesday": "A drill is held."}
    text = "\n\n".join(f"{day}\n\n{closed} {more}" for day, more in days.items())
    passage = Passage("crossings#0", HARBOUR, 0, len(text), text)
    question = "Why is the crossing closed on Wednesday?"

    [found] = best_sentences(
        question, embedder.embed_question(question), [Candidate(passage, 0.5)], [[]], embedder
    )

    assert (found.text, found.start) == (closed, text.rindex(closed))


def test_of_nothing_nothing_is_chosen(embedder: Embedder) -> None:
    assert chosen(embedder, "Why did the harbour close?") == []
    assert chosen(embedder, "Why did the harbour close?", "Closed.") == []


def test_the_sentence_that_the_reader_points_at_comes_first(embedder: Embedder, reader: Reader) -> None:
    text = (
        "Everyone in the old town remembers that the harbour was closed. Ships could not land at the "
        "harbour because the pier had rotted through."
    )
    question = "Why was the harbour closed?"
    assert chosen(embedder, question, text)[0].startswith("Everyone")
    assert chosen(embedder, question, text, reader=reader)[0].startswith("Ships could not land")


def test_a_sentence_comes_before_a_row_that_is_as_near(embedder: Embedder) -> None:
    text = (
        "Harbour closed | Pier rotted through in the long winter |\n"
        "Harbour open | Pier mended by the people of the town |\n\n"
        "The harbour closed when the pier rotted through in winter."
    )
    assert chosen(embedder, "Why did the harbour close?", text)[0].startswith("The harbour closed when")


def test_a_sentence_about_who_is_asked_about_comes_before_one_about_the_occasion(embedder: Embedder) -> None:
    text = (
        "The storm on Monday night was the worst that the old harbour has seen in thirty years. "
        "Messages came from near and far, and the Harbour Union called for a new pier."
    )
    question = "How did the Harbour Union react to the storm?"
    assert chosen(embedder, question, text)[0].startswith("Messages came")

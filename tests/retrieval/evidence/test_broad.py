from index.types import Embedder, Mark, MarkKind, Passage, Source
from retrieval.evidence.broad import OF_SUMMARY, sentences, summary
from retrieval.evidence.features import Evidence, weigh
from retrieval.evidence.quotes import quoted
from retrieval.reading.reader import Reader, Reading
from retrieval.search.fusion import Candidate

HARBOUR = Source("harbour", "The harbour")


def chosen(
    embedder: Embedder,
    question: str,
    *texts: str,
    reader: Reader | None = None,
    outline: tuple[Mark, ...] = (),
) -> list[str]:
    passages = [Passage(f"harbour#{i}", HARBOUR, 0, len(t), t, outline=outline) for i, t in enumerate(texts)]
    candidates = [Candidate(passage, 0.5) for passage in passages]
    read = weigh(question, candidates, reader.read(question, passages)) if reader else []
    found = sentences(question, embedder.embed_question(question), candidates, read, embedder)
    return [sentence.text for sentence in found]


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


def test_to_a_request_a_sentence_about_something_else_is_left_out(embedder: Embedder) -> None:
    text = (
        "The harbour closed because the pier had rotted through. My aunt paints small wooden horses at home."
    )
    assert chosen(embedder, "Tell me about the harbour", text) == [
        "The harbour closed because the pier had rotted through."
    ]


def test_a_summary_is_sentences_in_order_that_do_not_repeat_each_other(embedder: Embedder) -> None:
    told = [
        "The harbour of the old town closed on Monday because the pier had rotted through.",
        "On Monday the harbour of the old town was closed since its pier was rotten.",
        "Fishermen of the old town lost the income of a whole winter.",
        "The mayor asked the ministry for money to build a new pier.",
        "Ferries to the islands leave from the northern town until then.",
        "| Monday | closed |",
    ]
    text = " ".join(told)
    passage = Passage("harbour#0", HARBOUR, 0, len(text), text)
    best = Evidence(Reading(passage, 0, 3, 0.0), 0, 3, 0, 3, 0.5, confidence=0.4)
    found = summary(best, [passage], embedder)
    assert len(found) == OF_SUMMARY
    assert [one.start for one in found] == sorted(one.start for one in found)
    assert len({told[0], told[1]} & {one.quote for one in found}) == 1
    assert {one.confidence for one in found} == {0.4}


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


def test_a_command_stands_with_the_sentence_that_leads_in_to_it(embedder: Embedder) -> None:
    text = (
        "The ferry tool is started by hand.\n"
        "To reload the timetable of the harbour, type:\n"
        "ferry reload --all\n"
        "The harbour master does not need to be present."
    )
    outline = (Mark(text.index("ferry reload"), MarkKind.CODE),)
    found = chosen(embedder, "How do I reload the timetable?", text, outline=outline)
    assert found[0] == "To reload the timetable of the harbour, type:\nferry reload --all"


def test_a_definition_is_quoted_with_its_term() -> None:
    text = "Options\nferry --night\n- Sails after dark. Not in winter."
    outline = (Mark(0, MarkKind.HEADING, 1),)
    first, second = text.index("Sails"), text.index("winter")
    assert text[slice(*quoted(text, first, first + 5, outline))].startswith("ferry --night\n- Sails after")
    assert text[slice(*quoted(text, second, second + 6, outline))].endswith("Not in winter.")

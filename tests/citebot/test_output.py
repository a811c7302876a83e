import json
from dataclasses import replace
from datetime import date, datetime

from hypothesis import given
from hypothesis import strategies as st

from citebot.cli.output import Style, answer_json, answer_text, clean, counted
from index.types import Mark, MarkKind, Passage, Source
from retrieval.types import Answer, Citation, Outcome, Statement

TEXT = "The ambush was at dawn. At least five trucks were destroyed, an official said."
OTHER = "Seven trucks burned."
TIME_NEWS = Source(
    "004", "A Growing Threat", "time.news", url="https://time.news/x", published=date(2025, 2, 8)
)
WIRE = Source("005", "Convoy Burned", path="seeds/005.txt")


def citation(source: Source, text: str, quote: str, origin: int = 1) -> Citation:
    start = text.index(quote)
    passage = Passage(f"{source.article_id}#0", source, 0, len(text), text)
    return Citation(passage, quote, start, start + len(quote), origin)


FIVE = citation(TIME_NEWS, TEXT, "At least five trucks were destroyed, an official said.")
SEVEN = citation(WIRE, OTHER, OTHER, origin=2)
DISPUTED = Answer(
    question="how many trucks?",
    standalone="how many trucks were destroyed?",
    outcome=Outcome.DISPUTED,
    statements=(Statement("five", (FIVE,), 0.91234), Statement("Seven", (SEVEN,), 0.5)),
    passages=(FIVE.passage, SEVEN.passage, FIVE.passage),
    elapsed_ms=83,
)
NOT_FOUND = Answer("who won?", "who won?", Outcome.NOT_FOUND, passages=(SEVEN.passage,))


def test_an_answer_in_json_has_exactly_the_keys_of_the_contract() -> None:
    assert answer_json(DISPUTED, "q1") == {
        "id": "q1",
        "question": "how many trucks?",
        "standalone": "how many trucks were destroyed?",
        "outcome": "disputed",
        "worded_by": None,
        "statements": [
            {"text": "five", "confidence": 0.912, "citations": [1], "articles": 1, "origins": 1},
            {"text": "Seven", "confidence": 0.5, "citations": [2], "articles": 1, "origins": 1},
        ],
        "citations": [
            {
                "number": 1,
                "article_id": "004",
                "title": "A Growing Threat",
                "publisher": "time.news",
                "url": "https://time.news/x",
                "path": None,
                "published": "2025-02-08",
                "published_at": None,
                "page": None,
                "quote": "At least five trucks were destroyed, an official said.",
                "start": 24,
                "end": 78,
                "link": "https://time.news/x#:~:text=At%20least%20five%20trucks%20were%20destroyed%2C"
                "%20an%20official%20said",
                "origin": 1,
                "copies": [],
            },
            {
                "number": 2,
                "article_id": "005",
                "title": "Convoy Burned",
                "publisher": None,
                "url": None,
                "path": "seeds/005.txt",
                "published": None,
                "published_at": None,
                "page": None,
                "quote": "Seven trucks burned.",
                "start": 0,
                "end": 20,
                "link": None,
                "origin": 2,
                "copies": [],
            },
        ],
        "retrieved": ["004", "005"],
        "elapsed_ms": 83,
    }


def test_an_answer_that_is_not_found_still_tells_the_nearest_articles_in_json() -> None:
    assert json.loads(json.dumps(answer_json(NOT_FOUND))) == {
        "id": None,
        "question": "who won?",
        "standalone": "who won?",
        "outcome": "not_found",
        "worded_by": None,
        "statements": [],
        "citations": [],
        "retrieved": ["005"],
        "elapsed_ms": 0,
    }


def test_a_dispute_shows_both_sides_with_their_quotes_and_sources() -> None:
    assert answer_text(DISPUTED) == (
        "The articles disagree.\n"
        "\n"
        "five [1]\n"
        "\n"
        "  │ “At least five trucks were destroyed, an official said.” [1]\n"
        "\n"
        "Seven [2]\n"
        "\n"
        "  │ “Seven trucks burned.” [2]\n"
        "\n"
        "[1] A Growing Threat, time.news, 2025-02-08\n"
        "    https://time.news/x\n"
        "[2] Convoy Burned\n"
        "    seeds/005.txt"
    )


def test_a_quote_from_a_document_with_pages_names_its_page() -> None:
    pages = (Mark(0, MarkKind.PAGE, 11), Mark(36, MarkKind.PAGE, 12))
    passage = Passage("m#30", WIRE, 30, 30 + len(OTHER), OTHER, outline=pages)
    said = Statement("burned", (Citation(passage, "burned", 43, 49),), 0.9)
    answer = Answer("q", "q", Outcome.ANSWERED, (said,))

    assert '"page": 12,' in json.dumps(answer_json(answer))
    assert "  │ “burned” [1, p. 12]\n" in answer_text(answer)


COPY = Source("006", "Convoy Burned", "Wire", url="https://wire.example/1", path=None)
AT_NIGHT = Source(
    "007",
    "At Night",
    published=date(2026, 3, 1),
    published_at=datetime.fromisoformat("2026-03-01T23:30:00-05:00"),
)


def test_one_article_is_no_articles() -> None:
    assert counted(1, 1) == "1 article, 1 passage"
    assert counted(0, 2_368) == "0 articles, 2,368 passages"


def test_copies_of_a_passage_are_named_in_json_and_in_a_short_line() -> None:
    copied = replace(citation(AT_NIGHT, TEXT, FIVE.quote), copies=(WIRE, COPY))
    answer = Answer("q", "q", Outcome.ANSWERED, (Statement("five", (copied,), 0.9),))

    [told] = json.loads(json.dumps(answer_json(answer)))["citations"]

    assert (told["published"], told["published_at"]) == ("2026-03-01", "2026-03-01T23:30:00-05:00")
    assert told["copies"] == [
        {
            "article_id": "005",
            "title": "Convoy Burned",
            "publisher": None,
            "url": None,
            "path": "seeds/005.txt",
        },
        {
            "article_id": "006",
            "title": "Convoy Burned",
            "publisher": "Wire",
            "url": "https://wire.example/1",
            "path": None,
        },
    ]
    assert answer_text(answer).splitlines()[-2:] == [
        "[1] At Night, 2026-03-01",
        "    also in: seeds/005.txt, https://wire.example/1 (3 articles, 1 origin)",
    ]
    many = replace(copied, copies=tuple(replace(COPY, article_id=str(n)) for n in range(5)))
    answer = Answer("q", "q", Outcome.ANSWERED, (Statement("five", (many,), 0.9),))
    assert answer_text(answer).endswith(
        f"    also in: {', '.join([COPY.url or ''] * 3)}, 2 more (6 articles, 1 origin)"
    )


def test_not_found_names_the_nearest_articles() -> None:
    assert answer_text(NOT_FOUND) == "The articles do not say.\nNearest articles:\n  - Convoy Burned"


def test_the_answer_is_bold_in_colour_and_no_code_appears_without() -> None:
    assert "\x1b[1mfive\x1b[0m" in answer_text(DISPUTED, Style(color=True))
    assert "\x1b" not in answer_text(DISPUTED)


def test_quotes_are_wrapped_to_the_terminal() -> None:
    lines = answer_text(DISPUTED, Style(width=40)).splitlines()

    assert lines[4:6] == ["  │ “At least five trucks were", "  │ destroyed, an official said.” [1]"]


@given(st.text())
def test_words_of_an_article_never_steer_the_terminal(text: str) -> None:
    assert not any(ord(character) < 32 or 127 <= ord(character) < 160 for character in clean(text))


def test_a_sentence_that_is_the_answer_is_shown_once_and_its_article_listed_once() -> None:
    first = citation(TIME_NEWS, TEXT, "The ambush was at dawn.")
    answer = Answer(
        "what happened?",
        "what happened?",
        Outcome.ANSWERED,
        statements=(Statement(first.quote, (first,), 0.6), Statement(FIVE.quote, (FIVE,), 0.5)),
    )
    assert answer_text(answer).splitlines() == [
        "  │ “The ambush was at dawn.” [1]",
        "",
        "  │ “At least five trucks were destroyed, an official said.” [1]",
        "",
        "[1] A Growing Threat, time.news, 2025-02-08",
        "    https://time.news/x",
    ]

import re
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given

from index.loading.document import CODE_MARK, heading_mark, page_mark, without_marks
from index.passages.chunking import MAX_PIECES, MIN_PIECES, chunk, embedded_text, pieces
from index.passages.sentences import LINE, split_sentences
from index.passages.structure import Kind, is_rule, parse
from index.types import Article, Passage, Source
from tests.index.passages.texts import ANY_TEXT, MARKED_TEXT

SEEDS = sorted((Path(__file__).parents[3] / "seeds").glob("*.txt"))


def article(text: str, title: str = "A title") -> Article:
    return Article(Source("a1", title), text)


def marked_article(marked: str) -> Article:
    return Article(Source("a1", "A title"), *without_marks(marked))


def seed(number: int) -> list[Passage]:
    return chunk(article(SEEDS[number].read_text(encoding="utf-8")))


def passage_with(passages: list[Passage], words: str) -> Passage:
    return next(passage for passage in passages if words in passage.text)


def test_a_passage_carries_its_source_its_place_and_its_heading() -> None:
    story = article("Fire in Gao\nA fire broke out. It was put out.")
    assert chunk(story) == [
        Passage("a1#12", story.source, 12, 45, "A fire broke out. It was put out.", heading="Fire in Gao")
    ]


def test_an_article_without_words_has_no_passages() -> None:
    assert chunk(article("")) == []
    assert chunk(article(" \n\n---|---|\n*****\n")) == []


def test_a_table_is_one_passage_with_the_sentence_that_leads_in() -> None:
    passage = passage_with(
        seed(2), "United States | Offered humanitarian aid and promised further assistance. |"
    )
    assert passage.heading == "local and international Reactions to the surge in Violence"
    assert passage.text.splitlines() == [
        "A table summarizing various international responses is as follows:",
        "Country/Institution | response |",
        "---|---|",
        "United Nations | Condemned the attack and called for international cooperation. |",
        "African Union | Expressed solidarity and urged a collaborative approach to stability. |",
        "France | Reiterated military support and intelligence sharing. |",
        "United States | Offered humanitarian aid and promised further assistance. |",
    ]


@pytest.mark.parametrize(("number", "row_count"), [(1, 15), (2, 21)])
def test_every_row_of_a_seed_stands_under_its_header_row(number: int, row_count: int) -> None:
    text = SEEDS[number].read_text(encoding="utf-8")
    passages = chunk(article(text))
    rows = [block for block in parse(text) if block.kind is Kind.TABLE_ROW]
    for row in rows:
        passage = passage_with(passages, text[row.start : row.end])
        header = row.lead_in.splitlines()[-1]
        assert header in passage.heading.splitlines() + passage.text.splitlines()
    assert len(rows) == row_count


def test_a_list_stays_with_the_sentence_that_leads_in() -> None:
    passage = passage_with(seed(2), "- Increased Jihadist Activity:")
    assert passage.text.startswith(
        "Key issues contributing to the heightened insecurity include:\n- Weakening"
    )
    assert passage.text.endswith("its own security challenges.")
    assert passage.heading == "Mali’s Rising Security Concerns and the Impact of Governance Changes"


def test_a_list_torn_apart_keeps_its_lead_in_as_heading() -> None:
    items = [f"- Road {n}: The road to the town was closed to all traffic that day." for n in range(40)]
    passages = chunk(article("The closed roads were:\n" + "\n".join(items)))
    assert len(passages) > 2
    assert passages[0].text.startswith("The closed roads were:\n- Road 0")
    assert {passage.heading for passage in passages[1:]} == {"The closed roads were:"}
    assert [line for passage in passages for line in passage.text.splitlines()][1:] == items


def test_a_long_table_is_split_between_rows_and_each_part_knows_the_header() -> None:
    rows = [f"Town {n} | {n * 100} people were counted there | closed |" for n in range(60)]
    text = "Towns\nThis table lists the towns.\nTown | People | Road |\n---|---|---|\n" + "\n".join(rows)
    passages = chunk(article(text))
    assert len(passages) > 3
    assert passages[0].text.startswith(
        "This table lists the towns.\nTown | People | Road |\n---|---|---|\nTown 0 |"
    )
    assert {passage.heading for passage in passages[1:]} == {
        "Towns\nThis table lists the towns.\nTown | People | Road |"
    }
    assert [line for passage in passages for line in passage.text.splitlines()][3:] == rows


def test_an_interview_answer_is_read_with_its_question() -> None:
    question = "Time.news Editor: How does this situation pose a threat to the United States?"
    passage = passage_with(seed(4), "African Security Expert: The instability in Mali")
    assert passage.text.startswith(f"{question}\nAfrican Security Expert: The instability in Mali")
    assert passage.text.endswith("in the wider African continent.")
    assert passage.heading == "Escalating Violence in Mali: An Interview with an African Security Expert"


def test_a_long_answer_keeps_its_question_as_heading() -> None:
    answer = "The harvest was poor because the rain came late again this year. " * 30
    passages = chunk(article(f"Ann: Why?\nBob: {answer}\nAnn: Really?\nBob: Really."))
    assert passages[0].text.startswith("Ann: Why?\nBob: The harvest")
    assert passages[1].heading == "Ann: Why?"


def test_sections_are_not_mixed() -> None:
    text = SEEDS[1].read_text(encoding="utf-8")
    headings = {text[block.start : block.end] for block in parse(text) if block.kind is Kind.HEADING}
    passages = chunk(article(text))
    assert all(line not in headings for passage in passages for line in passage.text.splitlines())
    assert headings <= {line for passage in passages for line in passage.heading.splitlines()}


def test_tiny_sections_share_a_passage_that_shows_their_headings() -> None:
    text = "Gao\nThe road is closed to all.\nKidal\nThe road is open again.\nAnsongo\nNobody knows."
    assert [(passage.heading, passage.text) for passage in chunk(article(text))] == [("Gao", text[4:])]


def test_a_passage_stands_under_the_path_of_its_headings() -> None:
    h1, h2, h3 = map(heading_mark, (1, 2, 3))
    passages = chunk(
        marked_article(
            f"{h1}Configuring\n{h2}7.2. Mail\n{'It is sent at once. ' * 20}\n{h3}postfix\n{'It logs. ' * 40}"
        )
    )
    assert [passage.heading for passage in passages] == [
        "Configuring\n7.2. Mail",
        "Configuring\n7.2. Mail\npostfix",
    ]


def test_of_a_long_path_the_nearest_headings_are_kept() -> None:
    words = ["configuring", "mail", "of", "the", "server"]
    path = "".join(f"{heading_mark(n)}{n} {' '.join(words * 2)}\n" for n in range(1, 7))
    passage = chunk(marked_article(f"{path}{'It logs. ' * 40}"))[-1]
    assert [line[0] for line in passage.heading.splitlines()] == ["4", "5", "6"]


def test_code_stays_together_with_the_paragraph_that_explains_it() -> None:
    before = "The server is slow. " * 30
    code = "\n".join(f"{CODE_MARK}  option_{n} = yes" for n in range(8))
    passages = chunk(marked_article(f"{before}\nIt has options. Set them so.\n{code}\n{before}"))
    lines = ["It has options. Set them so.", *(f"option_{n} = yes" for n in range(8))]
    found = [line.strip() for line in passage_with(passages, "option_0").text.splitlines()]
    assert [line for line in found if line in lines] == lines


def test_code_longer_than_a_passage_keeps_the_sentence_before_it_as_heading() -> None:
    code = "\n".join(f"{CODE_MARK}option_{n} = yes" for n in range(80))
    passages = chunk(marked_article(f"It has options. Set them so.\n{code}"))
    assert passages[0].text.startswith("It has options. Set them so.\noption_0 = yes")
    assert {passage.heading for passage in passages[1:]} == {"Set them so."}
    assert max(pieces(passage.text) for passage in passages) <= MAX_PIECES


def test_a_passage_knows_the_pages_it_touches() -> None:
    sentence = "The road was closed to all traffic that day. "
    marked = "".join(f"{page_mark(n)}{sentence * 5}" for n in (4, 5, 6, 7))
    passages = chunk(marked_article(marked))
    page = 5 * len(sentence)
    assert [[mark.start for mark in passage.outline] for passage in passages] == [
        [0, page],
        [page, 2 * page, 3 * page],
    ]
    assert [passage.page_at(passage.end - 1) for passage in passages] == [5, 7]
    assert chunk(article("It rained."))[0].page_at(3) is None


def test_a_label_stands_in_the_passage_of_what_it_names() -> None:
    before = "The server keeps pages in memory. " * 23
    paragraph = "It is slow when the size is small. " * 16
    marked = (
        f"{heading_mark(1)}Memory\n{before}\nbuffers (integer)\n- Sets the size.\n{paragraph}\n{paragraph}"
    )
    passages = chunk(marked_article(marked))
    assert passage_with(passages, "Sets the size.").text.startswith("buffers (integer)\n- Sets the size.")
    assert passages[-1].heading == "Memory\nbuffers (integer)"


def test_a_passage_is_parsed_as_its_article_is() -> None:
    marked = (
        f"{heading_mark(1)}Memory\n{'It is slow. ' * 40}\nA short line\nIt is text.\n"
        f"{CODE_MARK}- x = 1. Y = 2\n{heading_mark(2)}7. Last\n{'It was slow. ' * 60}"
    )
    whole = marked_article(marked)
    kinds = {(block.start, block.end): block.kind for block in parse(whole.text, whole.outline)}
    shared = []
    for passage in chunk(whole):
        for block in parse(f"ab\n{passage.text}", passage.marks(3)):
            there = (block.start - 3 + passage.start, block.end - 3 + passage.start)
            if there in kinds:
                shared.append((kinds[there], block.kind))
    assert {one for one, _ in shared} == {Kind.HEADING, Kind.LABEL, Kind.PARAGRAPH, Kind.CODE}
    assert all(one is other for one, other in shared)


def test_a_heading_that_states_a_number_can_be_quoted() -> None:
    text = "14. Anthony Rizzo (33, Yankees)\nHe signed for two more years in New York."
    assert [passage.text for passage in chunk(article(text))] == [text]


def test_a_long_paragraph_is_split_evenly_with_a_sentence_of_overlap() -> None:
    sentences = [
        f"The minister of state number {n} told the press about the state of the roads." for n in range(30)
    ]
    passages = chunk(article(" ".join(sentences)))
    assert len(passages) == 4
    for before, after in pairwise(passages):
        shared = before.text[after.start - before.start :]
        assert [shared[a:b] for a, b in split_sentences(shared)] == [sentences[sentences.index(shared)]]
    sizes = [pieces(passage.text) for passage in passages]
    assert max(sizes) - min(sizes) < 40


def test_a_pronoun_brings_the_sentence_before_it() -> None:
    first = "Officials in the capital counted the trucks that had been lost on the road to the north. " * 6
    text = f"{first}General Diallo spoke of five.\n\nHe said more would follow. {first}"
    assert [
        passage.text.startswith("General Diallo spoke of five.\n\nHe") for passage in chunk(article(text))
    ] == [
        False,
        True,
    ]


def test_a_tiny_rest_joins_the_passage_before() -> None:
    passages = seed(3)
    assert passages[-1].text.endswith("before it’s too late.\nLoading...")
    assert [pieces(passage.text) >= MIN_PIECES for passage in passages] == [True] * 3


@pytest.mark.parametrize("text", ["x" * 5000, "word " * 1000, "他" * 1000, "a | b |\n" + "c " * 900 + "|"])
def test_what_has_no_border_is_cut_so_that_no_passage_is_too_long(text: str) -> None:
    passages = chunk(article(text))
    assert len(passages) > 2
    assert max(pieces(passage.text) for passage in passages) <= MAX_PIECES
    assert all(passage.text == passage.text.strip() for passage in passages)


def test_words_are_not_cut_where_there_is_a_space() -> None:
    passages = chunk(article("word " * 1000))
    assert {word for passage in passages for word in passage.text.split()} == {"word"}


def test_what_is_embedded_names_title_and_heading_once() -> None:
    source = Source("a1", "Roads of Mali")
    passage = Passage(
        "a1#0", source, 0, 20, "Roads are:\n- closed\n", heading="roads of mali\nToday\nRoads are:"
    )
    assert embedded_text(passage) == "Roads of Mali\nToday\nRoads are:\n- closed\n"
    assert embedded_text(Passage("a1#0", Source("a1", ""), 0, 4, "Text")) == "Text"


@given(MARKED_TEXT)
def test_passages_are_slices_in_reading_order_with_ids_of_their_own(marked: str) -> None:
    passages = chunk(marked_article(marked))
    text, _ = without_marks(marked)
    assert [text[passage.start : passage.end] for passage in passages] == [p.text for p in passages]
    assert [passage.id for passage in passages] == [f"a1#{passage.start}" for passage in passages]
    assert all(a.start < b.start and a.end < b.end for a, b in pairwise(passages))
    assert all(pieces(passage.text) <= MAX_PIECES for passage in passages)


@given(ANY_TEXT)
def test_every_line_that_is_content_is_in_a_passage_or_the_heading_of_one(text: str) -> None:
    passages = chunk(article(text))
    covered = bytearray(len(text))
    for passage in passages:
        covered[passage.start : passage.end] = b"\1" * len(passage.text)
    found = {line.strip() for p in passages for line in LINE.findall(f"{p.heading}\n{p.text}")}
    for block in parse(text):
        words = re.sub(r"\s", "", text[block.start : block.end])
        seen = "".join(
            text[at] for at in range(block.start, block.end) if covered[at] and not text[at].isspace()
        )
        assert seen == words or (block.kind is Kind.HEADING and text[block.start : block.end] in found)


@given(ANY_TEXT)
def test_a_line_that_only_draws_a_line_neither_begins_nor_ends_a_passage(text: str) -> None:
    for passage in chunk(article(text)):
        lines = [line for line in map(str.strip, passage.text.split("\n")) if line]
        assert not is_rule(lines[0])
        assert not is_rule(lines[-1])


@given(ANY_TEXT)
def test_the_same_article_always_gives_the_same_passages(text: str) -> None:
    assert chunk(article(text)) == chunk(article(text))

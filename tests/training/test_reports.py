import random
import re

import pytest

from training.reports import SyntheticPassage, make_report, make_table, read_events

FILLER = ["The weather was fine that day.", "Shops stayed closed in {brackets} nearby."]


def told(seed: int) -> SyntheticPassage:
    return make_report(random.Random(seed), FILLER)


def test_every_role_of_an_event_is_told_in_some_sentence_and_asked_for() -> None:
    for event in read_events():
        roles = set(event.kinds)
        in_sentences = set(re.findall(r"\{(\w+)\}", " ".join(event.sentences)))
        assert in_sentences == roles
        assert {role for role, _ in event.questions} == roles
        assert set(re.findall(r"\{(\w+)\}", " ".join(q for _, q in event.questions))) <= roles


@pytest.mark.parametrize("seed", range(60))
def test_an_answer_stands_in_the_report_and_no_slot_is_left_open(seed: int) -> None:
    made = told(seed)

    assert not re.search(r"[\[\]{}]", made.text + "".join(q for q, _ in made.asked))
    for _, span in made.asked:
        if span:
            answer = made.text[slice(*span)]
            assert answer == answer.strip() != ""


def test_a_report_that_leaves_out_the_attackers_does_not_answer_who_attacked() -> None:
    refused = [
        (made, q)
        for seed in range(1500)
        for made in [told(seed)]
        for q, span in made.asked
        if re.match(r"Who attacked|who ambushed|By whom was|Which fighters", q) and span is None
    ]

    assert refused
    for made, _ in refused:
        assert not re.search(r"\bambushed\b|\bstormed\b|\battacked by\b|\bopened fire\b", made.text)


@pytest.mark.parametrize("seed", range(30))
def test_a_cell_of_a_table_answers_for_its_row_and_column(seed: int) -> None:
    made = make_table(random.Random(seed))
    header, *rows = made.text.splitlines()
    columns = [name.strip().casefold() for name in header.split("|")]

    for asked, span in made.asked:
        if span is None:
            continue
        row = made.text.count("\n", 0, span[0]) - 1
        column = made.text[: span[0]].rsplit("\n", 1)[-1].count("|")
        assert rows[row].split(" | ")[0] in asked
        assert columns[column] in asked.casefold()

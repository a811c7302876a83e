import pytest

from retrieval.dimensions import Dimension, dimension_of, speaks_of


@pytest.mark.parametrize(
    ("question", "dimension"),
    [
        ("What is the population of Gao?", Dimension.POPULATION),
        ("How many people live in Gao?", Dimension.POPULATION),
        ("How many residents does the town have?", Dimension.POPULATION),
        ("What percentage of the land is dry?", Dimension.SHARE),
        ("What was the price of a truck?", Dimension.MONEY),
        ("How much did the trucks cost?", Dimension.MONEY),
        ("What is the population density of Gao?", None),
        ("How many trucks were destroyed?", None),
        ("How many people were killed in Gao?", Dimension.KILLED),
        ("What was the death toll?", Dimension.KILLED),
        ("how many were wounded?", Dimension.WOUNDED),
        ("How many families fled?", Dimension.DISPLACED),
        ("How many were arrested?", Dimension.ARRESTED),
        ("How many people live to be a hundred?", None),
    ],
)
def test_what_is_measured_is_told_from_the_words(question: str, dimension: Dimension | None) -> None:
    assert dimension_of(question) is dimension


@pytest.mark.parametrize(
    ("dimension", "sentence", "measured"),
    [
        (Dimension.POPULATION, "At least 32 people lost their lives in Gao.", False),
        (Dimension.POPULATION, "Gao has 86,000 inhabitants.", True),
        (Dimension.POPULATION, "About 86,000 people live in Gao.", True),
        (Dimension.POPULATION, "The camp hosts 30,000 people.", True),
        (Dimension.POPULATION, "Two hostages and 32 people were freed.", False),
        (Dimension.WOUNDED, "The attack claimed the lives of at least 32 people.", False),
        (Dimension.WOUNDED, "At least 32 were killed and 14 wounded.", True),
        (Dimension.KILLED, "The attack claimed the lives of at least 32 people.", True),
        (Dimension.KILLED, "It recovered 56 bodies.", True),
        (Dimension.KILLED, "Some 90 people left the town.", False),
        (Dimension.DISPLACED, "Some 90 people fled.", True),
        (Dimension.ARRESTED, "Police took 9 into custody.", True),
        (Dimension.SHARE, "About two thirds of the land are dry.", True),
        (Dimension.SHARE, "Five trucks were on the land.", False),
        (Dimension.MONEY, "A truck is sold for €9,000.", True),
        (Dimension.MONEY, "Five trucks were on the land.", False),
    ],
)
def test_a_sentence_speaks_of_a_measure_or_not(dimension: Dimension, sentence: str, measured: bool) -> None:
    assert speaks_of(dimension, sentence) is measured

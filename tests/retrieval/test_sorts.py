import pytest

from retrieval.sorts import Sort, can_be, sort_of


@pytest.mark.parametrize(
    ("question", "sort"),
    [
        ("Which country did the troops leave?", Sort.COUNTRY),
        ("which three countries are most affected", Sort.COUNTRY),
        ("Crowds lined the streets of which country this week?", Sort.COUNTRY),
        ("Which US state has been flooded?", Sort.STATE),
        ("Workers brought which major city to a standstill?", Sort.CITY),
        ("Which “sleepy” town is meant?", Sort.CITY),
        ("Which movie theater chain announced new prices?", Sort.NAMED),
        ("What company does he run?", Sort.NAMED),
        ("Which type of company is meant?", Sort.ANY),
        ("What is the country's biggest problem?", Sort.ANY),
        ("Who attacked the convoy?", Sort.ANY),
        ("Who is the leader of the junta?", Sort.NAME),
        ("who's Mali's president?", Sort.NAME),
        ("Who are the attackers?", Sort.ANY),
        ("What is the name of the expert?", Sort.NAME),
        ("What is their alliance called?", Sort.NAMED),
        ("what group carried out the ambush", Sort.ANY),  # "armed bandits" is an answer
    ],
)
def test_the_noun_after_which_says_what_is_asked_for(question: str, sort: Sort) -> None:
    assert sort_of(question) == sort


@pytest.mark.parametrize(
    ("sort", "span", "can"),
    [
        (Sort.COUNTRY, "Burkina Faso, Mali, and Niger", True),
        (Sort.COUNTRY, "the U.S.", True),
        (Sort.COUNTRY, "Ivory Coast", True),
        (Sort.COUNTRY, "Allemagne", True),
        (Sort.COUNTRY, "Mali and neighboring countries", True),
        (Sort.COUNTRY, "Mali navigates the complexities of governance and stability", False),
        (Sort.COUNTRY, "Santos", False),
        (Sort.COUNTRY, "neighbouring countries", False),
        (Sort.STATE, "New Mexico", True),
        (Sort.STATE, "West Coast", False),
        (Sort.STATE, "Brazil", False),
        (Sort.STATE, "Kano", True),
        (Sort.CITY, "Paris", True),
        (Sort.CITY, "France", False),
        (Sort.CITY, "New York", True),
        (Sort.NAMED, "The largest chain of all", False),
        (Sort.NAMED, "the BBC", True),
        (Sort.NAMED, "eBay", True),
        (Sort.NAME, "Ada Quill", True),
        (Sort.NAME, "August 2020", False),
        (Sort.NAMED, "3M", True),
        (Sort.NAMED, "a well-known actor", False),
        (Sort.ANY, "anything at all", True),
    ],
)
def test_a_span_is_held_against_what_is_asked_for(sort: Sort, span: str, can: bool) -> None:
    assert can_be(sort, span) is can

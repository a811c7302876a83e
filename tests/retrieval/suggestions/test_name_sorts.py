import pytest

from retrieval.suggestions.name_sorts import Sort, can_be


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

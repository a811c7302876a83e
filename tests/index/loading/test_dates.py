from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from babel.dates import format_date
from hypothesis import given
from hypothesis import strategies as st

from index.loading.dates import StatedDate, find_date, read_date

EAST = timezone(timedelta(hours=2))


@pytest.mark.parametrize(
    ("written", "stated"),
    [
        ("2026-03-03", StatedDate(date(2026, 3, 3))),
        ("2026-03-03T22:15:00", StatedDate(date(2026, 3, 3))),  # without a zone it is no moment
        ("2026-03-03T22:15:00+0200", StatedDate(date(2026, 3, 3), datetime(2026, 3, 3, 22, 15, tzinfo=EAST))),
        ("2026-03-03 22:15 +02:00", StatedDate(date(2026, 3, 3), datetime(2026, 3, 3, 22, 15, tzinfo=EAST))),
        ("2026-03-03T22:15Z", StatedDate(date(2026, 3, 3), datetime(2026, 3, 3, 22, 15, tzinfo=UTC))),
        ("2026-03-03 22:15 UTC", StatedDate(date(2026, 3, 3), datetime(2026, 3, 3, 22, 15, tzinfo=UTC))),
        (
            "Tue, 03 Mar 2026 22:15:00 +0200",
            StatedDate(date(2026, 3, 3), datetime(2026, 3, 3, 22, 15, tzinfo=EAST)),
        ),
        ("1er février 2026 à 14h05", StatedDate(date(2026, 2, 1))),
        ("sexta-feira, 22 de outubro de 2010 às 20:13", StatedDate(date(2010, 10, 22))),
        ("March 5th, 2024", StatedDate(date(2024, 3, 5))),
        ("2026年3月3日", StatedDate(date(2026, 3, 3))),
        ("21.10.2025", StatedDate(date(2025, 10, 21))),
        ("12/31/2025", StatedDate(date(2025, 12, 31))),
        ("03/04/2024", None),  # two readings
        ("21 listopada 2025", None),  # October in Croatian, November in Polish
        ("31.02.2025", None),
        ("0000-00-00T00:00:00Z", None),
        ("0001-01-01", None),
        ("1970-01-01T00:00:00Z", None),
        ("2024/03/05", StatedDate(date(2024, 3, 5))),
        ("5 Mar 2024", StatedDate(date(2024, 3, 5))),
        ("2024", None),
        ("last week", None),
        ("soon", None),
        ("march 2024", None),
        ("The concert of 5 May 2024 was long", None),
        ("", None),
        (None, None),
    ],
)
def test_a_date_is_read_where_it_has_one_reading(written: str | None, stated: StatedDate | None) -> None:
    assert read_date(written) == stated


def test_the_language_of_a_page_decides_which_month_a_name_is() -> None:
    assert read_date("21 listopada 2025", "hr-HR") == StatedDate(date(2025, 10, 21))
    assert read_date("21 listopada 2025", "pl") == StatedDate(date(2025, 11, 21))


def test_a_date_is_found_in_a_line() -> None:
    assert find_date("Publié le 3 mars 2026 à 14h05 par Emma") == StatedDate(date(2026, 3, 3))
    assert find_date("No date in 2026 at all") is None


@given(
    st.dates(date(1900, 1, 1), date(2099, 12, 31)),
    st.sampled_from("en fr es de it pt nl sv da nb fi pl cs sk hr hu ro bg ru uk el tr ca".split()),
    st.sampled_from(("long", "full")),
)
def test_a_date_written_out_in_a_language_is_that_day(day: date, language: str, form: str) -> None:
    assert read_date(format_date(day, form, locale=language), language) == StatedDate(day)


@given(st.text(max_size=60))
def test_no_text_is_a_date_by_an_error(text: str) -> None:
    read_date(text)

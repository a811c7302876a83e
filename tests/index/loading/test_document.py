from hypothesis import given
from hypothesis import strategies as st

from index.loading.boilerplate import without_boilerplate
from index.loading.cleaning import clean_text
from index.loading.document import CODE_MARK, heading_mark, page_mark, without_marks
from index.types import Mark, MarkKind


def test_marks_leave_the_text_and_become_its_outline() -> None:
    text = f"{page_mark(12)}{heading_mark(2)}Fees\nA ship {page_mark(13)}pays.\n{CODE_MARK}  pay --now"

    assert without_marks(text) == (
        "Fees\nA ship pays.\n  pay --now",
        (
            Mark(0, MarkKind.PAGE, 12),
            Mark(0, MarkKind.HEADING, 2),
            Mark(12, MarkKind.PAGE, 13),
            Mark(18, MarkKind.CODE),
        ),
    )


def test_marks_survive_cleaning_and_do_not_hide_boilerplate() -> None:
    text = f"{heading_mark(1)}Fees\n{heading_mark(3)}Leave a reply\nA ship pays."

    assert without_boilerplate(clean_text(text)) == f"{heading_mark(1)}Fees\nA ship pays."


@given(st.text(), st.integers(0, 99_999))
def test_text_without_marks_stays_as_it_is(text: str, page: int) -> None:
    plain, _ = without_marks(text)

    assert without_marks(plain) == (plain, ())
    assert without_marks(page_mark(page) + plain) == (plain, (Mark(0, MarkKind.PAGE, page),))

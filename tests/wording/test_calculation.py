"""Arithmetic over values that stand in quotes."""

from decimal import Decimal

import pytest

from wording.calculation import Row, exact_value, shown

GAO = Row("Gao", Decimal(32), "people")
NIONO = Row("Niono", Decimal("4.5"), "people")
KIDAL = Row("Kidal", Decimal(1200), "people")


@pytest.mark.parametrize(
    ("operation", "said"),
    [
        ("sum", "32 (Gao) + 4.5 (Niono) + 1,200 (Kidal) = 1,236.5 people"),
        ("average", "(32 (Gao) + 4.5 (Niono) + 1,200 (Kidal)) / 3 = 412.17 people"),
        ("count", "Gao, Niono, Kidal: 3"),
        ("largest", "Kidal: 1,200 people > Gao: 32 people > Niono: 4.5 people"),
        ("smallest", "Niono: 4.5 people < Gao: 32 people < Kidal: 1,200 people"),
        ("difference", None),  # of three
        ("product", None),
    ],
)
def test_the_arithmetic_is_shown_with_its_rows(operation: str, said: str | None) -> None:
    assert shown(operation, [GAO, NIONO, KIDAL]) == said


def test_a_difference_is_the_larger_less_the_smaller() -> None:
    assert shown("difference", [NIONO, GAO]) == "32 (Gao) − 4.5 (Niono) = 27.5 people"


def test_what_is_measured_differently_or_stands_alone_is_not_computed() -> None:
    assert shown("sum", [GAO, Row("Mopti", Decimal(5), "trucks")]) is None
    assert shown("sum", [GAO]) is None


@pytest.mark.parametrize(
    ("text", "value"),
    [("1,234", "1234"), ("thirty-two", "32"), ("4.5", "4.5"), ("at least 32", None), ("20 to 30", None)],
)
def test_only_an_exact_value_is_computed_with(text: str, value: str | None) -> None:
    assert exact_value(text) == (None if value is None else Decimal(value))

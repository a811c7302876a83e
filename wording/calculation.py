"""Sums, differences and superlatives over values that stand in quotes: computed and shown here."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from itertools import pairwise

from retrieval.values import amounts


@dataclass(frozen=True, slots=True)
class Row:
    """A value that its quote states exactly, and what it belongs to."""

    label: str
    value: Decimal
    unit: str  # "%", "people"


def exact_value(text: str) -> Decimal | None:
    """The one exact number of the text; None for none, several, a range or one with a qualifier."""
    found = list(amounts(text))
    if len(found) != 1 or found[0].low != found[0].high:
        return None
    try:
        return Decimal(str(found[0].low))
    except InvalidOperation:
        return None


def shown(operation: str, rows: Sequence[Row]) -> str | None:
    """The arithmetic as it is shown, in signs that need no language; None where it cannot be done.

    Values of different units are neither added nor compared.
    """
    if len(rows) < 2 or len({row.unit for row in rows}) > 1:
        return None
    values, unit = [row.value for row in rows], rows[0].unit
    match operation:
        case "sum":
            return f"{_joined(' + ', rows)} = {_with_unit(sum(values, Decimal(0)), unit)}"
        case "difference" if len(rows) == 2:
            first, second = sorted(rows, key=lambda row: -row.value)
            return f"{_joined(' − ', (first, second))} = {_with_unit(first.value - second.value, unit)}"
        case "average":
            mean = sum(values, Decimal(0)) / len(values)
            return f"({_joined(' + ', rows)}) / {len(rows)} = {_with_unit(round(mean, 2), unit)}"
        case "count":
            return f"{', '.join(row.label for row in rows)}: {len(rows)}"
        case "largest" | "smallest":
            ordered = sorted(rows, key=lambda row: row.value, reverse=operation == "largest")
            sign = ">" if operation == "largest" else "<"
            said = f"{ordered[0].label}: {_with_unit(ordered[0].value, unit)}"
            for before, row in pairwise(ordered):
                same = "=" if before.value == row.value else sign
                said += f" {same} {row.label}: {_with_unit(row.value, unit)}"
            return said
        case _:
            return None


def _joined(sign: str, rows: Sequence[Row]) -> str:
    return sign.join(f"{_plain(row.value)} ({row.label})" for row in rows)


def _with_unit(value: Decimal, unit: str) -> str:
    if unit in ("$", "€", "£", "¥"):
        return f"{unit}{_plain(value)}"
    return f"{_plain(value)}{unit}" if unit in ("%", "°") else f"{_plain(value)} {unit}".strip()


def _plain(value: Decimal) -> str:
    return f"{value.normalize():,f}"

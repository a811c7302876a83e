"""Names, numbers and dates put together at random from names.txt, for made-up reports.

A value may mark the part that answers with brackets: "near [Kelo]".
"""

import random
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

_SLOT = re.compile(r"\{([^}]*)\}")


def _read() -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """The word lists and the templates of each kind."""
    words: dict[str, list[str]] = {}
    templates: dict[str, list[str]] = {}
    for line in Path(__file__).with_name("names.txt").read_text("utf-8").splitlines():
        if found := re.match(r"(\w+) = (.+)", line):
            templates.setdefault(found[1], []).append(found[2])
        elif found := re.match(r"(\w+): (.+)", line):
            words[found[1]] = found[2].split(", ") if "," in found[2] else found[2].split()
    return words, templates


_WORDS, _TEMPLATES = _read()
COUNTRIES: Sequence[str] = _WORDS["country"]


def make_value(kind: str, chance: random.Random) -> str:
    """A value of one of the kinds that reports.txt names."""
    if make := _MAKERS.get(kind):
        return make(chance)
    if kind in _WORDS:
        return chance.choice(_WORDS[kind])
    filled = [_fill(template, chance) for template in _TEMPLATES[kind]]
    return filled[0] if len(filled) == 1 else chance.choice(filled)


def _fill(template: str, chance: random.Random) -> str:
    def value(slot: re.Match[str]) -> str:
        if span := re.fullmatch(r"(\d+)-(\d+)", slot[1]):
            return str(chance.randint(int(span[1]), int(span[2])))
        return chance.choice(slot[1].split("/")) if "/" in slot[1] else make_value(slot[1], chance)

    return _SLOT.sub(value, template)


def _name(chance: random.Random) -> str:
    return "".join(chance.choices(_WORDS["syllable"], k=chance.randint(2, 3))).capitalize()


def _group(chance: random.Random) -> str:
    name, other = _name(chance), _name(chance)
    letters = "".join(chance.choices("ABDFGJKLMNPRST", k=4))
    of_name = (
        f"the {name} Liberation Front",
        f"the Army of {name}",
        f"Harakat {name}",
        f"the {name} Brigade",
    )
    return chance.choice((*of_name, f"{name}-{other}", f"the Movement for {name} ({letters})"))


def _date(chance: random.Random) -> str:
    month, day = chance.choice(_WORDS["month"]), chance.randint(1, 28)
    forms = (
        "{m} {d}",
        "{m} {d}, {1995-2025}",
        "{d} {m} {1995-2025}",
        "{day}",
        "{m} {1995-2025}",
        "{1950-2025}",
    )
    templates = [form.replace("{m}", month).replace("{d}", str(day)) for form in forms]
    filled = [_fill(template, chance) for template in templates]
    prepositions = ("on", "on", "on", "on", "in", "in")
    return chance.choice([f"{on} [{date}]" for on, date in zip(prepositions, filled, strict=True)])


def _money(chance: random.Random) -> str:
    amount = make_value("amount", chance)
    return f"{chance.choice('$€£')}{amount} {chance.choice(('million', 'billion'))}"


def _countries(chance: random.Random) -> str:
    *first, last = chance.sample(COUNTRIES, chance.randint(2, 4))
    comma = "," if len(first) > 1 and chance.random() < 0.5 else ""
    return f"{', '.join(first)}{comma} and {last}"


_MAKERS: Mapping[str, Callable[[random.Random], str]] = {
    "name": _name,
    "group": _group,
    "date": _date,
    "money": _money,
    "countries": _countries,
}

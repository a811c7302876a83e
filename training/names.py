"""Names, numbers and dates put together at random, for reports that are made up.

A value may mark the part that answers with brackets: "near [Kelo]".
"""

import random
from collections.abc import Callable, Mapping

_FIRST = """
    Amina Carlos Chen Claire Daniel Diego Elena Emeka Fatou Farid Grace Hana Hugo Ibrahim Ingrid Ivan
    Jamal James Joana John Karim Kenji Laila Lars Leila Lucas Mariam Maria Mei Michael Moussa Nadia Nina
    Olga Omar Paolo Priya Rachel Rafael Robert Sara Sofia Tariq Tomas Wei Yusuf Zara
""".split()
_LAST = """
    Adeyemi Alvarez Andersson Bah Becker Bianchi Chowdhury Clarke Costa Diallo Dubois Evans Ferrari
    Fischer Garcia Haddad Hansen Hassan Ivanov Jensen Johnson Kamara Keita Khan Kim Kovacs Kumar Larsen
    Lopez Mbeki Mensah Moreau Nakamura Nguyen Novak Okafor Olsen Owusu Patel Petrov Rahman Rossi Sato
    Schmidt Silva Sow Suzuki Tanaka Traore Walker Weber Wilson Wright Yilmaz Zhang
""".split()
_PEOPLES = """
    Algerian Brazilian Chadian Colombian Egyptian Ethiopian French Ghanaian Indian Iraqi Italian Kenyan
    Libyan Mexican Nigerian Pakistani Polish Russian Senegalese Spanish Sudanese Turkish Ukrainian
""".split()
_SYLLABLES = """
    ba ka lo mi nara do ri sen tou gar bel za ko ma wen dri fa tel yor ham os lin ker vo sha
""".split()
_MONTHS = """
    January February March April May June July August September October November December
""".split()
_DAYS = """
    Monday Tuesday Wednesday Thursday Friday Saturday Sunday
""".split()
_NUMBERS = """
    two three four five six seven eight nine ten eleven twelve fifteen twenty thirty forty
""".split()
COUNTRIES = " ".join(
    """
    Algeria, Angola, Argentina, Australia, Austria, Bangladesh, Belgium, Benin, Bolivia, Brazil, Cameroon,
    Canada, Chad, Chile, China, Colombia, Denmark, Ecuador, Egypt, Ethiopia, Finland, France, Gabon,
    Germany, Ghana, Greece, Guinea, India, Indonesia, Iran, Iraq, Ireland, Italy, Ivory Coast, Japan,
    Jordan, Kenya, Lebanon, Libya, Malaysia, Mauritania, Mexico, Morocco, Nepal, Nigeria, Norway,
    Pakistan, Peru, Poland, Portugal, Qatar, Russia, Rwanda, Saudi Arabia, Senegal, South Africa, South
    Korea, Spain, Sudan, Sweden, Switzerland, Tanzania, Thailand, Togo, Tunisia, Turkey, Uganda, Ukraine,
    the United Kingdom, the United States, Vietnam, Zambia
""".split()
).split(", ")
_CROWDS = " ".join(
    """
    people, civilians, soldiers, passengers, villagers, workers, residents, students, miners, police
    officers
""".split()
).split(", ")
_SORTS = "armed masked unidentified Islamist separatist suspected".split()
_ARMED = "militants gunmen rebels bandits herders jihadists insurgents".split()
_BUILT = "airport barracks market mine bridge prison port".split()

Make = Callable[[random.Random], str]


def make(kind: str, chance: random.Random) -> str:
    """A value of one of the kinds that reports.txt names."""
    return _KINDS[kind](chance)


def _name(chance: random.Random) -> str:
    return "".join(chance.choices(_SYLLABLES, k=chance.randint(2, 3))).capitalize()


def _person(chance: random.Random) -> str:
    return f"{chance.choice(_FIRST)} {chance.choice(_LAST)}"


def _group(chance: random.Random) -> str:
    name = _name(chance)
    return chance.choice(
        (
            f"the {name} Liberation Front",
            f"the Army of {name}",
            f"Harakat {name}",
            f"the {name} Brigade",
            f"{name}-{_name(chance)}",
            f"the Movement for {name} ({''.join(chance.choices('ABDFGJKLMNPRST', k=4))})",
        )
    )


def _fighters(chance: random.Random) -> str:
    return chance.choice(
        (
            f"{chance.choice(_SORTS)} {chance.choice(_ARMED)}",
            f"fighters of {_group(chance)}",
            f"members of {_group(chance)}",
            f"{chance.choice(_PEOPLES)} {chance.choice(('rebels', 'separatists', 'militiamen'))}",
            _group(chance),
        )
    )


def _guards(chance: random.Random) -> str:
    return chance.choice(
        (
            f"{chance.choice(_PEOPLES)} {chance.choice(('soldiers', 'troops', 'mercenaries'))}",
            f"soldiers of the {_name(chance)} army",
            "United Nations peacekeepers",
            f"the {chance.choice(_PEOPLES)} army",
            f"guards of the {_name(chance)} company",
        )
    )


def _target(chance: random.Random) -> str:
    return chance.choice(
        (
            f"a {chance.choice(('civilian', 'military', 'food', 'fuel', 'mining'))} convoy",
            f"the {_name(chance)} {chance.choice(_BUILT)}",
            f"a {chance.choice(('village', 'school', 'hotel', 'church', 'camp'))} near {_name(chance)}",
            f"a bus from {_name(chance)}",
        )
    )


def _place(chance: random.Random) -> str:
    return f"{chance.choice(('in', 'near', 'outside', 'on the road to'))} [{_name(chance)}]"


def _date(chance: random.Random) -> str:
    month, day = chance.choice(_MONTHS), chance.randint(1, 28)
    return chance.choice(
        (
            f"on [{month} {day}]",
            f"on [{month} {day}, {chance.randint(1995, 2025)}]",
            f"on [{day} {month} {chance.randint(1995, 2025)}]",
            f"on [{chance.choice(_DAYS)}]",
            f"in [{month} {chance.randint(1995, 2025)}]",
            f"in [{chance.randint(1950, 2025)}]",
        )
    )


def _count(chance: random.Random) -> str:
    return chance.choice((str(chance.randint(2, 99)), str(chance.randint(2, 99)), chance.choice(_NUMBERS)))


def _toll(chance: random.Random) -> str:
    before = chance.choice(("", "", "at least ", "more than ", "about ", "nearly ", "up to "))
    return f"{before}{_count(chance)} {chance.choice(_CROWDS)}"


def _money(chance: random.Random) -> str:
    number = chance.choice((str(chance.randint(2, 900)), f"{chance.randint(1, 99)}.{chance.randint(1, 9)}"))
    return f"{chance.choice('$€£')}{number} {chance.choice(('million', 'billion'))}"


def _company(chance: random.Random) -> str:
    after = (
        "Bank",
        "Energy",
        "Foods",
        "Group",
        "Institute",
        "Motors",
        "Media",
        "University",
        "Airlines",
        "Labs",
    )
    return f"{chance.choice((_name(chance), chance.choice(_LAST)))} {chance.choice(after)}"


def _countries(chance: random.Random) -> str:
    *first, last = chance.sample(COUNTRIES, chance.randint(2, 4))
    comma = "," if len(first) > 1 and chance.random() < 0.5 else ""
    return f"{', '.join(first)}{comma} and {last}"


def _one_of(*values: str) -> Make:
    return lambda chance: chance.choice(values)


_KINDS: Mapping[str, Make] = {
    "fighters": _fighters,
    "group": _group,
    "guards": _guards,
    "target": _target,
    "place": _place,
    "date": _date,
    "toll": _toll,
    "money": _money,
    "person": _person,
    "company": _company,
    "country": lambda chance: chance.choice(COUNTRIES),
    "countries": _countries,
    "percent": lambda chance: f"{chance.randint(2, 95)}{chance.choice(('%', ' percent'))}",
    "team": lambda chance: f"{_name(chance)} {chance.choice(('United', 'City', 'Rovers', 'Athletic'))}",
    "score": lambda chance: f"{chance.randint(2, 6)}-{chance.randint(0, 1)}",
    "storm": lambda chance: (
        f"{chance.choice(('Hurricane', 'Cyclone', 'Typhoon', 'Storm'))} {chance.choice(_FIRST)}"
    ),
    "work": lambda chance: (
        f"“The {chance.choice(_LAST)} {chance.choice(('Letters', 'House', 'River', 'Affair'))}”"
    ),
    "prize": lambda chance: f"the {_name(chance)} {chance.choice(('Prize', 'Award', 'Medal', 'Cup'))}",
    "weapon": _one_of(
        "rocket launchers", "machine guns and grenades", "drones", "home-made bombs", "mortars"
    ),
    "vehicle": lambda chance: (
        f"a {chance.choice(('bus', 'train', 'ferry', 'truck', 'minibus'))} bound for {_name(chance)}"
    ),
    "cause": _one_of(
        "a broken axle", "brake failure", "heavy fog", "speeding", "a signalling error", "an engine fire"
    ),
    "office": _one_of(
        "chief executive", "chairman", "head coach", "director", "president", "finance minister", "editor"
    ),
    "subject": _one_of(
        "fishing rights",
        "the border dispute",
        "grain exports",
        "river water",
        "a prisoner exchange",
        "gas prices",
    ),
    "crime": _one_of("fraud", "armed robbery", "murder", "kidnapping", "arson", "bribery", "tax evasion"),
    "sentence": lambda chance: f"{_count(chance)} years in prison",
    "crowd": _one_of("nurses", "teenagers", "parents", "truck drivers", "teachers", "students", "pensioners"),
}

"""Questions about what something is: a name, an abbreviation, an office, a distance, a row of a table."""

import re
from collections.abc import Iterator, Sequence

from retrieval.questions.clauses import words
from retrieval.questions.lexicon import (
    BASE_OF,
    DETERMINERS,
    PERSON_NOUNS,
    PREPOSITIONS,
    RELATIONAL,
    is_participle,
)
from retrieval.reading.abbreviations import spelled_out_in
from retrieval.suggestions.name_sorts import Sort as Named
from retrieval.suggestions.name_sorts import can_be
from retrieval.suggestions.noun_phrases import (
    NAME,
    NOT_INSIDE_A_WORD,
    as_question,
    head,
    is_person,
    is_thing,
    named,
)
from retrieval.suggestions.types import Generated, Sort

_WITH_ARTICLE = frozenset("Nations Union States Kingdom Republic Council Government Commission".split())
_LONE_NAME = rf"{NOT_INSIDE_A_WORD}(?P<name>{NAME})"


def how_far(sentence: str) -> Iterator[Generated]:
    """ "Kobe, roughly 30 kilometers from Gao": how far is Kobe from Gao?"""
    distance = r"(?:[a-z]+ )?(?P<number>\d+) (?:kilomet(?:er|re)s|miles|km)"
    pattern = rf"{_LONE_NAME},? (?:is |lies )?{distance} (?:[a-z]+ )?(?:from|of) (?P<to>{NAME})"
    for match in re.finditer(pattern, sentence):
        if name := named(sentence, match):
            yield Generated(Sort.NUMBER, f"how far is {name} from {match['to']}", match["number"])


def what_is(sentence: str) -> Iterator[Generated]:
    """ "the Wagner Group, a Russian military company, ...": what is the Wagner Group?"""
    apposed = rf"{_LONE_NAME}, (?P<what>an? [^,.;:()“”]{{8,80}})(?=[,.;])"
    described = rf"(?P<name>{NAME}) is (?P<what>an? .+)"
    for match in [*re.finditer(apposed, sentence), *filter(None, [re.match(described, sentence)])]:
        name, noun = named(sentence, match), head(match["what"])
        if name and is_person(noun) and not name.startswith("the "):
            yield Generated(Sort.WHAT_IS, f"who is {name}", match["what"])
        elif name and is_thing(noun) and not re.search(r"[^s]s$", name):
            yield Generated(Sort.WHAT_IS, f"what is {name}", match["what"])


def holder(sentence: str) -> Iterator[Generated]:
    """ "Mali’s capital, Bamako, ...": what is Mali’s capital? "Ann Lee, president of X, ...": who is it?"""
    noun = r"(?P<noun>(?:[a-z]+ )?[a-z]+)"
    owned = rf"{_LONE_NAME}[’']s {noun}, (?P<what>{NAME})(?=[,.;])"
    apposed = rf"{NOT_INSIDE_A_WORD}(?P<what>{NAME}), (?:the )?{noun} of (?P<name>{NAME})(?=[,.;])"
    for pattern in (owned, apposed):
        for match in re.finditer(pattern, sentence):
            *more, held = words(match["noun"])
            if set(more) & (PREPOSITIONS | DETERMINERS) or held not in RELATIONAL | PERSON_NOUNS:
                continue
            by = f"{match['name']}’s {match['noun']}"
            text = by if pattern is owned else f"the {match['noun']} of {match['name']}"
            ask = "who" if is_person(held) else "what"
            if named(sentence, match):
                yield Generated(Sort.HOLDER, f"{ask} is {text}", match["what"])


def stands_for(sentence: str) -> Iterator[Generated]:
    """ "Long Form (LF)": what does LF stand for?"""
    for short, long in spelled_out_in(sentence):
        yield Generated(Sort.STANDS_FOR, f"what does {short} stand for", long)


def row_questions(header: Sequence[str], row: Sequence[str]) -> Iterator[Generated]:
    """ "Factor | Impact" over "Weak governance | ...": what is the impact of weak governance?

    "United Nations | Condemned the attack": what did the United Nations condemn?
    """
    name = row[0].split()
    if len(header) != len(row) or not name or is_participle(name[-1].lower()):
        return
    if all(word[0].isupper() for word in name):
        article = "the " if name[-1] in _WITH_ARTICLE else ""
        if not article and not can_be(Named.COUNTRY, row[0]):
            return  # "Economic Strain | reduced resources": no deed
        done = [BASE_OF.get(cell.split(" ")[0].lower(), "") for cell in row[1:]]
        for cell, base in zip(row[1:], done, strict=True):
            if base and (asked := as_question(f"what did {article}{row[0]} {base}")):
                yield Generated(Sort.WHAT_DID, asked, cell)
        return
    for column, cell in zip(header[1:], row[1:], strict=True):
        asked = as_question(f"what is the {column.lower()} of {row[0].lower()}")
        if column.lower() in RELATIONAL and cell and asked:
            yield Generated(Sort.TABLE, asked, cell)

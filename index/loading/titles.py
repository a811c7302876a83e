"""A title for every article: the one its source gives, or one made of its own first words."""

import re

TITLE_CHARS = 90  # two lines on a phone; a made title is cut at the last clause within
STATED_CHARS = 300  # stated titles are kept whole; what is longer is a paragraph in the wrong place
LONGEST_SENTENCE = 1000  # enough to find a title's worth of clauses in
HEADLINE_CHARS = 140  # a first line longer than this is a paragraph

_LIST_OR_TABLE = re.compile(r"^(?:[-*•–]\s|\d+[.)]\s)|\|")
_SENTENCE_END = re.compile(r"[.!?…]['\"”’)\]]*(?=\s+['\"“‘(\[]*[A-ZÀ-ÖØ-Þ0-9])")
_ABBREVIATION = re.compile(
    r"(?:\b(?:Mr|Mrs|Ms|Dr|Prof|St|Sgt|Gen|Gov|Sen|Rep|Lt|Col|Capt|Rev|Hon|Jr|Sr|No|vs|etc|Inc|Ltd|Co|e\.g|i\.e)|\b[A-Z])\.$"
)
_RHETORIC = re.compile(
    r"^(?:In|With|As part of|At) (?:an?|what|one of) (?:[^,;.]){3,120}, (?=\S)|"
    r"^(?:Meanwhile|However|Moreover|In recent events|In recent (?:weeks|months|years)), "
)
_TIME = re.compile(
    r"^(?:On|In|Since|Early|Late|During|At)\b[^;.]{0,60}?\b"
    r"(?:\d{4}|(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day(?: (?:morning|afternoon|evening|night))?), (?=\S)"
)
_ACRONYM = re.compile(r"\s\(([A-Z][A-Za-z]*[A-Z][A-Za-z]*)\)")
_CLAUSE = re.compile(
    r"[,;]? [—–-] |[;:,] | (?=(?:since|after|before|while|when|where|which|who|because|amid|following|as|by|"
    r"according|with|despite|during)\b)"
)
_DANGLING = re.compile(
    r"(?:[\s,;:—–-]+(?:a|an|the|of|in|on|at|to|for|and|or|by|with|from|as|its|their|his|her|that|which|has|have|had|"
    r"is|are|was|were))*[\s,;:—–-]*$",
    re.IGNORECASE,
)
_FILE_NAME = re.compile(r"\.(?:docx?|pdf|indd|qxd|pptx?|xlsx?|odt|rtf|html?|tex|pages)$", re.IGNORECASE)
_PLACEHOLDER = re.compile(
    r"(?:microsoft word\b.*|untitled(?: document)?|document ?\d*|word document|powerpoint presentation|"
    r"slide \d+|index|home(?: ?page)?|title|none|null)",
    re.IGNORECASE,
)

_NOBODY = re.compile(
    r"\W*(?:anonymous|unknown|unspecified|none|null|n/?a|user|author|owner|admin(?:istrator)?|root|python-docx)?\W*",
    re.IGNORECASE,
)


def usable_title(stated: str | None, publisher: str | None = None) -> str | None:
    """The stated title on one line, without the site's name behind it; None for a mere placeholder."""
    title = " ".join((stated or "").split()).strip()
    if publisher:
        title = re.sub(rf"\s+[|\-–—:·]\s+{re.escape(publisher)}$", "", title, flags=re.IGNORECASE)
    if not re.search(r"\w", title) or _PLACEHOLDER.fullmatch(title) or _FILE_NAME.search(title):
        return None
    return title if len(title) <= STATED_CHARS else title[: STATED_CHARS - 1].rpartition(" ")[0] + "…"


def usable_author(stated: str | None) -> str | None:
    """The stated author; None for what programs write where nobody has said who it is."""
    return None if stated is None or _NOBODY.fullmatch(stated.strip()) else stated


def title_of(text: str, otherwise: str) -> str:
    """A title for clean `text` that came without: its headline, or its first sentence made short.

    `otherwise` is the title of a text that has no sentence.
    """
    lines = [line.strip() for line in text.split("\n")]
    return _headline(lines) or _from_sentence(lines) or otherwise


def _headline(lines: list[str]) -> str | None:
    """The first line, when it stands above a body like a headline."""
    first, *rest = lines
    following = next((line for line in rest if line), "")
    set_apart = bool(rest) and not rest[0]
    looks_like_one = (
        len(first.split()) >= (1 if set_apart else 3)  # two words right above a text are often its writer
        and len(first) <= HEADLINE_CHARS
        and first[-1] not in ".,;:…—"
        and not _LIST_OR_TABLE.search(first)
        and not _LIST_OR_TABLE.search(following)
    )
    return first if looks_like_one and len(following.split()) >= 3 else None


def _from_sentence(lines: list[str]) -> str | None:
    line = next(
        (line for line in lines if len(line.split()) >= 4 and "|" not in line and line[-1] not in "—–"), ""
    )
    sentence = _RHETORIC.sub("", _first_sentence(line.lstrip("-*•– ")))
    if len(sentence) > TITLE_CHARS:
        sentence = _TIME.sub("", sentence)
    if len(sentence) > TITLE_CHARS:
        sentence = _by_acronym(sentence)
    if len(sentence) > TITLE_CHARS:
        sentence = _cut(sentence)
    sentence = sentence.rstrip(".")
    return sentence[:1].upper() + sentence[1:] if sentence else None


def _first_sentence(line: str) -> str:
    line = line[:LONGEST_SENTENCE]
    for end in _SENTENCE_END.finditer(line):
        if not _ABBREVIATION.search(line[: end.end()]):
            return line[: end.end()]
    return line


def _by_acronym(sentence: str) -> str:
    """`the group Some Long Name (SLN) has` -> `the group SLN has`."""
    found = _ACRONYM.search(sentence)
    if found is None:
        return sentence
    words = sentence[: found.start()].split(" ")
    start = len(words)
    for i in range(len(words) - 1, -1, -1):
        if words[i] != words[i].lower():
            start = i
        elif len(words[i]) > 3:  # longer than "of", "the", "wa": no longer part of the name
            break
    if start < len(words) and words[start].lower() in ("the", "a", "an"):
        start += 1
    return " ".join([*words[:start], found[1]]) + sentence[found.end() :]


def _cut(sentence: str) -> str:
    """The longest run of whole clauses that fits; else whole words and an ellipsis."""
    ends = [m.start() for m in _CLAUSE.finditer(sentence) if TITLE_CHARS // 2 <= m.start() <= TITLE_CHARS]
    if ends:
        return _DANGLING.sub("", sentence[: ends[-1]])
    words = sentence[:TITLE_CHARS].rpartition(" ")[0] or sentence[: TITLE_CHARS - 1]
    return (_DANGLING.sub("", words) or words) + "…"

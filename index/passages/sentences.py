"""Where sentences begin and end, in clean news and in text that lost its spaces on the way."""

import re
from functools import lru_cache

LINE_BREAKS = "\n\r\v\f\x85\u2028\u2029"
LINE = re.compile(f"[^{LINE_BREAKS}]+")

LONG_SENTENCE = 600  # characters; beyond it nobody reads a quote, so semicolons may end it too
LONG_SENTENCE_PART = 200  # characters; a semicolon sooner than this ends nothing

# A full stop (with the quotes and brackets that close after it) or a bullet in mid-line.
_STOP = re.compile(
    r"""(?P<mark>[.!?…؟。！？।۔]+)(?P<closers>[”’"'»)\]*]*(?:[ \u00a0\u202f]»)?)|(?<=\s)[•●■▪►](?=\s)"""
)
_SEMICOLON = re.compile(r";(?=\s)")
_SECTION_NUMBER = re.compile(r"\d{1,3}(?:\.\d{1,3})*")
_ELIDED = re.compile(r"^[^\W\d_]{1,2}['’]")  # "l'art. 5"
_WORD_BEFORE = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_WORD_AFTER = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_CONTINUES_NAME = re.compile(r"[@/(\[_]|[.-][^\W_]|$")  # PowerOutage.US, Travel.State.gov, ast.For(target)
_NEXT_WORD = re.compile(r"(?:['’]s)? [^\W\d_A-Z]")
_OPENERS = "“\"'‘«([¿¡—–-•*"
_NEVER_FIRST = ".!?…,;:)]}»”%"
_CASELESS_STOPS = "。！？"
_LOOK_BACK = 40  # characters; no abbreviation and few words are longer

# Words whose full stop is followed by a name or a number, never by a new sentence.
_TITLES = frozenset(
    """Mr Mrs Ms Mx Messrs Dr Drs Prof Gov Govs Rep Reps Sen Sens Gen Lt Col Maj Sgt Capt Cpl Pvt Adm Cmdr
    Brig Rev Hon Pres Supt Det Insp Atty Sec Fr Br St Ste Mt Ft ft v vs approx cf ca viz al Mme Mlle MM Mgr Me
    Ph ex env dir éd réf av ap apr chap""".split()
)
# Words whose full stop may also end the sentence: only a word that often opens one decides so.
_SHORTENED = frozenset(
    """Inc Corp Co Cos Ltd Llc Bros Jr Sr Esq Dept Univ Assn Ave Blvd Rd Hwy Pkwy Twp etc Ala Ariz Ark Calif
    Colo Conn Del Fla Ga Ill Ind Kan Ky La Mass Md Mich Minn Miss Mo Mont Neb Nev Okla Ore Pa Tenn Tex Va
    Vt Wash Wis Wyo Ont Que yr yrs hr hrs min mins oz lb lbs mi km est incl dept tel Cie""".split()
)
# Words shortened only before a number: "No. 5", "Jan. 6"; elsewhere their full stop is one.
_BEFORE_NUMBER = frozenset(
    """no nos jan feb mar apr jun jul aug sep sept oct nov dec fig figs vol art ch sec pp p chap rm apt bldg
    janv févr avr juil déc""".split()
)
_OPENS_SENTENCE = frozenset(
    """The A An In On At By It Its He She They We You I But And Or So If When While After Before As For From
    With Without This That These Those There Here His Her Their Our My What Why How Who Where Which Then
    According Meanwhile However Also Some Many Most Both Each Such Since Until During Under Although Though
    Despite Because Among Not No Yes Now Still Yet Even Last Next Another Other Others To Is Are Was Were Do
    Does Did Can Could Will Would Should Has Have Had Moreover Furthermore Additionally""".split()
)
# Not used after "M.": M. Le Pen is one man.
_OPENS_FRENCH_SENTENCE = frozenset(
    """Le La Les L Un Une Des Il Elle Ils Elles On Ce Cette Ces Cet Mais Et Ou Où Donc Or Ni Car En Dans Pour
    Par Avec Sans Sur Sous Selon Après Avant Depuis Pendant Si Quand Lorsque Comme Nous Vous Je Tu Son Sa Ses
    Leur Leurs Notre Votre Au Aux Du De D C Cependant Toutefois Ainsi Alors Puis Enfin""".split()
)


def split_sentences(text: str) -> list[tuple[int, int]]:
    """Spans of the sentences in reading order, without surrounding whitespace and without overlap.

    Together they hold every character that is not whitespace. A line break always ends a sentence.
    Linear in the length of the text.
    """
    return [span for line in LINE.finditer(text) for span in line_sentences(text, *line.span())]


@lru_cache(maxsize=1024)  # a question asks for the sentences of the same dozen passages many times
def line_sentences(text: str, start: int, end: int) -> tuple[tuple[int, int], ...]:
    """The sentences of text[start:end], which holds no line break; offsets count from text's begin."""
    spans: list[tuple[int, int]] = []
    begin = start
    for stop in _STOP.finditer(text, start, end):
        if stop["mark"] is None:
            cut = stop.start()
        elif _ends_sentence(text, begin, stop, end):
            cut = stop.end()
        else:
            continue
        _append(spans, text, begin, cut)
        begin = cut
    _append(spans, text, begin, end)
    return tuple(spans)


def _append(spans: list[tuple[int, int]], text: str, start: int, end: int) -> None:
    """Add text[start:end] less its outer whitespace; a very long one in parts that end at semicolons."""
    sentence = text[start:end]
    if spans and not any(map(str.isalnum, sentence)):  # a quote mark that a space tore off
        if sentence.strip():
            spans[-1] = (spans[-1][0], start + len(sentence.rstrip()))
        return
    start, end = end - len(sentence.lstrip()), start + len(sentence.rstrip())
    if end - start > LONG_SENTENCE:
        for semicolon in _SEMICOLON.finditer(text, start, end - 1):
            if semicolon.end() - start >= LONG_SENTENCE_PART:
                spans.append((start, semicolon.end()))
                start = semicolon.end()
                while text[start].isspace():
                    start += 1
    if start < end:
        spans.append((start, end))


def _ends_sentence(text: str, begin: int, stop: re.Match[str], end: int) -> bool:
    """Whether the sentence that begins at `begin` ends with this full stop."""
    mark, after = stop["mark"], stop.end()
    while after < end and text[after].isspace():
        after += 1
    if after == end:
        return True
    if mark[-1] in _CASELESS_STOPS:
        return True
    if text[after] in _NEVER_FIRST:
        return False
    spaced = after > stop.end()
    while after < end and (text[after] in _OPENERS or text[after].isspace()):
        after += 1
    first = text[after] if after < end else ""
    word = _word_before(text, begin, stop.start())
    if not spaced:
        return first.isupper() and _ends_without_space(text, begin, stop, word, after, end)
    if mark != ".":
        return not first.islower()
    if stop["closers"] and len(word) > 1:
        return not first.islower()
    return _ends_at_dot(text, begin, stop.start(), word, after, end)


def _word_before(text: str, begin: int, at: int) -> str:
    """The word that ends at `at`: "" when a quote, a bracket or a space stands there."""
    word = ""
    for match in _WORD_BEFORE.finditer(text, max(begin, at - _LOOK_BACK), at):
        word = match.group() if match.end() == at else ""
    return word


def _ends_at_dot(text: str, begin: int, at: int, word: str, after: int, end: int) -> bool:
    """Whether "word. Next" is a border, where Next begins at `after`."""
    first = text[after] if after < end else ""
    if not word:
        return not first.islower()
    token = text[max(begin, at - _LOOK_BACK) : at].split()[-1].strip(_OPENERS)
    if "." in token and first.islower():
        return False  # "in postgresql.conf. are read", "section 7.2.2. of", "i.e. one"
    if _SECTION_NUMBER.fullmatch(token) and not text[begin : at - len(token)].strip(_OPENERS + " "):
        return False  # "14. Anthony Rizzo", "7.2.2. Mail": the number of an entry or a section
    word = _ELIDED.sub("", word)
    if word in _TITLES:
        return False
    if first.isdigit() and word.lower() in _BEFORE_NUMBER:
        return False
    if len(word) == 1 and word.islower() and word == token:
        return first.isupper()  # "a, b and c. They", but "p. ex." and "c. 1230"
    if (len(word) == 1 and not word.isdigit()) or word in _SHORTENED:
        if len(word) > 1 and word == token and word.islower():
            return first.isupper()  # "etc. They", "5 min. Later"
        following = _WORD_AFTER.match(text, after, end)
        return following is not None and _often_opens(following)
    return True  # also before a small letter: news of hurried sites begins sentences so


def _often_opens(word: re.Match[str]) -> bool:
    """Whether the word often opens a sentence, and is no initial: "A." or, in "O.R.A, le", "A,"."""
    beyond = word.string[word.end() : word.end() + 1]
    if len(word.group()) == 1 and not beyond.isspace():
        return False
    return beyond != "." and word.group() in _OPENS_SENTENCE


def _ends_without_space(text: str, begin: int, stop: re.Match[str], word: str, after: int, end: int) -> bool:
    """Whether "word.Next" is a border whose space was lost, and no name or address."""
    following = _WORD_AFTER.match(text, after, end)
    if following is None or stop["mark"] not in (".", "!", "?"):
        return False
    if _CONTINUES_NAME.match(text, following.end(), end):
        return False
    opens = _often_opens(following)
    if not word or word.isdigit() or stop["closers"]:
        return len(following.group()) > 1 or opens
    if text[stop.start() - len(word) - 1 : stop.start() - len(word)] in ("@", ".", "/") and len(word) > 1:
        return False  # inside an address
    if len(word) == 1:
        return opens
    if word in _TITLES or word in _SHORTENED:
        return False
    if opens or following.group() in _OPENS_FRENCH_SENTENCE:
        return True
    return word[0].islower() and (stop["mark"] != "." or _goes_on(text, begin, stop.start(), following, end))


def _goes_on(text: str, begin: int, at: int, following: re.Match[str], end: int) -> bool:
    """Whether words stand around "word.Next" as around a lost space, not as around the name of a class."""
    before = text[max(begin, at - _LOOK_BACK) : at].split()
    word = following.group()
    return len(before) > 3 and word[1:].islower() and bool(_NEXT_WORD.match(text, following.end(), end))

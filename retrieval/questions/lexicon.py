"""The closed word classes of English questions, and the few hundred open-class words that matter."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


QUESTION_WORDS = _words("who whom whose what which when where why how")
BE = _words("is are was were am be been being isn't aren't wasn't weren't")
DO = _words("do does did don't doesn't didn't")
HAVE = _words("has have had hasn't haven't hadn't")
MODALS = _words("can could will would should may might must shall can't couldn't won't wouldn't shouldn't")
AUXILIARIES = BE | DO | HAVE | MODALS
DETERMINERS = _words("a an the this that these those my your his her its our their some any each every no")
PREPOSITIONS = _words(
    "in on at for from to with without by about against between among during after before since "
    "until under over near around into onto through across within besides than like versus vs "
    "outside inside toward towards behind beyond despite via per as off out up down upon of"
)
# Where one clause ends and the next may speak of what the first one named.
BOUNDARIES = _words(
    "and or but so if when while because before after where why how what who which that since"
)
SPEECH_VERBS = _words(
    "say says said think thought believe believed claim announce announced deny denied state stated argue "
    "argued tell told admit admitted warn warned promise promised hope hoped confirm confirmed decide decided"
)
ADVERBS = _words(
    "not still also now then just only really actually ever never often usually always currently "
    "already yet again first most more less much very so too originally exactly later eventually "
    "finally typically generally normally recently officially together apart currently mainly "
    "mostly"
)
ADJECTIVES = _words(
    "bad good best better worse worst great important unique available popular effective safe "
    "harmful different similar difficult easy hard young younger old older famous successful legal "
    "illegal free powerful reliable secure common expensive cheap dangerous true false real healthy "
    "rare big bigger large larger small high low likely possible necessary useful responsible aware "
    "unstable stable alive dead rich poor strong weak toxic treatable contagious poisonous ethical "
    "significant valuable controversial endangered bound involved"
)
PRONOUNS = _words(
    "he she him her his hers himself herself they them their theirs themselves "
    "it its i you we me us itself i'm i’m i'd i’d"
)
# "The X" of these is the one X there is: it needs no antecedent.
UNIQUE = _words(
    "sun moon earth world universe internet pope bible un eu us usa uk sea sky weather ocean future "
    "past environment economy heart brain planet equator olympics government public police army "
    "media"
)
TIME_NOUNS = _words(
    "year week month day morning evening night afternoon century decade summer winter spring autumn "
    "season time moment fall sense case way weekend hour minute today"
)

# Nouns that say something about something else: what matters is what stands after "of".
RELATIONAL = _words(
    "advantage benefit drawback disadvantage pro con type kind sort example form variety effect "
    "impact cause reason symptom sign role purpose function feature characteristic origin history "
    "difference similarity importance significance meaning definition cost price size population "
    "rule risk danger side consequence result outcome aftermath background goal aim main finding "
    "member leader founder author owner capital president climate culture relationship treatment "
    "application implication component part stage step process method use usage version variant "
    "theme creation invention development criticism controversy argument reaction reception "
    "response role structure name number amount level rate length height age future status "
    "requirement ingredient victim casualty motive toll competitor rival concern option style "
    "technique tool task winner problem challenge solution principle source evidence cast plot "
    "ending director budget location date founding discovery influence popularity safety quality"
)

# What a demonstrative's noun may point at: "that attack", "this group", "the city".
EVENT_NOUNS = _words(
    "attack ambush bombing killing raid assault incident event massacre shooting explosion "
    "operation strike coup war battle invasion crash accident murder assassination kidnapping siege "
    "protest election fire"
)
GROUP_NOUNS = _words(
    "group groups organisation organization movement party team band company militia militants "
    "attackers people jihadists rebels gang army club agency firm members perpetrators"
)
PERSON_NOUNS = _words(
    "man woman person guy leader actor actress singer writer author politician player artist "
    "scientist president minister director king queen general"
)
PLACE_NOUNS = _words("country city town place region area state province village island capital")

IRREGULAR = {
    base: (past, participle)
    for base, past, participle in (
        line.split()
        for line in (
            "win won won;write wrote written;build built built;find found found;make made made;take "
            "took taken;shoot shot shot;begin began begun;lead led led;hold held held;give gave "
            "given;steal stole stolen;sell sold sold;buy bought bought;lose lost lost;beat beat "
            "beaten;sing sang sung;draw drew drawn;overthrow overthrew overthrown;blow blew "
            "blown;grow grew grown;run ran run;fight fought fought;die died died;go went gone;come "
            "came come;become became become;get got gotten;say said said;see saw seen;know knew "
            "known;leave left left;keep kept kept;mean meant meant;pay paid paid;put put put;set "
            "set set;spend spent spent;stand stood stood;teach taught taught;think thought "
            "thought;wear wore worn;break broke broken;choose chose chosen;drive drove driven;eat "
            "ate eaten;drink drank drunk;fall fell fallen;fly flew flown;hide hid hidden;hit hit "
            "hit;rise rose risen;send sent sent;speak spoke spoken;spread spread spread;swim swam "
            "swum;throw threw thrown;bring brought brought;catch caught caught;cut cut cut;do did "
            "done;feel felt felt;let let let;meet met met;read read read;sleep slept slept;tell "
            "told told;show showed shown;hurt hurt hurt;bear bore born;shut shut shut;have had had"
        ).split(";")
    )
}
_REGULAR = _words(
    "attack kill ambush bomb assassinate kidnap raid invade destroy murder storm occupy seize "
    "capture arrest injure wound claim happen occur start end last work live move play help need "
    "want use cause affect change develop produce create establish discover invent found design "
    "paint direct publish release launch compose differ compare relate treat cure prevent reduce "
    "increase improve cost weigh influence impact receive announce sign ban abolish elect appoint "
    "marry divorce retire operate open close close rank earn own support oppose join replace stop "
    "call name consider contain include provide offer require allow protect target respond react "
    "explain describe define solve serve settle survive travel visit vote watch wait walk talk "
    "train test stay study suffer succeed fail finish follow form function generate govern handle "
    "hate hunt import export introduce investigate kick land learn like look love manage mark "
    "measure migrate mix mine note obtain occur originate pass perform plan plant prepare promote "
    "prove raise reach record recover recycle refer reject relate remain remove report represent "
    "reproduce rescue resign return rule save score search secure separate share sink smell smoke "
    "solve sound sponsor struggle suggest supply surrender taste threaten trade transform transmit "
    "try turn understand vary view wage warn wash withdraw worry evolve grow hatch host house "
    "impose inspire intend interact invest issue kill lay list locate lower maintain matter mate "
    "convince condemn collapse celebrate carry believe behave become attend attract arrive appear "
    "agree adopt act accept escape employ erupt damage cook feed store stand concern honor honour "
    "own defeat order face shift contrast devastate crash burn strike derail rule convict charge "
    "accuse sentence acquit thank"
)


def _regular_past(base: str) -> str:
    if base.endswith("e"):
        return base + "d"
    if base.endswith("y") and base[-2] not in "aeiou":
        return base[:-1] + "ied"
    return base + "ed"


def third_person(base: str) -> str:
    if base.endswith("y") and base[-2] not in "aeiou":
        return base[:-1] + "ies"
    return base + ("es" if base.endswith(("s", "sh", "ch", "x", "o")) else "s")


BASES = _REGULAR | frozenset(IRREGULAR)
THIRD_PERSON = frozenset(map(third_person, BASES))
PASTS = frozenset(IRREGULAR[base][0] if base in IRREGULAR else _regular_past(base) for base in BASES)
PARTICIPLES = frozenset(
    IRREGULAR[base][1] if base in IRREGULAR else _regular_past(base) for base in BASES
) - _words("put set let cut hit read come run become")
BASE_OF = {_regular_past(base): base for base in sorted(_REGULAR)} | {
    past: base for base, (past, _) in IRREGULAR.items()
}


def is_participle(word: str) -> bool:
    """Whether a lower-case word may close a passive: a known participle or any longer word in -ed."""
    return word in PARTICIPLES or (
        len(word) > 4 and word.endswith("ed") and word not in _words("hundred need")
    )


_FRENCH = _words(
    "qui que quoi où quand combien comment pourquoi quel quelle quels quelles est-ce le les des du "
    "une et dans au aux est sont était ont été leur leurs ils elle elles il ces cette cet sur pour "
    "par avec ce c'est a-t-il y a-t-elle la un"
)
_ENGLISH = (
    QUESTION_WORDS | AUXILIARIES | PRONOUNS | _words("the of and an in that about tell me to many much")
)


def is_french(words: list[str]) -> bool:
    """Whether lower-case words read as French rather than as English."""
    french = sum(word in _FRENCH or word.startswith(("l'", "l’", "d'", "d’", "qu'", "qu’")) for word in words)
    return french > sum(word in _ENGLISH for word in words)


def singular(noun: str) -> str:
    """The noun without its plural ending; good enough to compare two nouns."""
    lowered = noun.lower()
    if lowered.endswith("ies") and len(lowered) > 4:
        return lowered[:-3] + "y"
    if lowered.endswith(("sses", "shes", "ches", "xes")):
        return lowered[:-2]
    if lowered.endswith("s") and not lowered.endswith(("ss", "us", "is")) and len(lowered) > 3:
        return lowered[:-1]
    return {"people": "person", "men": "man", "women": "woman", "children": "child"}.get(lowered, lowered)

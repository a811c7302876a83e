"""Greetings, thanks and goodbyes, which are answered without a search."""

import re

from bot.i18n import texts
from bot.i18n.language import tr

_GREETING = re.compile(
    r"(?:hi|hello|hey|hiya|greetings|good (?:morning|afternoon|evening|day)|salut|bonjour|bonsoir|coucou)"
    r"(?: (?:there|all|everyone|bot|again))?",
    re.IGNORECASE,
)
_THANKS = re.compile(
    r"(?:(?:ok(?:ay)?|great|perfect|cool|nice) )?"
    r"(?:thanks|thank you|thx|ty|cheers|merci)(?: (?:a lot|so much|very much|bot|again|beaucoup|bien))?",
    re.IGNORECASE,
)
_GOODBYE = re.compile(r"(?:bye|goodbye|bye bye|see you|good night|au revoir|ciao)", re.IGNORECASE)


def courtesy_reply(text: str) -> str | None:
    """The reply to a greeting, thanks or goodbye; None for other texts."""
    said = " ".join(re.findall(r"[^\W_]+", text))
    for pattern, reply in (
        (_GREETING, texts.GREETED),
        (_THANKS, texts.THANKED),
        (_GOODBYE, texts.LEFT),
    ):
        if pattern.fullmatch(said):
            return tr(reply)
    return None

"""What anybody might type or an article hold, and a lookout for what of it becomes markup."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from tests.botapi.entities import parse_html, utf16_length
from tests.botapi.server import BotApiServer, Call

OPENING, CLOSING = "Zqx", "xqZ"  # around what was typed; they stand in no article
ECHOED_UNITS = 60  # shown at least of a question that is cut

PIECES = (
    *("<b>bold</b>", "</b>", "<a href='https://evil.test'>here</a>", '<a href="https://evil.test">', "<!--"),
    *("<blockquote expandable>", "</blockquote>", "<tg-spoiler>", "<script>alert(1)</script>", "&lt;b&gt;"),
    *("&amp;amp;", "&#0;", "&#xD800;", "**bold**", "__under__", "[here](https://evil.test)", "`code`", "```"),
    *("||spoiler||", "~~gone~~", "> quoted", "| a | b |\n|---|---|\n| 1 | 2 |", "https://evil.test/?a=1&b=2"),
    *(
        "tg://user?id=42",
        "@Somebody_Else",
        "#tag",
        "$TAG",
        "/new",
        "{question}",
        "{0}",
        "{",
        "%s",
        "\\",
        "'\"",
    ),
    *("\x00", "\x1b[31m", "\x7f", "\x85", "\r\n", "\n\n\n", "\t", "\u2028", "\u00a0", "\ufeff", "\u200b"),
    *("\u200d", "\u2060", "\u202eesrever", "\u2066inside\u2069", "\u200f", "\u061c", "مرحبا بالعالم", "שלום"),
    *("\ud800", "\udc00", "\udfff\ud800", "\ufffe", "\uffff", "e\u0301" * 3, "Z" + "\u0335\u0489" * 30),
    *("👩‍👩‍👧‍👦", "👍🏽", "🇲🇱", "1️⃣", "❤️", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "𝕲𝖆𝖔", "ﷺ", "ＧＡＯ", "İı", "ß", "ﬁ", "漢字かな", "ไทย", "𓀀"),
    *("how many trucks?", "who were killed", "buses", "Gao", "hello", "the convoy", "2025", "¿?", "؟", "？"),
)

pieces = st.lists(
    st.one_of(st.sampled_from(PIECES), st.text(st.characters(), min_size=1, max_size=12)),
    min_size=1,
    max_size=6,
)
mixed = st.builds(str.join, st.sampled_from((" ", "", "\n", "\u200b")), pieces)
MAX_UNITS = 4096


def long(piece: str, units: int) -> str:
    """The piece again and again, as much as Telegram takes."""
    return piece * (units // utf16_length(piece))


typed = st.one_of(
    mixed,
    mixed.map(lambda text: f"{OPENING} {text} {CLOSING}"),
    mixed.map(lambda text: f"{OPENING} trucks {text} {CLOSING}"),
    st.builds(long, mixed, st.sampled_from((999, 1000, 1001, MAX_UNITS))),
).map(lambda text: text[:MAX_UNITS] if utf16_length(text) <= MAX_UNITS else text[: MAX_UNITS // 2])
"""What somebody may write, up to 4096 UTF-16 units."""


@dataclass
class Lookout:
    """Looks at everything that the bot sends: where links lead, and whether what was typed became markup."""

    server: BotApiServer
    addresses: tuple[str, ...]  # of articles
    looked_at: int = 0

    def look(self) -> int:
        """How many texts were sent since the last time; all of them are as they should be."""
        count = 0
        for call in self.server.calls[self.looked_at :]:
            for text, is_html, buttons in _sent(call):
                plain, entities = parse_html(text) if is_html else (text, [])
                for entity in entities:
                    assert self._leads_to_an_article(str(entity.get("url", "https://t.me/"))), entity
                assert not _marked_up(plain, entities), (plain, entities)
                for button in buttons:
                    assert button.get("url", "https://t.me/").startswith("https://t.me/"), button
                count += 1
        self.looked_at = len(self.server.calls)
        return count

    def _leads_to_an_article(self, url: str) -> bool:
        return url.startswith("https://t.me/") or any(url.startswith(one) for one in self.addresses)


def _sent(call: Call) -> Iterator[tuple[str, bool, list[dict[str, Any]]]]:
    """The texts of a request, whether they are HTML, and the buttons under them."""
    params = call.params
    if call.method in ("sendMessage", "editMessageText"):
        yield params["text"], params.get("parse_mode") == "HTML", _buttons(params)
    results = params.get("results", [params["result"]] if call.method == "answerGuestQuery" else [])
    for result in results:
        content = result["input_message_content"]
        yield content["message_text"], content.get("parse_mode") == "HTML", _buttons(result)


def _buttons(params: dict[str, Any]) -> list[dict[str, Any]]:
    rows = (params.get("reply_markup") or {"inline_keyboard": []})["inline_keyboard"]
    return [button for row in rows for button in row]


def _marked_up(plain: str, entities: list[dict[str, object]]) -> list[dict[str, object]]:
    """The entities that lie on what somebody has typed."""
    found = []
    at = plain.find(OPENING)
    while at >= 0:
        end = plain.find(CLOSING, at)
        start, stop = utf16_length(plain[:at]), utf16_length(plain[: end + len(CLOSING) if end >= 0 else at])
        stop = max(stop, start + len(OPENING))
        found += [one for one in entities if _overlap(one, start, stop)]
        at = plain.find(OPENING, at + 1)
    return found


def _overlap(entity: dict[str, object], start: int, stop: int) -> bool:
    offset, length = int(str(entity["offset"])), int(str(entity["length"]))
    return offset < stop and start < offset + length

"""Golden conversations: reads the files in tests/transcripts and plays them through the real bot.

    in the group                               where what follows is said: the group, or `in private with Bob`
    1 Ada: /ask how many trucks?               somebody writes message 1
    2 Citebot to 1: five [1]…                  the bot writes message 2, in reply to 1; … stands for anything
      | and another line of it
    3 Bob to 2 on “Islamic State”: who is it?  a reply, with the words that Bob selected in message 2
    4 Bob: /start {link 2}                     the parameter in the link that stands under message 2
    4 Bob: /start {In private 2}          the same for a button that is a link, by its label
    Ada edits 1: /ask how many buses?          or deletes 1, leaves the group, comes back,
                                               cannot be written to
    Citebot is muted in the group              or added to, unmuted in, removed from, made an admin of
    Bob presses Remove under 2                 a button, by its label; after More… where it is folded away
      toast: Removed.                          what the bot says to that
      buttons of 2: 👍 | 👎                    what stands under a message now
      now 2: Sahel Daily · passage 2 of 7…     what the message says now
      gone: 2                                  the bot has deleted the message
      understood as: who is Islamic State?     the last question, as it was understood
    in a chat without Citebot                  where it hears only who tags it, and answers as a guest
    Ada types: how many trucks?                behind the bot's name, in any chat
    Ada types: {share 2}                       what the Share button under message 2 writes there
      offered: five | Escalating Violence …    titles of what there is to send
      above: Ask me in private                 the line above it
    5 Ada sends “five”: how many trucks?…      message 5 by way of the bot: one of what was offered last
    6 Ada sends 004_7f7ea2.txt: /add           a file of the seeds, with a caption or none
    Bob's Telegram is in fr                    his language code from now on; without such a line he has none
    the bot is restarted
    each may ask 2 questions a minute          in this conversation; without such a line as many as they like
    the bot suggests next questions            in this conversation; it does not where this line is missing

The first line is the title. Whatever the bot writes beyond what stands in the file fails the test.
"""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.i18n import texts
from bot.i18n.language import catalogue, languages
from tests.bot.conftest import GROUP, RunningBot
from tests.bot.seeds import SEEDS
from tests.botapi.server import BOT, BotApiServer, Fault

ELSEWHERE = -900  # a chat that the bot is not in
FOLDER = Path(__file__).parents[1] / "transcripts"
PEOPLE = {"Ada": 42, "Bob": 43, "Eve": 44}  # Eve is an admin of the group
HELPS = {texts.HELP, *(catalogue(language)[texts.HELP] for language in languages() if language != "en")}

SUGGESTING = "the bot suggests next questions"
LIMITED = re.compile(r"each may ask (\d+) questions a minute")

_SAID = re.compile(
    r"(?P<number>\d+) (?P<who>\w+)(?: to (?P<to>\d+))?(?: on “(?P<on>.*?)”)?: (?P<text>.*)", re.S
)
_PLACE = re.compile(r"in (?:the (?P<group>group)|private with (?P<person>\w+)|a chat without Citebot)")
_TYPED = re.compile(r"(?P<who>\w+) types: ?(?P<words>.*)")
_SENT = re.compile(r"(?P<number>\d+) (?P<who>\w+) sends “(?P<title>.*?)”: (?P<text>.*)", re.S)
_FILE = re.compile(r"(?P<number>\d+) (?P<who>\w+) sends (?P<file>[\w.]+):(?: (?P<caption>.*))?")
_LANGUAGE = re.compile(r"(?P<who>\w+)'s Telegram is in (?P<code>[\w-]+)")
_PRESSED = re.compile(r"(?P<who>\w+) presses (?P<label>.+) under (?P<number>\d+)")
_DOES = re.compile(
    r"(?P<who>\w+) (?:edits (?P<edited>\d+): (?P<text>.*)|deletes (?P<deleted>\d+)"
    r"|(?P<what>leaves the group|comes back|cannot be written to))",
    re.S,
)
_BECOMES = re.compile(r"Citebot is (?P<how>\w+(?: an admin)?) (?:to|from|in|of) the group")
_SEEN = re.compile(
    r"  (?P<what>toast|buttons of \d+|now \d+|gone|understood as|offered|above): (?P<expected>.*)", re.S
)


@dataclass
class Player:
    """Plays one conversation. `restart` stops the bot and gives a new one with the same memory."""

    server: BotApiServer
    bot: RunningBot
    restart: Callable[[], Awaitable[RunningBot]]
    chat_id: int = GROUP
    messages: dict[int, dict[str, Any]] = field(default_factory=dict)  # number in the file -> as it was said
    typed: str = ""  # the id of the last inline query
    written: dict[int, int] = field(
        default_factory=dict
    )  # chat -> how many messages of the bot's were expected

    async def play(self, conversation: str) -> None:
        _, *steps = re.sub(r"\n  \| ?", "\v", conversation).split("\n")
        for step in filter(str.strip, steps):
            await self._step(step.replace("\v", "\n"))
        for chat_id in (GROUP, *PEOPLE.values()):
            await self._nothing_more(chat_id)

    async def _step(self, step: str) -> None:
        if step == SUGGESTING or LIMITED.fullmatch(step):
            pass  # it was started so
        elif step == "the bot is restarted":
            self.bot = await self.restart()
        elif place := _PLACE.fullmatch(step):
            self.chat_id = GROUP if place["group"] else PEOPLE.get(place["person"], ELSEWHERE)
        elif typed := _TYPED.fullmatch(step):
            words = await self._filled(typed["words"])
            self.typed = await self.server.ask_inline(words, PEOPLE[typed["who"]])
        elif sent := _SENT.fullmatch(step):
            self.messages[int(sent["number"])] = await self._send(sent)
        elif file := _FILE.fullmatch(step):
            content = (SEEDS / file["file"]).read_bytes()
            self.messages[int(file["number"])] = await self.server.send_document(
                self.chat_id, file["file"], content, file["caption"]
            )
        elif language := _LANGUAGE.fullmatch(step):
            self.server.languages[PEOPLE[language["who"]]] = language["code"]
        elif said := _SAID.fullmatch(step):
            number, replied = int(said["number"]), self.messages.get(int(said["to"] or 0))
            if said["who"] == "Citebot":
                self.messages[number] = await self._heard(said["text"], replied, step)
            else:
                self.messages[number] = await self._say(said, replied)
        elif press := _PRESSED.fullmatch(step):
            await self._press(PEOPLE[press["who"]], press["label"], int(press["number"]))
        elif does := _DOES.fullmatch(step):
            await self._does(PEOPLE[does["who"]], does)
        elif becomes := _BECOMES.fullmatch(step):
            await self._becomes(becomes["how"])
        elif seen := _SEEN.fullmatch(step):
            await self._look(seen["what"], seen["expected"])
        else:
            raise ValueError(f"not a line of a conversation: {step!r}")

    async def _say(self, said: re.Match[str], replied: dict[str, Any] | None) -> dict[str, Any]:
        self.server.shut.pop(self.chat_id if self.chat_id > 0 else 0, None)  # who writes can be written to
        text = await self._filled(said["text"])
        if self.chat_id == ELSEWHERE:
            return {"guest_query_id": await self.server.tag(text, PEOPLE[said["who"]], ELSEWHERE)}
        fields: dict[str, Any] = {
            "from": self.server.person(PEOPLE[said["who"]]),
            "reply_to_message": replied,
        }
        if said["on"]:
            assert replied is not None
            assert said["on"] in replied["text"], "only words of the message can be selected"
            position = replied["text"].index(said["on"])
            fields["quote"] = {"text": said["on"], "position": position, "is_manual": True}
        return await self.server.say(self.chat_id, text, **fields)

    async def _does(self, user_id: int, does: re.Match[str]) -> None:
        match does["what"]:
            case "leaves the group":
                self.server.statuses[GROUP, user_id] = "left"
            case "comes back":
                del self.server.statuses[GROUP, user_id]
            case "cannot be written to":
                never = "Forbidden: bot can't initiate conversation with a user"
                self.server.shut[user_id] = Fault(403, never)
            case _ if does["deleted"]:
                message = self._now(int(does["deleted"]))
                del self.server.messages[message["chat"]["id"], message["message_id"]]
            case _:
                await self.server.edit(self.messages[int(does["edited"])], does["text"])

    async def _becomes(self, how: str) -> None:
        before, after = {
            "added": ("left", "member"),
            "removed": ("member", "left"),
            "muted": ("member", "muted"),
            "unmuted": ("muted", "member"),
            "made an admin": ("member", "administrator"),
        }[how]
        if how in ("muted", "removed"):
            self.server.shut[GROUP] = Fault(400, "Bad Request: not enough rights to send text messages")
        else:
            self.server.shut.pop(GROUP, None)
        if after == "administrator":
            self.server.admins.add((GROUP, BOT["id"]))
        await self.server.becomes(GROUP, after, before)

    async def _heard(self, text: str, replied: dict[str, Any] | None, step: str) -> dict[str, Any]:
        """The bot's next message in the chat; the count includes those deleted since."""
        if self.chat_id == ELSEWHERE:
            assert replied is not None, "a guest answers a message"
            answers = self.server.queries.guest_answers[replied["guest_query_id"]]
            await self.server.until(lambda: answers)
            return self._by_way_of_the_bot(answers[0], text, step)
        sent = self.written[self.chat_id] = self.written.get(self.chat_id, 0) + 1
        await self.server.until(lambda: len(self._sent(self.chat_id)) >= sent)
        message = self._sent(self.chat_id)[sent - 1]
        assert re.fullmatch(_pattern(text), message["text"], re.S), (step, message["text"])
        target = message.get("reply_to_message", {}).get("message_id")
        assert target == (replied and replied["message_id"]), step
        return message

    async def _send(self, sent: re.Match[str]) -> dict[str, Any]:
        """Somebody sends one of what was offered; the bot sees it where it is."""
        offer = await self.server.offered(self.typed)
        result_id = next(one["id"] for one in offer.results if one["title"] == sent["title"])
        chat_id = None if self.chat_id == ELSEWHERE else self.chat_id
        message_id = await self.server.choose(self.typed, result_id, PEOPLE[sent["who"]], chat_id)
        assert message_id is not None, "what has no buttons has no number"
        return self._by_way_of_the_bot(message_id, sent["text"], sent[0])

    def _by_way_of_the_bot(self, inline_message_id: str, text: str, step: str) -> dict[str, Any]:
        message = self.server.queries.messages[inline_message_id]
        assert re.fullmatch(_pattern(text), message["text"], re.S), (step, message["text"])
        return {"inline_message_id": inline_message_id}

    def _sent(self, chat_id: int) -> list[dict[str, Any]]:
        return [message for message in self.server.sent if message["chat"]["id"] == chat_id]

    async def _press(self, user_id: int, label: str, number: int) -> None:
        message = self._now(number)
        data = next((one["callback_data"] for one in self._buttons(number) if one["text"] == label), None)
        if data is None:
            await self._unfold(number, user_id)
            data = next(one["callback_data"] for one in self._buttons(number) if one["text"] == label)
        if "inline_message_id" in self.messages[number]:
            await self.server.press_inline(self.messages[number]["inline_message_id"], data, user_id)
        else:
            await self.server.press(message, data, user_id=user_id)
        await self.server.until(lambda: not self.server.unanswered)

    async def _unfold(self, number: int, user_id: int) -> None:
        """Tap More… under the message, where it has it."""
        folded = self._labels(number)
        more = [one["text"] for one in self._buttons(number) if one.get("callback_data", "").startswith("m:")]
        if more:
            await self._press(user_id, more[0], number)
            await self.server.until(lambda: self._labels(number) != folded)

    async def _look(self, what: str, expected: str) -> None:
        if what == "toast":
            assert self.server.toasts[-1] == expected, self.server.toasts
        elif what == "understood as":
            understood = self.bot.answerer.understood[-1]
            assert understood == expected, understood
        elif what in ("offered", "above"):
            offer = await self.server.offered(self.typed)
            above = "" if offer.button is None else offer.button["text"]
            shown = " | ".join(one["title"] for one in offer.results) if what == "offered" else above
            assert re.fullmatch(_pattern(expected), shown, re.S), shown
        elif what == "gone":
            message = self.messages[int(expected)]
            key = message["chat"]["id"], message["message_id"]
            await self.server.until(lambda: key not in self.server.messages)
        elif what.startswith("now "):
            number, pattern = int(what.removeprefix("now ")), _pattern(expected)
            await self.server.until(lambda: re.fullmatch(pattern, self._now(number)["text"], re.S))
        else:
            number = int(what.rpartition(" ")[2])
            await self.server.until(lambda: self._labels(number) == expected)

    def _labels(self, number: int) -> str:
        return " | ".join(button["text"] for button in self._buttons(number))

    def _buttons(self, number: int) -> list[dict[str, Any]]:
        rows = self._now(number).get("reply_markup", {"inline_keyboard": []})["inline_keyboard"]
        return [button for row in rows for button in row]

    def _now(self, number: int) -> dict[str, Any]:
        message = self.messages[number]
        if "inline_message_id" in message:
            return self.server.queries.messages[message["inline_message_id"]]
        return self.server.messages[message["chat"]["id"], message["message_id"]]

    async def _filled(self, text: str) -> str:
        """The text with the parameters of the buttons that it names."""
        named = re.search(r"\{(.+) (\d+)\}", text)
        if named is None:
            return text
        label, number = named[1], int(named[2])
        if label == "share":
            await self._unfold(number, PEOPLE["Ada"])
        return text.replace(named[0], self._parameter(label, number))

    def _parameter(self, label: str, number: int) -> str:
        """What stands in the address of a button: of "Link", which is copied, or of one that leads there."""
        buttons = self._buttons(number)
        is_link, share = label == "link", "switch_inline_query_chosen_chat"
        if label == "share":
            return str(next(one[share]["query"] for one in buttons if share in one))
        if is_link and not any("copy_text" in one for one in buttons):  # folded away; somebody has copied it
            return next(
                "a_" + one["callback_data"].split(":")[1] for one in buttons if "callback_data" in one
            )
        (button,) = [one for one in buttons if ("copy_text" in one if is_link else one["text"] == label)]
        address = button["copy_text"]["text"] if is_link else button["url"]
        return str(address).partition("?start=")[2]

    async def _nothing_more(self, chat_id: int) -> None:
        """After everything was handled, the bot has said no more than stands in the file."""
        await self.server.say(chat_id, "/help")
        sent = self.written.get(chat_id, 0) + 1
        await self.server.until(lambda: len(self._sent(chat_id)) >= sent)
        last = self._sent(chat_id)[sent - 1]["text"]
        assert last in HELPS, f"the bot said more than the file has: {last}"


def _pattern(text: str) -> str:
    return ".*".join(map(re.escape, text.split("…")))

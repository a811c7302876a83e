"""`citebot chat`: the bot's conversation in the terminal, or over a pipe."""

import io
import logging
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.updates.greetings import courtesy_reply
from citebot.assembly import open_service
from citebot.cli.offered_questions import OfferedQuestions
from citebot.cli.options import style_for
from citebot.cli.output import Style, answer_text, clean, describe
from citebot.settings import Settings
from index.types import PUBLIC, Source
from retrieval.answerer import Answerer
from retrieval.questions.kinds import LONGEST
from retrieval.types import Answer, Conversation

log = logging.getLogger(__name__)

PROMPT = "you> "
EXAMPLES = (
    ("004_7f7ea21eb3102d1d", "who attacked the Gao convoy?"),
    ("004_7f7ea21eb3102d1d", "how many trucks did they destroy?"),
    ("000_170700bfd4fe060e", "how many people were killed in the convoy attack near Gao?"),
    ("003_0e0fe15111b26536", "when was Bamako International Airport attacked?"),
)
"""Example questions, each with the seed article that answers it."""

HELP = """Write a question in plain words; a follow-up such as "and how many were killed?" works too.
  /sources  the articles I answer from
  /new      forget what we talked about
  /help     this
  /quit     leave (or Ctrl-D)"""
UNKNOWN = "I don't know this command; /help lists those I do."
DID_YOU_MEAN = "That could mean several things. Type a number, or your question in other words:"
GO_ON = "To go on, type a number:"
YOU_ASK = "(you ask: {question})"
NO_SUCH_NUMBER = "I have offered no question with this number."
NEW = "Let's start afresh."
CUT = f"(only the first {LONGEST:,} characters of this are read)"
FAILED = "Something went wrong with this ({error}). You can go on."


@dataclass(slots=True)
class ChatSession:
    """One conversation in the terminal. Errors are reported in the reply."""

    answerer: Answerer
    sources: Sequence[Source]
    style: Style
    offering: OfferedQuestions
    conversation: Conversation = field(default_factory=Conversation)
    answered: Answer | None = None  # by the last reply, when it was an answer

    def reply(self, typed: str) -> str | None:
        """The reply to a typed line; None when the chat is to end."""
        try:
            return self._reply(typed)
        except Exception as error:  # whatever it is, it concerns this line alone
            log.exception("a line was not answered")
            return FAILED.format(error=type(error).__name__)

    def _reply(self, typed: str) -> str | None:
        command, self.answered = typed.strip().casefold(), None
        if not command:
            return ""
        if picked := self.offering.pick(command):
            return self.style.dim(YOU_ASK.format(question=picked)) + "\n" + self._answer(picked)
        if command.isdigit() and self.offering.questions:
            return NO_SUCH_NUMBER
        if not command.startswith("/"):
            return courtesy_reply(typed) or self._answer(typed.strip())
        if command in {"/quit", "/exit", "/q"}:
            return None
        if command == "/new":
            self.conversation = Conversation()
            return NEW
        if command == "/sources":
            return sources_text(self.sources)
        return HELP if command in {"/help", "/start"} else UNKNOWN

    def _answer(self, question: str) -> str:
        before = self.conversation
        answer = self.answerer.answer(question, before)
        self.conversation = before.after(answer)
        if meant := self.offering.meant(question, answer, before):
            return number_questions(DID_YOU_MEAN, meant)
        self.answered = answer
        text = answer_text(answer, self.style)
        if len(question) > LONGEST:
            return self.style.dim(CUT) + "\n" + text
        if answer.standalone.casefold() == question.casefold():
            return text
        return self.style.dim(f"(understood as: {clean(answer.standalone)})") + "\n" + text

    def suggest(self) -> str:
        """Numbered follow-ups after an answer; "" when there are none."""
        try:
            offered = self.offering.next(self.answered, self.conversation) if self.answered else []
        except Exception:
            log.exception("no questions could be offered")
            return ""
        return self.style.dim(number_questions(GO_ON, offered)) if offered else ""


def number_questions(line: str, questions: Sequence[str]) -> str:
    """The line, then the numbered questions."""
    return "\n".join([line, *(f"  {number}. {one}" for number, one in enumerate(questions, start=1))])


def sources_text(sources: Sequence[Source]) -> str:
    """The numbered articles, one a line."""
    return "\n".join(f"{number}. {describe(source)}" for number, source in enumerate(sources, start=1))


def greeting(sources: Sequence[Source]) -> str:
    """The number of articles, and example questions about the seeds."""
    many = "1 article" if len(sources) == 1 else f"{len(sources)} articles"
    lines = [f"I answer from {many}, with the sentence it stands in. /help says more, /quit leaves."]
    if questions := example_questions(sources):
        lines += ["Try:", *(f"  {question}" for question in questions)]
    return "\n".join(lines)


def example_questions(sources: Sequence[Source]) -> list[str]:
    """The questions of `EXAMPLES` whose article is indexed."""
    here = {source.path.rpartition("/")[2].removesuffix(".txt") for source in sources if source.path}
    return [question for article, question in EXAMPLES if article in here]


def run_chat(settings: Settings) -> None:
    """Runs the chat until /quit, Ctrl-D, Ctrl-C or the end of a pipe."""
    interactive = sys.stdin.isatty() and sys.stdout.isatty()
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(errors="replace")  # a file in another encoding is read all the same
    with open_service(settings) as service:
        offering = OfferedQuestions(service.answerer, service.store.article)
        sources = [one for one in service.store.sources() if one.collection == PUBLIC]
        talk = ChatSession(service.answerer, sources, style_for(sys.stdout), offering)
        print(greeting(talk.sources), flush=True)
        if interactive:
            import readline  # noqa: F401  # gives input() editing and history
        while (typed := _next_line(interactive)) is not None:
            reply = talk.reply(typed)
            if reply is None:
                break
            if reply:
                print(f"\n{reply}\n", flush=True)
            if offered := talk.suggest():
                print(f"{offered}\n", flush=True)


def _next_line(interactive: bool) -> str | None:
    if interactive:
        try:
            return input(PROMPT)
        except EOFError:
            print()
            return None
        except KeyboardInterrupt:
            print()
            raise
    line = sys.stdin.readline()
    if not line:
        return None
    print(f"{PROMPT}{line.rstrip()}", flush=True)  # so that the output of a pipe shows the questions too
    return line

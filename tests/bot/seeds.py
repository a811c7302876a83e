"""An answerer and a shelf of articles over the seeds: small, but they really work."""

import re
import threading
from dataclasses import replace
from datetime import date
from pathlib import Path

from index.types import Article, Passage, Revision, SearchFilter, Source, StoreHealth
from retrieval.conversation.follow_up import follow_up
from retrieval.conversation.topic import bundled_topic_model
from retrieval.types import Answer, Citation, Conversation, Outcome, Statement

SEEDS = Path(__file__).parents[2] / "seeds"

CONVOY = Source(
    "convoy",
    "Escalating Violence in Mali",
    publisher="time.news",
    url="https://time.news/mali?a=1&b=2",
    published=date(2025, 2, 9),
)
CRISIS = Source("crisis", "Islamist Attacks in Mali Highlight Regional Security Crisis", publisher="GNN")
CRISIS_LATER = replace(CRISIS, published=date(2025, 2, 12))
CONVOY_COPY = replace(CONVOY, article_id="copy", publisher="Sahel Mirror", url=None)
AIRPORT = Source("airport", "Airport <attack> & aftermath")

TRUCKS = "At least five trucks were destroyed by the Islamic State (IS) jihadists,"
KILLED_32 = "has tragically claimed the lives of at least 32 people."
KILLED_50 = "killed more than 50 individuals near Gao, Mali,"
KNOWN = ("trucks", "buses", "killed", "died", "everything", "who destroyed")
MINIBUSES = "22 minibuses, six large buses, and eight trucks."


class SeedShelf:
    """The seeds as a Store has them: articles, their passages and `sources`, all the bot asks of it."""

    def __init__(self) -> None:
        files = {CONVOY: "004_7f7ea21eb3102d1d.txt", CRISIS: "000_170700bfd4fe060e.txt"}
        files[AIRPORT] = "003_0e0fe15111b26536.txt"
        self.generation = 0
        self.earlier: dict[str, list[Revision]] = {}
        self.articles = {
            source.article_id: Article(source, (SEEDS / name).read_text("utf-8"))
            for source, name in files.items()
        }

    def article(self, article_id: str) -> Article | None:
        return self.articles.get(article_id)

    def article_passages(self, article_id: str) -> list[Passage]:
        """The paragraphs of the article."""
        article = self.articles.get(article_id)
        if article is None:
            return []
        return [
            Passage(f"{article_id}#{line.start()}", article.source, *line.span(), line.group())
            for line in re.finditer(r"[^\n]+", article.text)
        ]

    def revisions(self, article_id: str) -> list[Revision]:
        return self.earlier.get(article_id, [])

    def health(self) -> StoreHealth:
        return StoreHealth(self.generation)

    def sources(self) -> list[Source]:
        return sorted((article.source for article in self.articles.values()), key=lambda s: s.article_id)

    def citation(self, article_id: str, quote: str, origin: int = 1) -> Citation:
        """The quote where it first stands in the article, in a passage of its paragraph."""
        passage = self.passage(article_id, quote)
        start = passage.start + passage.text.index(quote)
        return Citation(passage, quote, start, start + len(quote), origin)

    def passage(self, article_id: str, words: str) -> Passage:
        """The paragraph in which the words first stand."""
        article = self.articles[article_id]
        at = article.text.index(words)
        start = article.text.rfind("\n", 0, at) + 1
        end = article.text.find("\n", at)
        end = len(article.text) if end < 0 else end
        return Passage(f"{article_id}#{start}", article.source, start, end, article.text[start:end])


class SeedAnswerer:
    """Knows three things about the convoy and nothing else. `hold` makes it wait, `error` makes it fail."""

    def __init__(self, shelf: SeedShelf) -> None:
        self.shelf = shelf
        self.asked: list[tuple[str, Conversation]] = []
        self.understood: list[str] = []  # each question as it was understood
        self.open = threading.Event()
        self.open.set()
        self.error: Exception | None = None

    def answer(self, question: str, conversation: Conversation, where: SearchFilter) -> Answer:
        self.asked.append((question, conversation))
        if "slow" in question:
            self.open.wait(10)
        if self.error is not None:
            raise self.error
        standalone = follow_up(question, conversation, bundled_topic_model()).standalone
        self.understood.append(standalone)
        # What the question says itself counts more than what the conversation lent it.
        asked = question if any(word in question for word in KNOWN) else standalone
        others = [self.shelf.passage("airport", "September 8"), self.shelf.passage("convoy", "junta that")]
        cite = self.shelf.citation
        if "who destroyed" in asked.lower():
            statements = [Statement("Islamic State (IS) jihadists", [cite("convoy", TRUCKS)], 0.9)]
            return Answer(question, standalone, Outcome.ANSWERED, statements, others)
        if "trucks" in asked:
            citation = cite("convoy", TRUCKS)
            statements = [Statement("five", [citation], 0.9)]
            return Answer(question, standalone, Outcome.ANSWERED, statements, [citation.passage, *others])
        if "buses" in asked:
            statements = [Statement("22 minibuses", [cite("convoy", MINIBUSES)], 0.9)]
            return Answer(question, standalone, Outcome.ANSWERED, statements, others)
        if "killed" in asked:
            statements = [
                Statement("32", [cite("convoy", KILLED_32)], 0.8),
                Statement("more than 50", [cite("crisis", KILLED_50, origin=2)], 0.7),
            ]
            return Answer(question, standalone, Outcome.DISPUTED, statements, others)
        if "died" in asked:  # a copy of the one story, and a newer one that says otherwise
            told, later = cite("convoy", KILLED_32), cite("crisis", KILLED_50, origin=2)
            copy = replace(told, passage=replace(told.passage, source=CONVOY_COPY))
            later = replace(later, passage=replace(later.passage, source=CRISIS_LATER))
            statements = [Statement("32", [told, copy], 0.8), Statement("more than 50", [later], 0.7)]
            return Answer(question, standalone, Outcome.DISPUTED, statements, others)
        if "everything" in asked:  # more than one message holds
            text = self.shelf.articles["convoy"].text
            lines = [line for line in dict.fromkeys(text.split("\n")) if len(line) > 60]
            statements = [Statement(line, [cite("convoy", line)], 0.5) for line in lines]
            return Answer(question, standalone, Outcome.ANSWERED, statements, others)
        return Answer(question, standalone, Outcome.NOT_FOUND, (), others)

"""Keeping up with a site: python -m bench.sources [--articles 1000] [--feeds 20]

A site on loopback (that of the tests) with so many articles in so many feeds is followed and refreshed: for
the first time, again with nothing changed, and with ten articles corrected and ten new. Writes
bench/results/sources.json and sources.md.
"""

import argparse
import random
import tempfile
import time
from pathlib import Path

from bench import table, write_results
from evaluation.machine import describe, machine
from index.embedding.embedder import load_embedder
from index.loading.files import load
from index.passages.sentences import split_sentences
from index.sources.database import FollowedSource, SourceDatabase, SourceKind
from index.sources.following import follow
from index.sources.outcome import Refreshed
from index.sources.refresh import Refresher
from index.store.embedded import EmbeddedStore
from index.types import Article
from tests.index.sources.site import NewsSite, Story

CHANGED = 10
SENTENCES = 20  # of an article, drawn from the seeds
SEEDS = Path(__file__).parent.parent / "seeds"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=1000)
    parser.add_argument("--feeds", type=int, default=20)
    asked = parser.parse_args()
    steps = measure(asked.articles, asked.feeds)
    figures = {**machine(), "steps": steps}
    rows = [[name, f"{value:.1f}" if isinstance(value, float) else f"{value:,}"] for name, value in steps]
    lines = [
        "# Keeping up with a site",
        "",
        f"{describe(figures)}. {asked.articles:,} articles of {SENTENCES} sentences in {asked.feeds} feeds, "
        f"no pause between requests (`python -m bench.sources`).",
        "",
        *table(["", ""], rows),
    ]
    write_results("sources", figures, "\n".join(lines) + "\n")


def measure(articles: int, feeds: int) -> list[tuple[str, float | int]]:
    """Seconds of each refresh, and what it found."""
    chance = random.Random(7)  # the same site each time
    texts = [one.text for one in load(str(SEEDS)) if isinstance(one, Article)]
    pool = [text[start:end] for text in texts for start, end in split_sentences(text)]

    def story(number: int, edition: int = 0) -> Story:
        text = " ".join(chance.sample(pool, SENTENCES))
        return Story(f"Report {number}", text, edition, feed=number % feeds)

    site = NewsSite({f"/{number}": story(number) for number in range(articles)})
    embedder = load_embedder()
    embedder.embed_passages(["warm up"])
    steps: list[tuple[str, float | int]] = []
    with tempfile.TemporaryDirectory() as directory:
        index = Path(directory)
        store = EmbeddedStore.open(index, embedder_name=embedder.name, dimension=embedder.dimension)
        database = SourceDatabase.in_index(index)
        for feed in range(feeds):
            asked = FollowedSource(f"{site.url}/feed{feed}.xml", SourceKind.PAGE, allow_private=True)
            follow(asked, database, pace_s=0)
        refresher = Refresher(database, store, embedder, pace_s=0)

        def timed(name: str) -> list[Refreshed]:
            site.sent.clear()
            began = time.perf_counter()
            done = refresher.refresh(database.sources())
            store.flush()
            steps.append((f"{name}: seconds", time.perf_counter() - began))
            steps.append((f"{name}: pages sent", site.sent.total()))
            return done

        first = timed("first refresh")
        timed("nothing changed")
        for number in range(CHANGED):
            site.stories[f"/{number}"] = story(number, edition=1)
            site.stories[f"/{articles + number}"] = story(articles + number)
        later = timed("ten corrected, ten new")
        steps.append(("articles added at first", sum(len(one.added) for one in first)))
        steps.append(("articles replaced later", sum(len(one.replaced) for one in later)))
        steps.append(("articles added later", sum(len(one.added) for one in later)))
        database.close()
        store.close()
    site.close()
    return steps


if __name__ == "__main__":
    main()

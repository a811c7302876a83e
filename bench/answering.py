"""Measures what a user feels: warm answers, memory, and a cold `citebot ask`. `make bench` runs it.

Writes bench/results/answering.json and answering.md. Each figure is of the machine named beside it.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence

from tokenizers import Tokenizer

from bench import table, timed_ms, write_results
from evaluation.machine import ROOT, describe, machine, peak_rss_mib, rss_mib
from index.types import Passage, Source, Store
from retrieval.reading.reader import MODEL_DIR, load_reader

ROUNDS = 5
READ, TOKENS = 10, 190  # passages to read at once, and of each with its question
COLD_STARTS = 3
QUESTIONS = (
    "who attacked the Gao convoy?",
    "How many minibuses were in the convoy?",
    "how many people died in the ambush near Gao?",
    "When was Bamako International Airport attacked?",
    "Which three countries formed the Alliance of Sahel States?",
    "What does JNIM stand for?",
    "Where did the attack take place?",
    "Who told the Associated Press about the dead?",
    "How far is Kobe from Gao?",
    "When did the junta take power in Mali?",
    "why is the Sahel unstable?",
    "What do analysts say about ECOWAS?",
    "Who are the Russian mercenaries in Mali?",
    "What is the impact of weak governance?",
    "Which city was attacked on September 8, 2023?",
    "how many trucks were destroyed?",
    "Who won the football world cup?",
    "What is the population of Gao?",
)


def main() -> None:
    measured_on = machine()
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "INDEX_DIR": folder}
        citebot = [sys.executable, "-m", "citebot"]
        subprocess.run([*citebot, "index", "add", "seeds/"], cwd=ROOT, env=environment, check=True)
        cold_s = [measure_cold_ask(citebot, environment) for _ in range(COLD_STARTS)]
        code = [sys.executable, "-m", "bench.answering", "--warm"]
        warm = json.loads(
            subprocess.run(code, cwd=ROOT, env=environment, check=True, capture_output=True).stdout
        )
    figures = {**measured_on, **warm, "cold_ask_s": [round(s, 2) for s in cold_s]}
    write_results("answering", figures, as_markdown(figures))


def measure_warm_answers() -> dict[str, object]:
    """Latency of `Answerer.answer` and resident memory, in a process that has loaded what the bot loads."""
    import bot.application  # noqa: F401  # the bot's own libraries count towards its memory
    from citebot.assembly import open_service
    from citebot.settings import load_settings

    with open_service(load_settings()) as service:
        for question in QUESTIONS[:3]:
            service.answerer.answer(question)
        took_ms = [timed_ms(service.answerer.answer, question) for question in QUESTIONS * ROUNDS]
        memory = {"rss_mib": rss_mib(), "peak_rss_mib": peak_rss_mib()}  # before a second reader is loaded
        reader, passages = load_reader(), long_passages(service.store)
        read_ms = [timed_ms(reader.read, QUESTIONS[0], passages) for _ in range(8 * ROUNDS)]
        count = service.store.count()
    cuts = statistics.quantiles(took_ms, n=100, method="inclusive")
    return {
        "articles": count.articles,
        "passages": count.passages,
        "answers": len(took_ms),
        "p50_ms": round(cuts[49], 1),
        "p95_ms": round(cuts[94], 1),
        "max_ms": round(max(took_ms), 1),
        "reading_p50_ms": round(statistics.median(read_ms), 1),
        **memory,
    }


def long_passages(store: Store) -> list[Passage]:
    """READ passages out of the articles that have TOKENS tokens each together with the first question."""
    tokenizer = Tokenizer.from_file(str(MODEL_DIR / "tokenizer.json"))
    words = [
        word
        for source in store.sources()
        if (article := store.article(source.article_id))
        for word in article.text.split()
    ]
    made: list[Passage] = []
    while len(made) < READ:
        count = next(n for n in range(1, len(words)) if _tokens(tokenizer, words[: n + 1]) > TOKENS)
        text, words = " ".join(words[:count]), words[count:]
        made.append(Passage(f"made#{len(made)}", Source("made", ""), 0, len(text), text))
    return made


def _tokens(tokenizer: Tokenizer, words: Sequence[str]) -> int:
    return len(tokenizer.encode(QUESTIONS[0], " ".join(words)))


def measure_cold_ask(citebot: list[str], environment: dict[str, str]) -> float:
    """Seconds from calling `citebot ask` to its end."""
    began = time.perf_counter()
    subprocess.run(
        [*citebot, "ask", QUESTIONS[0]], cwd=ROOT, env=environment, check=True, capture_output=True
    )
    return time.perf_counter() - began


def as_markdown(figures: dict[str, object]) -> str:
    rows = (
        ("warm answer, p50", f"{figures['p50_ms']} ms", "200 ms"),
        ("warm answer, p95", f"{figures['p95_ms']} ms", "400 ms"),
        (f"reading {READ} passages of {TOKENS} tokens, p50", f"{figures['reading_p50_ms']} ms", "120 ms"),
        ("resident memory", f"{figures['rss_mib']} MiB (peak {figures['peak_rss_mib']})", "900 MiB"),
        ("cold `citebot ask`", f"{figures['cold_ask_s']} s", "8 s"),
    )
    lines = [
        f"# Answering: {figures['articles']} articles, {figures['passages']} passages",
        "",
        f"{describe(figures)}; {figures['answers']} answers.",
        "",
        *table(("", "measured", "aim"), rows),
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    if "--warm" in sys.argv:
        print(json.dumps(measure_warm_answers()))
    else:
        main()

"""XQuAD as evaluation sets: questions in one language over articles in another.

    python -m evaluation.xquad XQUAD_DIR EVAL_DIR [--pairs es-en en-de ...]

XQUAD_DIR is github.com/google-deepmind/xquad (CC BY-SA 4.0): 240 paragraphs of SQuAD and their questions in
twelve languages. A third of the articles is left out of the corpus, so that their questions have no answer;
asked are these, and those about articles that the readers have not learned from.
"""

import argparse
import gzip
import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from zlib import crc32

from evaluation.unseen import seen_in_training

PAIRS = ("es-en", "en-es", "de-en", "en-de", "ro-en", "en-en")  # question-article
LEFT_OUT = 3  # one article of so many


def is_left_out(title: str) -> bool:
    return crc32(title.encode()) % LEFT_OUT == 0


def rows(
    asked: list[dict[str, Any]], told: list[dict[str, Any]], titles: list[str]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Articles and questions; the three lists are of the same articles in the same order."""
    articles, questions = [], []
    for number, (one, other, title) in enumerate(zip(asked, told, titles, strict=True)):
        out = is_left_out(title)
        for part, (p, q) in enumerate(zip(one["paragraphs"], other["paragraphs"], strict=True)):
            name = f"x{number}_{part}"
            if not out:
                articles.append({"id": name, "title": title, "text": q["context"]})
            for index, (question, answered) in enumerate(zip(p["qas"], q["qas"], strict=True)):
                if out or not seen_in_training(title):
                    questions.append(
                        {
                            "id": f"{name}_{index}",
                            "question": question["question"],
                            "answers": [] if out else [answer["text"] for answer in answered["answers"]],
                            "relevant": [] if out else [name],
                            "type": "null" if out else "span",
                        }
                    )
    return articles, questions


def _write(path: Path, lines: Iterable[dict[str, Any]]) -> None:
    with gzip.open(path, "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m evaluation.xquad",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("xquad", type=Path, metavar="XQUAD_DIR")
    parser.add_argument("folder", type=Path, metavar="EVAL_DIR")
    parser.add_argument("--pairs", nargs="+", default=PAIRS, metavar="QUESTION-ARTICLE")
    chosen = parser.parse_args()

    def read(language: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = json.loads(
            (chosen.xquad / f"xquad.{language}.json").read_text("utf-8")
        )["data"]
        return found

    titles = [article["title"].replace("_", " ") for article in read("en")]
    for pair in chosen.pairs:
        asked, _, told = pair.partition("-")
        articles, questions = rows(read(asked), read(told), titles)
        folder = chosen.folder / f"xquad_{asked}_{told}"
        folder.mkdir(parents=True, exist_ok=True)
        _write(folder / "corpus.jsonl.gz", articles)
        _write(folder / "questions.jsonl.gz", questions)
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Writes index/embedding/e5_centre.npy: the means of passages and of questions, half English, half French.

    python scripts/measure_centre.py EVAL_DIR

From the sets squad2 and piaf_fr, all passages and about a thousand questions of each.
"""

import sys
from pathlib import Path

import numpy as np

from evaluation.questions import read_questions, spread
from index.embedding.e5 import CENTRE, DIMENSION, E5
from index.embedding.embedder import multilingual_file
from index.loading.files import load
from index.passages.chunking import chunk, embedded_text
from index.types import Article

SETS = ("squad2", "piaf_fr")
QUESTIONS = 1_000


def main(folder):
    embedder = E5(multilingual_file(), np.zeros((2, DIMENSION), np.float32))
    passages, questions = [], []
    for name in SETS:
        articles = [one for one in load(str(folder / name / "corpus.jsonl.gz")) if isinstance(one, Article)]
        texts = [embedded_text(passage) for article in articles for passage in chunk(article)]
        asked = spread(read_questions(folder / name / "questions.jsonl.gz"), QUESTIONS)
        passages.append(embedder.embed_passages(texts).mean(axis=0))
        questions.append(np.mean([embedder.embed_question(one.text) for one in asked], axis=0))
    np.save(CENTRE, np.array([np.mean(passages, axis=0), np.mean(questions, axis=0)], np.float32))


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(Path(sys.argv[1]))

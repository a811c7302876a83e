import gzip
import json
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from evaluation.unseen import seen_in_french_training
from index.embedding.e5 import E5File
from index.embedding.embedder import multilingual_file
from retrieval.reading.multilingual_model import MultilingualModel, PairTokenizer
from training.examples import Context, Group
from training.model import collate
from training.multilingual import MultilingualSpanModel, french_groups, read_french, write_model
from training.sources import DataError


def write_set(folder: Path, titles: Sequence[str]) -> None:
    articles: list[dict[str, Any]] = []
    questions: list[dict[str, Any]] = []
    for title in titles:
        for part in ("Le pont a été fermé lundi.", "La mairie ouvre à neuf heures."):
            articles.append({"id": f"{title}{len(articles)}", "title": title, "text": part})
        questions.append(
            {
                "question": "Quand le pont a-t-il été fermé ?",
                "answers": ["lundi"],
                "relevant": [articles[-2]["id"]],
            }
        )
    for name, rows in (("corpus", articles), ("questions", questions)):
        with gzip.open(folder / f"{name}.jsonl.gz", "wt", encoding="utf-8") as file:
            file.writelines(json.dumps(row) + "\n" for row in rows)


def test_only_articles_that_training_may_read_are_learned_from(tmp_path: Path) -> None:
    titles = [f"Pont {n}" for n in range(40)]
    write_set(tmp_path, titles)

    found = read_french(tmp_path)
    groups = french_groups(found, random.Random(0), 70)

    assert len(found) == sum(map(seen_in_french_training, titles))
    assert 0 < len(found) < len(titles)
    for group in groups:
        told = {context.text[context.start : context.end] for context in group.contexts if context.answers}
        assert told in ({"lundi"}, set())


def test_a_set_without_questions_to_learn_from_is_refused(tmp_path: Path) -> None:
    write_set(tmp_path, [])

    with pytest.raises(DataError, match="no question"):
        read_french(tmp_path)


def test_what_is_written_reads_as_what_was_trained(tmp_path: Path) -> None:
    torch.manual_seed(0)
    file = E5File(multilingual_file())
    trained = MultilingualSpanModel(file)
    question, passage = "Où est le chat ?", "Le chat dort sur le tapis rouge de la maison."
    batch = collate([Group(question, [Context(passage)])], PairTokenizer(file))

    write_model(trained, tmp_path)
    read = MultilingualModel(tmp_path)
    with torch.inference_mode():
        expected = torch.stack(trained.eval()(batch))[:, 0].numpy()
    encoding = read.encode(question, passage)
    got = np.stack(read.logits(encoding))
    readable = batch.readable[0].numpy()

    assert list(encoding.ids) == batch.input_ids[0].tolist()
    assert np.abs(got - expected)[:, readable].max() < 0.1

"""Search alone, list by list."""

import json
from pathlib import Path

from evaluation.embedders import row
from evaluation.eval_sets import EvalSet
from evaluation.memo import Memo, RememberedEmbedder
from index.types import Embedder

TOWNS = {"gelt": "Gelt has a shipyard and a fish market.", "boro": "Boro is known for its cheese."}


def test_each_list_of_a_set_is_a_column(embedder: Embedder, tmp_path: Path) -> None:
    articles = [{"id": name, "title": name, "text": text} for name, text in TOWNS.items()]
    asked = {"id": "1", "question": "Where is cheese made?", "answers": ["Boro"], "relevant": ["boro"]}
    corpus, questions = tmp_path / "corpus.jsonl", tmp_path / "questions.jsonl"
    corpus.write_text("\n".join(map(json.dumps, articles)))
    questions.write_text(json.dumps(asked))
    remembered = RememberedEmbedder(embedder, Memo(tmp_path / "memo.sqlite"))

    cells = row(EvalSet("towns", [questions], corpus), {"one": remembered}, tmp_path / "work", 10)

    assert cells == {"set": "towns", "questions": "1", "passages": "2"} | dict.fromkeys(
        ("BM25", "one", "one + BM25"), "1.000 / 1.000"
    )

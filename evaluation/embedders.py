"""Search alone, by embedder: where a relevant article stands, by BM25, by each embedder, fused.

    python -m evaluation.embedders EVAL_DIR [--only SET ...] [--embedders NAME ...] [--keyword WEIGHT]

Hit@1 / hit@5 of articles. Fused: as the answerer fuses, or with BM25 weighed by `--keyword`. Of several
embedders together also their mean cosines fused with BM25, and the reciprocal ranks of all lists.
"""

import argparse
import sys
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

import numpy as np

from evaluation.errors import EvaluationError
from evaluation.eval_sets import EvalSet, sampled
from evaluation.extra import need_extra
from evaluation.manuals import MANUALS
from evaluation.memo import Memo, RememberedEmbedder
from evaluation.questions import Question
from evaluation.yardstick import LIMIT, WORK, chosen_sets, indexed
from index.embedding.embedder import BUNDLED, MULTILINGUAL, load_embedder
from index.types import PUBLIC_ONLY, Candidates, Hit, Passage, SearchFilter, Store
from retrieval.answerer import SEARCHED
from retrieval.questions.kinds import marked
from retrieval.search.fusion import KEYWORD_WEIGHT, fuse

RRF_K = 60  # Cormack et al. 2009
NOWHERE = SEARCHED + 1

Embedders = Mapping[str, RememberedEmbedder]


def ranks(
    question: Question, stores: Mapping[str, Store], embedders: Embedders, keyword: float | None
) -> dict[str, int]:
    """By the name of a list, the place of the first relevant article in it, counted from 1."""
    where = SearchFilter(PUBLIC_ONLY.collections, article_ids=question.documents)
    vectors = {name: one.embed_question(marked(question.text)) for name, one in embedders.items()}
    found = {n: store.search(vectors[n], question.text, where, SEARCHED) for n, store in stores.items()}
    words = next(iter(found.values())).keyword
    passages = {hit.passage.id: hit.passage for one in found.values() for hit in (*one.dense, *words)}
    ids = list(passages)
    cosines = {n: dict(zip(ids, (stores[n].vectors(ids) @ vectors[n]).tolist(), strict=True)) for n in stores}

    def fused(dense: Sequence[Hit], by: Mapping[str, float]) -> list[Passage]:
        weight = keyword or KEYWORD_WEIGHT
        best = fuse(Candidates(dense, words), by, SEARCHED, question.asked_on, weight)
        return [one.passage for one in best]

    lists = {"BM25": [hit.passage for hit in words]}
    for name, one in found.items():
        lists[name] = [hit.passage for hit in one.dense]
        lists[f"{name} + BM25"] = fused(one.dense, cosines[name])
    if len(found) > 1:
        mean = {i: float(np.mean([by[i] for by in cosines.values()])) for i in ids}
        every = {hit.passage.id: hit for one in found.values() for hit in one.dense}
        lists["mean cosine + BM25"] = fused(list(every.values()), mean)
        merged = dict.fromkeys(ids, 0.0)
        for hits in (words, *(one.dense for one in found.values())):
            for place, hit in enumerate(hits, 1):
                merged[hit.passage.id] += 1 / (RRF_K + place)
        lists["reciprocal ranks"] = [passages[i] for i in sorted(ids, key=lambda i: -merged[i])]
    return {name: _place(question, told) for name, told in lists.items()}


def _place(question: Question, told: Sequence[Passage]) -> int:
    articles = dict.fromkeys(passage.source.article_id for passage in told)
    return next((n for n, one in enumerate(articles, 1) if one in question.relevant), NOWHERE)


def row(
    one: EvalSet,
    embedders: Embedders,
    work: Path,
    limit: int,
    most: int | None = None,
    keyword: float | None = None,
) -> dict[str, str]:
    """The cells of a set, by the name of the column."""
    asked = sampled(one, limit)
    with ExitStack() as stack:
        stores = {
            name: stack.enter_context(indexed(one, asked, embedder, work, most))
            for name, embedder in embedders.items()
        }
        told = [ranks(question, stores, embedders, keyword) for question in asked if question.relevant]
        passages = next(iter(stores.values())).count().passages
    cells = {"set": one.name, "questions": f"{len(told)}", "passages": f"{passages:,}"}
    for name in told[0] if told else ():
        places = np.array([each[name] for each in told])
        cells[name] = f"{(places <= 1).mean():.3f} / {(places <= 5).mean():.3f}".replace("0.", ".")
    return cells


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m evaluation.embedders",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("folder", type=Path, metavar="EVAL_DIR")
    parser.add_argument("--only", nargs="+", default=[], metavar="SET")
    parser.add_argument("--embedders", nargs="+", default=[BUNDLED, MULTILINGUAL], metavar="NAME")
    parser.add_argument("--keyword", type=float, metavar="WEIGHT")
    parser.add_argument("--limit", type=int, default=LIMIT, metavar="N")
    parser.add_argument("--articles", type=int, metavar="N")
    parser.add_argument("--work", type=Path, default=WORK, metavar="DIR")
    chosen = parser.parse_args()
    try:
        need_extra(plots=False)
        memo = Memo(chosen.work / "memo.sqlite")
        embedders = {name: RememberedEmbedder(load_embedder(name), memo) for name in chosen.embedders}
        header = False
        for one in chosen_sets(chosen.folder, chosen.only, chosen.work / MANUALS):
            cells = row(one, embedders, chosen.work, chosen.limit, chosen.articles, chosen.keyword)
            if not header:
                print(f"| {' | '.join(cells)} |\n|{'---|' * len(cells)}")
                header = True
            print(f"| {' | '.join(cells.values())} |", flush=True)
    except (EvaluationError, OSError) as error:
        print(f"evaluation.embedders: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

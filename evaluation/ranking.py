"""How well articles are ranked, by ir-measures (MacAvaney et al. 2022)."""

from collections.abc import Sequence

from evaluation.asking import Asked
from evaluation.extra import need_extra
from evaluation.questions import Expected

RANKED = (Expected.ANSWER, Expected.PROSE, Expected.SOURCE, Expected.RETRIEVAL)


def rankings(asked: Sequence[Asked], *, alone: bool = False) -> list[dict[str, float]]:
    """For each question hit@1, hit@5, rr and ndcg@10 of its relevant articles; empty when it names none.

    `alone` looks at what was found without the conversation before. Raises MissingExtra.
    """
    need_extra(plots=False)
    from ir_measures import RR, Qrel, ScoredDoc, Success, iter_calc, nDCG

    names = {str(Success @ 1): "hit@1", str(Success @ 5): "hit@5", str(RR): "rr", str(nDCG @ 10): "ndcg@10"}
    qrels, run = [], []
    found: list[dict[str, float]] = []
    for number, one in enumerate(asked):
        seen = one.alone if alone else one.seen
        known = seen is not None and bool(one.question.relevant) and one.question.expected in RANKED
        found.append(dict.fromkeys(names.values(), 0.0) if known else {})
        if seen is not None and known:
            qrels += [Qrel(str(number), article, 1) for article in sorted(one.question.relevant)]
            run += [ScoredDoc(str(number), article, -rank) for rank, article in enumerate(seen.retrieved)]
    if run:
        for metric in iter_calc([Success @ 1, Success @ 5, RR, nDCG @ 10], qrels, run):
            found[int(metric.query_id)][names[str(metric.measure)]] = float(metric.value)
    return found

"""The model card: what the reader was made from, how, what it can do and what it cannot."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np

from evaluation.bootstrap import Figure, Floats, auroc, figure, ratio
from evaluation.reading import measured
from evaluation.scores import exact, f1
from index.types import Passage, Source
from retrieval.reading.reader import Reader, SpanReader
from retrieval.reading.span_models import OnnxModel
from training.learning import Run
from training.model import SpanModel
from training.sources import CLEAR, UNCLEAR, Question, TrainingData
from training.squad import LICENCE, NAME, Squad
from training.stages import FIRST, LARGER_REPLAY, REPLAY

MEASURED = ("exact", "F1", "AUROC")


def measure_held_out(reader: Reader, data: TrainingData) -> dict[str, dict[str, Figure]]:
    """For each source and all: exact, F1 (given the passage), AUROC of it against its best wrong one."""
    found: dict[str, list[tuple[float, float, float, float]]] = {}
    for question in data.held_out:
        wrong = question.misleading[:1]
        texts = [data.passages[one] for one in (question.passage, *wrong)]
        right, *beside = reader.read(question.text, [_passage(text) for text in texts])
        best = right[0].text if right else ""
        accepted = (question.answer, *question.answers)
        scores = [readings[0].score if readings else -1e3 for readings in (right, *beside)]
        row = (float(exact(best, accepted)), f1(best, accepted), scores[0], scores[-1])
        for name in (question.source, "all"):
            found.setdefault(name, []).append(row)
    return {name: _figures(np.array(rows)) for name, rows in sorted(found.items())}


def _figures(rows: Floats) -> dict[str, Figure]:
    ones = np.ones(len(rows))
    told = np.concatenate([np.column_stack([rows[:, 2], ones]), np.column_stack([rows[:, 3], 0 * ones])])
    figures = (
        figure(ratio, np.column_stack([rows[:, 0], ones])),
        figure(ratio, np.column_stack([rows[:, 1], ones])),
        figure(auroc, told),
    )
    return {name: one for name, one in zip(MEASURED, figures, strict=True) if one}


def _passage(text: str) -> Passage:
    return Passage("given#0", Source("given", ""), 0, len(text), text)


def write_card(
    folder: Path,
    whole: Path,
    model: SpanModel,
    encoder: Path | None,
    runs: Sequence[Run],
    data: TrainingData,
    squad: Squad | None,
    *,
    started: bool = False,
) -> None:
    """Writes `folder`/README.md, with figures of the int8 model there and the float32 one in `whole`.

    `encoder` is the folder of the encoder that was trained, None when it was the bundled one. `started`: an
    earlier reader's weights were gone on from.
    """
    millions = sum(weights.numel() for weights in model.parameters()) / 1e6
    size = f"{model.encoder.config.num_hidden_layers} layers, {millions:.1f} million parameters"
    named = f"{encoder.resolve().name} ({size})" if encoder else f"all-MiniLM-L6-v2 ({size}, Apache-2.0)"
    lines = [
        f"# Citebot's {'second ' if encoder else ''}reader",
        "",
        "Extractive question answering in English: given a question and a passage, the span that answers, "
        f"and how much it weighs against “no answer here” (the first token). {named} "
        "with two logits a token; ONNX, weights in 8 bits.",
        "",
        *_how_made(runs, squad, encoder, started=started),
        "",
        "## Data",
        "",
        *_table(
            ("source", "questions", "licence"),
            [*_source_rows(data.train), *(_squad_row(squad) if squad and runs[-1].stage != FIRST else ())],
        ),
        "",
        "and made-up reports of events, made-up tables, questions whose answer was taken out of the passage, "
        "and questions asked about another name or year than the passage holds, or about the opposite.",
        "",
        "## Held out",
        "",
        *_figures_table(folder, whole, data, squad),
        "",
        "## Learning curve",
        "",
        *_table(("step", "exact", "answering passage outscores the other"), _curve_rows(runs)),
        *(["", "The second stage's rows are of its own weights."] if len(runs) > 1 else []),
        "",
        "## Limits",
        "",
        "English only. It was trained on passages of up to 120 words, mostly of encyclopedias. It proposes: "
        "how likely an answer is right, Citebot decides together with what retrieval knows "
        "([retrieval/evidence/features.py](../../evidence.py)); its score alone ranks worse than that.",
        "",
    ]
    (folder / "README.md").write_text("\n".join(lines), "utf-8")


def _how_made(
    runs: Sequence[Run], squad: Squad | None, encoder: Path | None, *, started: bool
) -> Iterable[str]:
    recipe = runs[0].recipe
    given = "DATA" + (" --squad SQUAD" if squad else "") + (" --encoder ENCODER" if encoder else "")
    given += " --start READER" if started else ""
    passes = "" if encoder else f" --passes {recipe['passes']}"
    command = f"python -m training {given} --seed {recipe['seed']}{passes}"
    took = ", then ".join(f"{run.step:,} steps, {run.seconds / 60:.0f} minutes" for run in runs)
    yield f"`{command}` ([how](../../../training/README.md)): {took}."
    if started:
        yield "READER is an earlier reader, told by its 8-bit weights."
    if encoder:
        replay = REPLAY if started else LARGER_REPLAY
        yield (
            "Each pass asks all of SQuAD's questions below; for each, it reads "
            f"{replay:g} drawn from the others. Smoothed for 8 bits (Xiao et al. 2023)."
        )
    if len(runs) > 1:
        yield "Of what the second stage changed, half is kept."


def _source_rows(train: Sequence[Question]) -> Iterable[tuple[str, ...]]:
    for name, licence in (CLEAR | UNCLEAR).items():
        if count := sum(question.source == name for question in train):
            yield name, f"{count:,}", licence


def _squad_row(squad: Squad) -> Iterable[tuple[str, ...]]:
    unanswerable = sum(not asked.learned for asked in squad.train)
    count = f"{len(squad.train):,}, {unanswerable:,} unanswerable"
    yield f"{NAME}, three quarters of the articles", count, LICENCE


def _figures_table(folder: Path, whole: Path, data: TrainingData, squad: Squad | None) -> Iterable[str]:
    told = {}
    for form, path in (("int8", folder), ("float32", whole)):
        reader = SpanReader(OnnxModel(path, verified=True), form)
        told[form] = measure_held_out(reader, data)
        if squad:
            told[form][f"{NAME}, the other articles"] = _squad_figures(reader, squad)
    yield "Given the passage; AUROC: the passage against the best one that does not answer."
    if squad:
        yield "Of SQuAD 2.0: exact and F1 of the answerable questions; AUROC: those against the unanswerable."
    yield ""
    yield from _table(
        ("source", "questions", *(f"{m}, {f}" for m in MEASURED for f in told)), _figure_rows(told)
    )


def _squad_figures(reader: Reader, squad: Squad) -> dict[str, Figure]:
    figures = measured(reader, squad.held_out, squad.texts)
    return {name: figures[name.lower()] for name in MEASURED}


def _figure_rows(told: Mapping[str, Mapping[str, Mapping[str, Figure]]]) -> Iterable[tuple[str, ...]]:
    first = next(iter(told.values()))
    for source, figures in first.items():
        cells = (told[form][source][m] for m in MEASURED for form in told)
        yield source, f"{figures['exact'].n:,}", *(f"{cell.value:.1%}" for cell in cells)


def _curve_rows(runs: Sequence[Run]) -> Iterable[tuple[str, ...]]:
    before = ""  # steps of the stages before
    for run in runs:
        for point in run.curve:
            step = f"{before}{point['step']:,}"
            yield step, f"{point['exact']:.1%}", f"{point['told_apart']:.1%}"
        before += f"{run.step:,} + "


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    return [f"| {' | '.join(row)} |" for row in (head, ["---"] * len(head), *rows)]

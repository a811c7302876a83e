"""From the data to a reader that ships with Citebot: python -m training DATA [--squad DIR] [--encoder DIR]

DATA is a folder as training/README.md describes it. Called again it goes on where it was stopped.
"""

import argparse
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

import torch

from index.embedding.embedder import bundled_folder
from training.card import write_card
from training.examples import epoch
from training.export import CALIBRATION_QUESTIONS, MODEL, export
from training.learning import train
from training.model import SpanModel, load_tokenizer
from training.restoring import restore
from training.sources import CLEAR, UNCLEAR, DataError, TrainingData, read_data
from training.squad import Squad, read_squad
from training.stages import (
    LARGER,
    LARGER_FINISHING,
    Recipe,
    Stage,
    finishing_stage,
    larger_stage,
    reading_stage,
)


def main(arguments: Sequence[str] | None = None) -> int:
    options = _parse_arguments(arguments)
    recipe = Recipe(seed=options.seed, passes=options.passes)
    sources = {*CLEAR, *(UNCLEAR if options.unclear else ())} - set(options.without)
    torch.manual_seed(recipe.seed)
    options.work.mkdir(parents=True, exist_ok=True)
    try:
        data = read_data(options.data, sources)
        squad = read_squad(options.squad) if options.squad else None
        tokenizer = load_tokenizer(bundled_folder())
        encoder = options.encoder or bundled_folder()
        model = SpanModel(encoder, tokenizer)
        if options.start:
            restore(model, options.start / MODEL)
    except DataError as error:
        print(f"training: {error}", file=sys.stderr)
        return 2
    print(f"{len(data.train):,} questions to learn from, {len(data.held_out):,} held out", flush=True)
    if squad:
        print(f"{len(squad.train):,} of SQuAD, {len(squad.held_out):,} held out", flush=True)
    if options.compile:
        model.encoder.compile(dynamic=True)
    until = time.monotonic() + options.minutes * 60
    stages = _plan_stages(options, data, squad, recipe)
    runs = train(model, tokenizer, stages, data, options.work, until)
    told = {"stages": [asdict(run) for run in runs], "sources": sorted(sources)}
    (options.work / "run.json").write_text(json.dumps(told, indent=2) + "\n")
    made, whole = options.work / "reader", options.work / "reader_fp32"
    calibration = epoch(data, recipe.seed, 0)[:CALIBRATION_QUESTIONS] if options.encoder else ()
    export(model, encoder, made, whole=whole, calibration=calibration)
    write_card(made, whole, model, options.encoder, runs, data, squad, started=bool(options.start))
    print(f"{made}: written")
    return 0


def _plan_stages(
    options: argparse.Namespace, data: TrainingData, squad: Squad | None, recipe: Recipe
) -> list[Stage]:
    if squad and options.start and options.encoder:
        return [finishing_stage(data, squad, replace(LARGER, seed=recipe.seed), LARGER_FINISHING, kept=1)]
    if squad and options.encoder:
        return [larger_stage(data, squad, recipe)]
    last = [finishing_stage(data, squad, recipe)] if squad else []
    return last if options.start else [reading_stage(data, recipe), *last]


def _parse_arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m training", description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument(
        "--squad", type=Path, help="a folder with SQuAD 2.0, to learn what is unanswerable from"
    )
    parser.add_argument(
        "--encoder",
        type=Path,
        help="a folder with a larger sentence encoder, for the second reader (with --squad)",
    )
    parser.add_argument(
        "--start", type=Path, metavar="READER", help="an exported reader's folder, to teach the last stage to"
    )
    parser.add_argument("--work", type=Path, default=Path("build/reader"), help="checkpoints and the model")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--passes", type=int, default=Recipe().passes, help="without --encoder")
    parser.add_argument("--minutes", type=float, default=float("inf"), help="stop after these")
    parser.add_argument(
        "--compile", action="store_true", help="a fifth faster after two minutes; wants a C++ compiler"
    )
    parser.add_argument("--unclear", action="store_true", help="also sources whose licence is not clear")
    parser.add_argument("--without", nargs="*", default=[], metavar="SOURCE", help="sources to leave out")
    options = parser.parse_args(arguments)
    for name in ("encoder", "start"):
        if getattr(options, name) and not options.squad:
            parser.error(f"--{name} needs --squad too")
    return options


if __name__ == "__main__":
    sys.exit(main())

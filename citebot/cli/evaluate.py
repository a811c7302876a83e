"""`citebot evaluate`: measures the answers to a question set."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from citebot.cli.options import IndexDir, Json, print_json, settings_for, warn, with_llm
from citebot.errors import CitebotError, UsageError
from citebot.settings import Settings

if TYPE_CHECKING:
    from evaluation.asking import Respondent
    from evaluation.compare import Comparison
    from evaluation.session import Evaluation, QuestionSet
    from wording.writer import Tally

EVERY_S = 5.0  # between plain lines of progress
MAX_NAMED = 3  # ids that a warning names before it only counts


def evaluate(
    context: typer.Context,
    questions: Annotated[
        list[Path] | None,
        typer.Argument(metavar="QUESTIONS...", help="Question sets: .jsonl or .jsonl.gz."),
    ] = None,
    corpus: Annotated[
        list[str] | None,
        typer.Option(
            metavar="PATH_OR_URL",
            help="Ask about these articles, not the index: what `citebot index add` takes. Repeatable.",
        ),
    ] = None,
    report: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Write report.html and figures.json into DIR.")
    ] = None,
    compare: Annotated[
        Path | None,
        typer.Option(metavar="FIGURES", help="Say what has changed since this figures.json (or its folder)."),
    ] = None,
    limit: Annotated[
        int | None, typer.Option(min=1, help="Ask about this many questions of each file, evenly spread.")
    ] = None,
    reader: Annotated[
        str | None, typer.Option(metavar="NAME", help="The reading model to use instead of READER_MODEL.")
    ] = None,
    draft: Annotated[
        int | None,
        typer.Option(min=1, metavar="N", help="Instead: write N questions made from the articles."),
    ] = None,
    llm: Annotated[
        bool, typer.Option("--llm", help="Ask again with the language model of LLM_BASE_URL, and compare.")
    ] = False,
    as_json: Json = False,
    index_dir: IndexDir = None,
) -> None:
    """Measure the answers to a question set: one table, and with --report an HTML report."""
    if llm and (draft or compare):
        raise UsageError("--llm compares with the same questions without it: leave --compare and --draft out")
    if draft and (questions or report or compare or limit or as_json):
        raise UsageError("--draft makes questions from articles: it goes with --corpus and --reader alone")
    if not draft and not questions:
        raise UsageError("evaluate needs a file of questions, or --draft N to make a first one")
    if report and report.exists() and not report.is_dir():
        raise UsageError(f"--report: expected a folder, but {report} is a file")
    settings = with_llm(settings_for(context, index_dir), llm or None)
    if reader:
        settings = settings.model_copy(update={"reader_model": reader})
    from evaluation.errors import EvaluationError, QuestionsError, ReportError

    try:
        if draft:
            _draft(settings, corpus or [], draft)
        else:
            _evaluate(
                settings, questions or [], corpus or [], report, compare, limit, llm=llm, as_json=as_json
            )
    except (QuestionsError, ReportError) as error:
        raise UsageError(str(error)) from None
    except EvaluationError as error:
        raise CitebotError(str(error)) from None


def _evaluate(
    settings: Settings,
    questions: list[Path],
    corpus: list[str],
    report: Path | None,
    compare: Path | None,
    limit: int | None,
    *,
    llm: bool,
    as_json: bool,
) -> None:
    from evaluation.compare import Earlier, read_earlier
    from evaluation.compare import compare as compared
    from evaluation.extra import need_extra
    from evaluation.session import evaluate_rewriting, only_rewrites, question_sets

    need_extra(plots=report is not None)
    sets = question_sets(questions, limit)
    earlier = read_earlier(compare) if compare else None
    if only_rewrites(sets):
        found, wording = evaluate_rewriting(sets), None
    else:
        found, extractive, wording = _ask_all(settings, sets, corpus, llm=llm)
        earlier = Earlier.of(extractive) if extractive else earlier
    comparison = compared(earlier, found) if earlier else None
    _print_figures(found, comparison, wording, as_json=as_json)
    if report:
        from evaluation.report import write_report

        warn(f"the report is in {write_report(report, found, comparison)}")


def _ask_all(
    settings: Settings, sets: "list[QuestionSet]", corpus: list[str], *, llm: bool
) -> "tuple[Evaluation, Evaluation | None, Tally | None]":
    """What came of all questions; with a language model also without it, and what came of its sentences."""
    from citebot.assembly import open_wording
    from evaluation.session import evaluate as evaluated
    from evaluation.session import setting_of, unknown_articles

    total = sum(len(one.questions) for one in sets)
    extractive: Evaluation | None = None
    with (
        _open_respondent(settings, corpus) as respondent,
        open_wording(settings if llm else with_llm(settings, False), respondent) as (words, tally),
    ):
        unknown = unknown_articles(sets, respondent.store)
        if unknown:
            named = ", ".join(unknown[:MAX_NAMED]) + (", ..." if len(unknown) > MAX_NAMED else "")
            warn(f"{len(unknown):,} of the articles that the questions name are not there: {named}")
        with _count_progress("questions", total * (2 if llm else 1)) as on_asked:
            setting = setting_of(respondent.store, respondent.embedder, settings.reader_model)
            found = evaluated(sets, respondent, setting, on_asked)
            if llm:
                setting = {**setting, "llm": settings.llm_model}
                extractive = found
                found = evaluated(sets, replace(respondent, words=words), setting, on_asked)
    if found.unjudged:
        warn(
            f"{found.unjudged:,} of {total:,} questions have no known right answer: "
            "only what can be said of them is counted"
        )
    return found, extractive, tally


@contextmanager
def _open_respondent(settings: Settings, corpus: list[str]) -> "Iterator[Respondent]":
    """A respondent over the index of the settings, or over a temporary one of the corpus."""
    from citebot.assembly import embedder_for, open_service
    from citebot.cli.progress import show_progress
    from evaluation.session import respondent_over, throwaway_index
    from retrieval.reading.reader import load_reader

    embedder = embedder_for(settings)
    if not corpus:
        with open_service(settings) as service:
            yield respondent_over(service.store, embedder, load_reader(settings.reader_model, embedder))
        return
    reader = load_reader(settings.reader_model, embedder)
    with show_progress() as on_progress, throwaway_index(corpus, embedder, on_progress) as (store, report):
        for failure in report.failed[:MAX_NAMED]:
            warn(f"{failure.origin}: {failure.reason}")
        if len(report.failed) > MAX_NAMED:
            warn(f"and {len(report.failed) - MAX_NAMED:,} more that could not be read")
        yield respondent_over(store, embedder, reader)


def _print_figures(
    found: "Evaluation", comparison: "Comparison | None", wording: "Tally | None", *, as_json: bool
) -> None:
    if as_json:
        more = {"comparison": comparison.as_json()} if comparison else {}
        print_json({**found.as_json(), **more, **({"wording": wording.as_json()} if wording else {})})
        return
    from rich.console import Console

    from evaluation.table import table

    console = Console(width=None if sys.stdout.isatty() else 110)
    console.print(table(found, comparison))
    if wording:
        console.print(wording.line())
    if comparison:
        right, wrong = len(comparison.newly_right), len(comparison.newly_wrong)
        console.print(
            f"{comparison.common:,} questions in common: {right:,} newly right, {wrong:,} newly wrong. "
            "Better and worse are only said of changes whose 95 % interval leaves out zero."
        )


def _draft(settings: Settings, corpus: list[str], wanted: int) -> None:
    from evaluation.draft import draft

    with _open_respondent(settings, corpus) as respondent, _count_progress("sentences tried") as on_tried:
        made = 0
        for question in draft(respondent, wanted, on_tried=on_tried):
            print_json(question, indent=None)
            made += 1
    if made < wanted:
        warn(f"{made:,} of {wanted:,} questions: these articles have no more sentences that make a clear one")


@contextmanager
def _count_progress(what: str, total: int | None = None) -> Iterator[Callable[[], None]]:
    """A callback for each step: a progress bar on a terminal, a line every few seconds elsewhere."""
    if sys.stderr.isatty():
        from rich.console import Console
        from rich.progress import Progress

        with Progress(console=Console(stderr=True), transient=True) as display:
            task = display.add_task(what, total=total)
            yield lambda: display.advance(task)
        return
    done, next_at = 0, time.monotonic() + EVERY_S

    def step() -> None:
        nonlocal done, next_at
        done += 1
        if time.monotonic() >= next_at:
            next_at = time.monotonic() + EVERY_S
            print(f"{done:,}{f' of {total:,}' if total else ''} {what}", file=sys.stderr, flush=True)

    yield step

"""`citebot feedback export`: votes as a question set for `citebot evaluate`."""

import json
from pathlib import Path
from typing import Annotated

import typer

from citebot.cli.options import IndexDir, Json, print_json, remember_index_dir, settings_for, warn
from citebot.errors import UsageError

app = typer.Typer(help="What people think of the bot's answers.")
app.callback(invoke_without_command=True)(remember_index_dir)


@app.command()
def export(
    context: typer.Context,
    output: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write into this new file, not to standard output.")
    ] = None,
    as_json: Json = False,
    index_dir: IndexDir = None,
) -> None:
    """Write the questions whose answers people voted on: a question set, one JSON object a line.

    Answers found right by most become accepted answers; the others wait for you to fill in the right one.
    """
    settings = settings_for(context, index_dir)
    if output and output.exists():
        raise UsageError(
            f"--output: {output} is there already, perhaps with answers filled in: name a new file"
        )
    from bot.state.feedback import load_votes
    from citebot.assembly import bot_database_path, open_bot_database
    from citebot.cli.voted_questions import is_judged, question_rows

    given = []
    if bot_database_path(settings).exists():  # opening would make one
        with open_bot_database(settings) as database:
            given = database.transact(load_votes)
    rows = question_rows(given)
    if output and rows:
        with output.open("x", encoding="utf-8", newline="\n") as file:
            file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    judged = sum(map(is_judged, rows))
    if as_json:
        counts = {"votes": len(given), "judged": judged, "not_judged": len(rows) - judged}
        print_json({**counts, **({"output": str(output)} if output else {"questions": rows})})
    elif not output:
        for row in rows:
            print_json(row, indent=None)
    if not rows:
        warn("nobody has voted on an answer yet")
    elif not as_json:
        warn(
            f"{len(given):,} votes on {len(rows):,} questions: {judged:,} with accepted answers, "
            f"{len(rows) - judged:,} to be filled in"
        )

"""👍 and 👎 under an answer: kept with the answer as it was, one voice for each person."""

import asyncio
import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.errors import DatabaseUnusable
from bot.i18n import texts
from bot.state.answers import QuestionContext, save_answer
from bot.state.conversations import Place
from bot.state.database import Database
from bot.state.feedback import (
    FrozenAnswer,
    FrozenCitation,
    FrozenStatement,
    Rating,
    count_votes,
    load_votes,
    toggle_vote,
)
from index.types import PUBLIC_ONLY
from retrieval.types import Answer, Outcome
from tests.bot.conftest import GROUP, PRIVATE, RunningBot, StartBot
from tests.bot.seeds import TRUCKS, SeedShelf
from tests.bot.test_buttons import pressable
from tests.botapi.server import BotApiServer, Fault

ROOT = Path(__file__).parents[2]
NOON = datetime(2025, 3, 1, 12, tzinfo=UTC)


def labels(message: dict[str, Any]) -> list[list[str]]:
    """What the buttons say, row by row."""
    return [[button["text"] for button in row] for row in message["reply_markup"]["inline_keyboard"]]


async def asked(server: BotApiServer, question: str, chat_id: int = PRIVATE) -> dict[str, Any]:
    """The bot's answer, its latest message in the chat."""
    before = len(server.bot_messages(chat_id))
    await server.say(chat_id, question)
    return (await server.bot_says(chat_id, before + 1))[-1]


async def press(
    server: BotApiServer, message: dict[str, Any], label: str, user_id: int = 42
) -> dict[str, Any]:
    """The message as it is when the bot has answered the press and changed the message."""
    place = message["chat"]["id"], message["message_id"]
    shown = server.messages[place]
    data = next(data for text, data in pressable(shown).items() if text.partition(" ✓")[0] == label)
    await server.press(shown, data, user_id=user_id)
    await server.until(lambda: not server.unanswered and server.messages[place] != shown)
    return server.messages[place]


def ratings(bot: RunningBot) -> list[tuple[str, Rating]]:
    """The statements that were voted on, joined, with each voice."""
    return [
        ("; ".join(statement.text for statement in vote.answer.statements), vote.rating)
        for vote in bot.database.transact(load_votes)
    ]


async def test_a_thumb_up_is_thanked_marked_and_kept_with_the_answer_as_it_was(
    server: BotApiServer, bot: RunningBot
):
    answer = await asked(server, "how many trucks?")
    assert labels(answer) == [
        [texts.BUTTON_CONTEXT, texts.BUTTON_OTHERS, texts.BUTTON_MORE],
    ]
    shown = await press(server, answer, texts.BUTTON_UP)
    assert labels(shown)[1] == ["👍 ✓", "Wrong", "No source", "Outdated"]
    assert (shown["text"], shown["entities"]) == (answer["text"], answer["entities"])
    assert server.toasts == [texts.TOAST_KEPT.format(rating="👍")]
    (vote,) = bot.database.transact(load_votes)
    start = bot.shelf.articles["convoy"].text.index(TRUCKS)
    citation = FrozenCitation("convoy", TRUCKS, start, start + len(TRUCKS))
    assert (vote.rating, vote.answer) == (
        Rating.UP,
        FrozenAnswer(
            "how many trucks?",
            "how many trucks?",
            Outcome.ANSWERED,
            (FrozenStatement("five", 0.9, (citation,)),),
        ),
    )


async def test_in_private_the_reasons_are_two_taps_away(server: BotApiServer, bot: RunningBot):
    answer = await asked(server, "how many trucks?")
    unfolded = await press(server, answer, texts.BUTTON_MORE)
    assert labels(unfolded)[1] == ["👍", "Wrong", "No source", "Outdated"]
    marked = await press(server, answer, texts.BUTTON_WRONG)
    assert labels(marked)[1] == ["👍", "Wrong ✓", "No source", "Outdated"]
    assert ratings(bot) == [("five", Rating.WRONG)]
    assert await press(server, answer, texts.BUTTON_LESS) == answer


async def test_a_thumb_down_in_a_group_asks_why_and_the_reason_can_be_changed_and_taken_back(
    server: BotApiServer, bot: RunningBot
):
    answer = await asked(server, "/ask how many trucks?", GROUP)
    why = await press(server, answer, texts.BUTTON_DOWN)
    reasons = [texts.BUTTON_WRONG, texts.BUTTON_NO_SOURCE, texts.BUTTON_OUTDATED]
    assert labels(why) == [reasons, [texts.BUTTON_NEVER_MIND]]
    assert (server.toasts, ratings(bot)) == ([None], [])

    marked = await press(server, answer, texts.BUTTON_OUTDATED)
    assert labels(marked)[0] == ["Wrong", "No source", "Outdated ✓"]
    marked = await press(server, answer, texts.BUTTON_WRONG)
    assert (labels(marked)[0], ratings(bot)) == (
        ["Wrong ✓", "No source", "Outdated"],
        [("five", Rating.WRONG)],
    )
    await press(server, answer, texts.BUTTON_NEVER_MIND)
    assert labels(server.bot_messages(GROUP)[0])[0][1:3] == ["👍", "👎 ✓"]
    await press(server, answer, texts.BUTTON_DOWN)
    assert labels(await press(server, answer, texts.BUTTON_WRONG))[0] == reasons
    assert server.toasts[-1] == texts.TOAST_TAKEN_BACK.format(rating="Wrong")
    assert ratings(bot) == []
    assert await press(server, answer, texts.BUTTON_NEVER_MIND) == answer


async def test_in_a_group_everyone_has_one_voice(server: BotApiServer, bot: RunningBot):
    answer = await asked(server, "/ask how many trucks?", GROUP)
    await press(server, answer, texts.BUTTON_UP, user_id=1)
    assert labels(await press(server, answer, texts.BUTTON_UP, user_id=2))[0][1:3] == ["👍 ✓ 2", "👎"]
    await press(server, answer, texts.BUTTON_DOWN, user_id=2)
    await press(server, answer, texts.BUTTON_NO_SOURCE, user_id=2)
    shown = await press(server, answer, texts.BUTTON_NEVER_MIND, user_id=3)
    assert labels(shown)[0][1:3] == ["👍 ✓", "👎 ✓"]
    assert sorted(ratings(bot)) == [("five", Rating.NO_SOURCE), ("five", Rating.UP)]


async def test_of_votes_at_the_same_time_the_last_is_shown(server: BotApiServer, bot: RunningBot):
    answer = await asked(server, "/ask how many trucks?", GROUP)
    server.faults["editMessageText"].append(Fault(delay_s=0.3))  # so that the second edit overtakes it
    for user_id in (1, 2):
        await server.press(answer, pressable(answer)[texts.BUTTON_UP], user_id=user_id)
        await server.until(lambda: not server.unanswered)
    bot.stop.set()
    await bot.task  # which lets the edits under way be finished
    assert labels(server.bot_messages(GROUP)[0])[0][1:3] == ["👍 ✓ 2", "👎"]


async def test_a_voice_belongs_to_the_answer_as_it_was_before_an_edit(server: BotApiServer, bot: RunningBot):
    question = await server.say(PRIVATE, "how many trucks?")
    (first,) = await server.bot_says(PRIVATE)
    await press(server, first, texts.BUTTON_UP)
    await server.edit(question, "how many buses?")
    await server.until(lambda: server.bot_messages(PRIVATE)[0]["text"].startswith("22 minibuses"))
    (second,) = server.bot_messages(PRIVATE)
    assert labels(await press(server, second, texts.BUTTON_MORE))[1] == [
        "👍",
        "Wrong",
        "No source",
        "Outdated",
    ]
    await press(server, second, texts.BUTTON_WRONG)
    assert ratings(bot) == [("five", Rating.UP), ("22 minibuses", Rating.WRONG)]
    await server.press(second, pressable(first)[texts.BUTTON_UP])
    await server.until(lambda: server.toasts[-1] == texts.TOAST_EXPIRED)
    assert len(ratings(bot)) == 2


async def test_after_a_restart_a_voice_is_marked_changed_and_taken_back_as_before(
    server: BotApiServer, start_bot: StartBot
):
    bot = await start_bot()
    answer = await asked(server, "how many trucks?")
    await press(server, answer, texts.BUTTON_UP)
    await bot.ended()
    again = await start_bot()
    assert ratings(again) == [("five", Rating.UP)]
    assert labels(await press(server, answer, texts.BUTTON_UP))[1] == ["👍", "Wrong", "No source", "Outdated"]
    assert (server.toasts[-1], ratings(again)) == (texts.TOAST_TAKEN_BACK.format(rating="👍"), [])


async def test_not_found_is_an_answer_to_vote_on(server: BotApiServer, bot: RunningBot):
    answer = await asked(server, "who won the world cup?")
    await press(server, answer, texts.BUTTON_UP)
    (vote,) = bot.database.transact(load_votes)
    assert (vote.answer.outcome, vote.answer.statements) == (Outcome.NOT_FOUND, ())


@pytest.mark.parametrize("number", ["4", "9999"])
async def test_a_voice_that_does_not_exist_gets_a_toast(server: BotApiServer, bot: RunningBot, number: str):
    answer = await asked(server, "how many trucks?")
    await server.press(answer, pressable(answer)[texts.BUTTON_UP][:-1] + number)
    await server.until(lambda: not server.unanswered)
    assert (server.toasts, ratings(bot)) == ([texts.TOAST_UNKNOWN], [])


async def test_nobody_is_thanked_for_a_voice_that_could_not_be_kept(server: BotApiServer, bot: RunningBot):
    answer = await asked(server, "how many trucks?")
    bot.database.transact(lambda connection: connection.execute("DROP TABLE voice"))
    await server.press(answer, pressable(answer)[texts.BUTTON_UP])
    await server.until(lambda: not server.unanswered)
    (toast,) = server.toasts
    assert (toast or "").startswith(texts.FAILED.partition("{")[0])


def keep_one(db: sqlite3.Connection) -> None:
    """An answer with the id "abc"."""
    asked = QuestionContext(Place(1), 1, PUBLIC_ONLY)
    save_answer(db, "abc", Answer("who?", "who came?", Outcome.NOT_FOUND), asked, NOON)


def test_the_file_does_not_name_who_voted(tmp_path: Path):
    database = Database(tmp_path / "bot.sqlite3")
    database.transact(keep_one)
    database.transact(toggle_vote, "abc", 987654321, Rating.UP, NOON)
    database.close()
    written = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"who came?" in written
    assert b"987654321" not in written
    assert (987654321).to_bytes(4) not in written


def test_a_voice_needs_an_answer(tmp_path: Path):
    database = Database(tmp_path / "bot.sqlite3")
    with pytest.raises(KeyError):
        database.transact(toggle_vote, "abc", 1, Rating.UP, NOON)
    assert database.transact(count_votes, "abc") == {}
    database.close()


def test_two_programs_may_have_the_file_open_at_once(tmp_path: Path):
    first, second = (Database(tmp_path / "bot.sqlite3") for _ in range(2))
    first.transact(keep_one)
    first.transact(toggle_vote, "abc", 1, Rating.UP, NOON)
    second.transact(toggle_vote, "abc", 1, Rating.OUTDATED, NOON)
    assert first.transact(count_votes, "abc") == {Rating.OUTDATED: 1}
    first.close()
    second.close()


def test_work_that_fails_leaves_nothing_behind(tmp_path: Path):
    database = Database(tmp_path / "bot.sqlite3")

    def work(db: sqlite3.Connection) -> None:
        keep_one(db)
        toggle_vote(db, "abc", 1, Rating.UP, NOON)
        raise KeyError

    with pytest.raises(KeyError):
        database.transact(work)
    assert database.transact(load_votes) == []
    database.close()


def test_a_file_that_cannot_be_used_is_explained(tmp_path: Path):
    letter, newer = tmp_path / "letter", tmp_path / "newer"
    letter.write_text("Dear Ada, this is no database. " * 100, "utf-8")
    with closing(sqlite3.connect(newer)) as connection:
        connection.execute("PRAGMA user_version = 99")
    for path, told in (
        (letter, "move it away"),
        (newer, "update Citebot"),
        (letter / "x", "check its folder"),
    ):
        with pytest.raises(DatabaseUnusable, match=told):
            Database(path)


async def test_votes_become_a_question_set_that_evaluate_reads(
    server: BotApiServer, bot: RunningBot, tmp_path: Path
):
    for question in ("how many trucks?", "how many were killed?", "who won the world cup?"):
        await press(server, await asked(server, question), texts.BUTTON_UP)
    buses = await asked(server, "how many buses?")
    await press(server, buses, texts.BUTTON_DOWN)
    await press(server, buses, texts.BUTTON_OUTDATED)

    exported = await citebot("feedback", "export", "--output", "votes.jsonl", cwd=tmp_path)
    assert exported.stderr == (
        "citebot: 4 votes on 4 questions: 3 with accepted answers, 1 to be filled in\n"
    )
    rows = [json.loads(line) for line in (tmp_path / "votes.jsonl").read_text("utf-8").splitlines()]
    assert [row["question"] for row in rows] == bot.answerer.understood
    assert [(row.get("answers"), row.get("relevant"), row["type"]) for row in rows] == [
        (["five"], ["convoy"], "answered"),
        (["32", "more than 50"], ["convoy", "crisis"], "disputed"),
        ([], [], "unanswerable"),
        (None, None, "outdated:clarification"),
    ]
    corpus = [{"id": name, "text": article.text} for name, article in SeedShelf().articles.items()]
    (tmp_path / "corpus.jsonl").write_text("\n".join(map(json.dumps, corpus)), "utf-8")
    evaluated = await citebot("evaluate", "votes.jsonl", "--corpus", "corpus.jsonl", "--json", cwd=tmp_path)
    told = json.loads(evaluated.stdout)
    assert [one["id"] for one in told["questions"]] == [row["id"] for row in rows]
    assert "1 of 4 questions have no known right answer" in evaluated.stderr
    assert "are not there" not in evaluated.stderr  # the articles that were cited


async def citebot(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """The real program, while the bot goes on, over an index in cwd/index."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TELEGRAM_")}
    return await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-m", "citebot", *arguments],
        cwd=cwd,
        env={**environment, "PYTHONPATH": str(ROOT), "INDEX_DIR": "index"},
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )

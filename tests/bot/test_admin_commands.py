"""Those in TELEGRAM_ADMIN_IDS add and remove articles and see figures; nobody else knows the commands."""

import json
import re
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from functools import partial
from itertools import pairwise
from pathlib import Path

import pytest
from aiohttp import web

from bot.admin import views
from bot.admin.article_import import ImportResult, safe_name
from bot.admin.commands import AdminHandlers
from bot.admin.statistics import memory_mib
from bot.i18n import texts
from bot.transport.progress_message import EVERY_S
from index.ingest import IngestReport
from index.loading.files import load
from index.loading.isolated import ReadingApart
from index.types import LoadNote
from tests.bot.conftest import GROUP, OpenNewsroom
from tests.bot.newsroom import ADA, BOB, Newsroom
from tests.bot.seeds import SEEDS
from tests.bot.test_buttons import buttons, pressable
from tests.bot.transcripts import FOLDER, PEOPLE, Player
from tests.botapi.server import BotApiServer, Fault

TRANSCRIPTS = {path.stem: path.read_text("utf-8") for path in sorted((FOLDER / "admin").glob("*.txt"))}
CONVOY = (SEEDS / "004_7f7ea21eb3102d1d.txt").read_bytes()
CRISIS = (SEEDS / "000_170700bfd4fe060e.txt").read_bytes()


def test_what_the_loading_had_to_say_stands_below_what_became_of_it():
    note = LoadNote("scan.pdf", "page 2 of 3 has no text, only pictures")
    report = IngestReport(added=["a"], notes=[note])
    assert views.result_text("scan.pdf", ImportResult(report, "A scan", 2)).endswith(f"\n• {note.note}")


OpenSeeds = Callable[..., Awaitable[Newsroom]]


@pytest.fixture
def open_newsroom(open_newsroom: OpenNewsroom, monkeypatch: pytest.MonkeyPatch) -> OpenSeeds:
    """Starts a bot with admins over an index of its own, with these articles of the seeds."""
    monkeypatch.setattr("bot.transport.progress_message.EVERY_S", 0.01)

    async def start(*seeds: str, admins: frozenset[int] = frozenset({ADA})) -> Newsroom:
        articles = [one for seed in seeds for one in load(str(SEEDS / seed))]
        return await open_newsroom(
            *articles,
            parts=lambda store, embedder, database: {
                "admins": AdminHandlers(admins, store, embedder, database)
            },
        )

    return start


@pytest.fixture
async def newsroom(open_newsroom: OpenSeeds) -> Newsroom:
    """A bot without articles."""
    return await open_newsroom()


async def test_a_sent_document_can_be_asked_about_at_once(server: BotApiServer, newsroom: Newsroom):
    assert "don't say" in await newsroom.told("how many trucks were destroyed?", BOB)
    said = await newsroom.sent("Convoy attack.txt", CONVOY)
    assert re.fullmatch(r"Added: “.+” \(passages: \d+\)\. You can ask about it now\.", said)
    assert newsroom.ids() == ["sent-Convoy_attack.txt"]
    assert (await newsroom.told("how many trucks were destroyed?", BOB)).startswith(
        "At least five trucks [1]"
    )
    assert newsroom.store.verify() == []


async def test_the_same_document_again_is_no_second_article(server: BotApiServer, newsroom: Newsroom):
    await newsroom.sent("convoy.txt", CONVOY)
    assert (await newsroom.sent("convoy.txt", CONVOY)).startswith("I have this already")
    said = await newsroom.sent("convoy.txt", CONVOY + b"\n\nThe inquiry ended in March 2025.")
    assert said.startswith("Brought up to date: “")
    assert newsroom.ids() == ["sent-convoy.txt"]


async def test_replying_to_a_document_or_a_link_with_add_adds_that(server: BotApiServer, newsroom: Newsroom):
    document = await server.send_document(ADA, "crisis.txt", CRISIS)
    assert (await server.bot_says(ADA))[0]["text"] == texts.TEXT_ONLY
    assert (await newsroom.told("/add", reply_to_message=document)).startswith("Added: “")
    assert newsroom.ids() == ["sent-crisis.txt"]


async def test_a_link_is_loaded_like_any_web_page(
    server: BotApiServer, newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
):
    async def page(_: web.Request) -> web.Response:
        return web.Response(text=CONVOY.decode(), content_type="text/plain")

    app = web.Application()
    app.router.add_get("/convoy", page)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    link = f"http://127.0.0.1:{runner.addresses[0][1]}/convoy"
    try:
        refused = await newsroom.told(f"/add {link}")
        assert "is a private or reserved address" in refused
        assert newsroom.ids() == []
        monkeypatch.setattr(
            "bot.admin.article_import.ReadingApart", partial(ReadingApart, allow_private=True)
        )
        added = await newsroom.told(f"/add {link}")
        assert added.startswith("Added: “")
        assert newsroom.store.sources()[0].url == link
    finally:
        await runner.cleanup()


@pytest.mark.parametrize("address", ["file:///etc/passwd", "/etc/passwd", "seeds", "ftp://x.test/a.txt"])
async def test_nothing_but_web_addresses_is_loaded(newsroom: Newsroom, address: str):
    entities = [
        {"type": "bot_command", "offset": 0, "length": 4},
        {"type": "url", "offset": 5, "length": len(address)},  # Telegram itself marks none of these
    ]
    assert await newsroom.told(f"/add {address}", entities=entities)
    assert newsroom.ids() == []
    assert (await newsroom.told(f"/add {address}")).startswith("Send /add with a link")


@pytest.mark.parametrize(
    ("name", "size", "said"),
    [
        ("photos.zip", 10, "I can't read that kind of file."),
        (None, 10, "I can't read that kind of file."),
        ("book.pdf", 20_000_001, "That file has 20.0 MB, and Telegram gives bots files of at most 20 MB."),
    ],
)
async def test_what_cannot_be_read_is_refused_before_it_is_fetched(
    server: BotApiServer, newsroom: Newsroom, name: str | None, size: int, said: str
):
    assert (await newsroom.sent(name, b"", document={"file_size": size})).startswith(said)
    assert server.called("getFile") == []


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("empty.txt", b"", "That did not work with “empty.txt”: empty"),
        ("broken.pdf", b"%PDF-1.7 and no more", "That did not work with “broken.pdf”: "),
        ("two.jsonl", b'{"text": "The mayor opened the bridge."}\n{}\n', "Done with “two.jsonl”: 1 added"),
    ],
)
async def test_what_is_wrong_with_a_file_is_said_kindly(
    newsroom: Newsroom, name: str, content: bytes, said: str
):
    assert (await newsroom.sent(name, content)).startswith(said)


async def test_what_is_wrong_with_a_file_is_said_in_the_language_of_who_sent_it(
    server: BotApiServer, newsroom: Newsroom
):
    server.languages[ADA] = "fr"
    assert await newsroom.sent("a week.jsonl", b'{"text": 7}') == (
        'Cela n’a pas marché avec «\u202fa_week.jsonl\u202f»\u202f: "text" doit être une chaîne, et non int.'
    )


async def test_trouble_with_the_index_is_said_in_the_language_of_who_meets_it(
    server: BotApiServer, newsroom: Newsroom
):
    server.languages[ADA] = "fr"
    newsroom.store.close()
    said = await newsroom.sent("convoy.txt", CONVOY)
    assert re.fullmatch("Cela n’a pas marché\u202f: l’index /.+ est fermé\\.", said), said


async def test_a_file_that_telegram_does_not_give_is_asked_for_again(
    server: BotApiServer, newsroom: Newsroom
):
    server.faults["getFile"].append(Fault(400, "Bad Request: file is temporarily unavailable"))
    said = await newsroom.sent("convoy.txt", CONVOY)
    assert (
        said == "Telegram did not give me the file (File is temporarily unavailable). Please send it again."
    )


@pytest.mark.parametrize(
    ("file_name", "mime_type", "name"),
    [
        ("../../etc/passwd.txt", None, "passwd.txt"),
        ("..\\..\\boot.PDF", None, "boot.pdf"),
        ("Conseil d’État – décision.docx", None, "Conseil_d_État_décision.docx"),
        ("a\x00b\n.txt", None, "a_b.txt"),
        ("é" * 300 + ".html", None, "é" * 60 + ".html"),
        (".txt", None, "document-55889be7.txt"),
        ("👍.txt", None, "document-b9e19a43.txt"),
        ("...", "text/plain", None),
        (None, "application/pdf", "document.pdf"),
        ("week.jsonl.gz", None, "week.jsonl.gz"),
        ("notes.exe", "text/plain", None),
    ],
)
def test_a_sent_name_becomes_a_plain_one(file_name: str | None, mime_type: str | None, name: str | None):
    assert safe_name(file_name, mime_type) == name


async def test_progress_is_shown_in_one_message_at_most_once_a_second(
    server: BotApiServer, newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
):
    assert EVERY_S >= 1
    monkeypatch.setattr(
        "bot.transport.progress_message.EVERY_S", 0.1
    )  # else the import would be over too soon
    lines = (json.dumps({"text": f"Report {n}.\n\n{CRISIS.decode()}", "id": f"r{n}"}) for n in range(12))
    said = await newsroom.sent("reports.jsonl", "\n".join(lines).encode())
    assert said.startswith("Done with “reports.jsonl”: 12 added")
    assert len(server.bot_messages(ADA)) == 1
    edits = server.called("editMessageText")
    assert all(later.at - earlier.at >= 0.1 for earlier, later in pairwise(edits))
    shown = [edit.params["text"] for edit in edits]
    assert any(re.fullmatch(r"Learning “reports.jsonl”: \d+ of \d+ passages …", text) for text in shown), (
        shown
    )


async def test_imports_wait_for_each_other_and_answers_go_on(server: BotApiServer, newsroom: Newsroom):
    await newsroom.sent("convoy.txt", CONVOY)
    server.faults["getFile"].append(Fault(delay_s=1.5))
    await server.send_document(ADA, "first.txt", CRISIS, "/add")
    await server.send_document(ADA, "second.txt", CRISIS + b"\n\nMore of it.", "/add")
    await server.say(ADA, "how many trucks were destroyed?")
    *_, waiting, answer = await server.bot_says(ADA, 4)
    assert waiting["text"] == texts.ADD_WAITING.format(what="second.txt", ahead=1)
    assert answer["text"].startswith("At least five trucks [1]")
    assert newsroom.ids() == ["sent-convoy.txt"]
    await server.until(
        lambda: len([m for m in server.bot_messages(ADA) if m["text"].startswith("Added")]) == 3
    )
    assert newsroom.ids() == ["sent-convoy.txt", "sent-first.txt", "sent-second.txt"]


async def test_stopping_the_bot_ends_an_import_which_leaves_nothing_half_done(
    server: BotApiServer, newsroom: Newsroom
):
    server.faults["getFile"].append(Fault(delay_s=0.5))
    await server.send_document(ADA, "convoy.txt", CONVOY, "/add")
    await server.until(lambda: server.called("getFile"))
    newsroom.stop.set()
    await newsroom.task
    (message,) = server.bot_messages(ADA)
    assert message["text"] == texts.ADD_STOPPED.format(what="convoy.txt")
    assert newsroom.ids() == []


async def test_an_article_is_taken_out_after_a_question(server: BotApiServer, open_newsroom: OpenSeeds):
    newsroom = await open_newsroom("004_7f7ea21eb3102d1d.txt", "000_170700bfd4fe060e.txt")
    (first, second) = (line for line in (await newsroom.told("/articles")).split("\n")[1:])
    assert (first[:3], second[:3]) == ("1. ", "2. ")
    asked = await newsroom.told("/remove 2")
    assert second[3:] in asked
    (_, question) = server.bot_messages(ADA)
    await server.press(question, buttons(question)[texts.BUTTON_LEAVE])
    await server.until(lambda: server.bot_messages(ADA)[1]["text"] == f"It stays: {second[3:]}")
    assert len(newsroom.ids()) == 2

    article_id = newsroom.ids()[0]
    await newsroom.told(f"/remove {article_id}")
    question = server.bot_messages(ADA)[-1]
    await server.press(question, buttons(question)[texts.BUTTON_TAKE_OUT])
    await server.until(lambda: server.bot_messages(ADA)[-1]["text"].startswith("Taken out: "))
    assert article_id not in newsroom.ids()
    await server.press(question, buttons(question)[texts.BUTTON_TAKE_OUT])
    await server.until(lambda: server.bot_messages(ADA)[-1]["text"] == texts.REMOVE_GONE)
    await server.until(lambda: not server.unanswered)


@pytest.mark.parametrize("asked", ["0", "3", "999999999", "no-such-article", "<b>bold</b>"])
async def test_what_is_not_there_cannot_be_taken_out(newsroom: Newsroom, asked: str):
    assert await newsroom.told(f"/remove {asked}") == texts.REMOVE_UNKNOWN.format(asked=asked)


@pytest.mark.parametrize("name", TRANSCRIPTS)
async def test_a_conversation_goes_as_it_is_written(
    server: BotApiServer, open_newsroom: OpenSeeds, name: str
):
    server.names |= {user_id: name for name, user_id in PEOPLE.items()}
    for user_id in PEOPLE.values():
        server.add_chat(user_id, "private")
    running = [await open_newsroom()]

    async def restart() -> Newsroom:
        await running[-1].ended()
        running.append(await open_newsroom())
        return running[-1]

    await Player(server, running[0], restart).play(TRANSCRIPTS[name])


async def test_remove_without_an_article_asks_which_one(newsroom: Newsroom):
    assert await newsroom.told("/remove") == texts.REMOVE_WHAT


async def test_the_list_of_articles_has_pages(server: BotApiServer, newsroom: Newsroom):
    assert await newsroom.told("/articles") == texts.NO_SOURCES
    lines = (
        json.dumps({"text": f"The council met on day {n}.", "title": f"Day {n} <&>", "source": "Post"})
        for n in range(23)
    )
    await newsroom.sent("days.jsonl", "\n".join(lines).encode())
    assert (await newsroom.told("/articles")).startswith("Articles: 23\n1. Day 0 <&> — Post\n2. Day 1 <&>")
    page = server.bot_messages(ADA)[-1]
    assert list(buttons(page)) == ["‹", "1/3", "›"]
    await server.press(page, buttons(page)["›"])
    await server.until(lambda: "\n11. " in server.bot_messages(ADA)[-1]["text"])
    await server.press(page, buttons(page)["‹"])
    await server.until(lambda: "\n23. " in server.bot_messages(ADA)[-1]["text"])
    await server.press(page, "op:list:999999")
    await server.until(lambda: not server.unanswered)
    assert max(message["text"].count("\n") for message in server.bot_messages(ADA)) <= 10


async def test_figures_are_told(server: BotApiServer, open_newsroom: OpenSeeds):
    newsroom = await open_newsroom("004_7f7ea21eb3102d1d.txt")
    await newsroom.told("how many trucks were destroyed?", BOB)
    answer = server.bot_messages(BOB)[0]
    await server.press(answer, pressable(answer)[texts.BUTTON_UP], user_id=BOB)
    await server.until(lambda: not server.unanswered)
    await newsroom.told("who won the football cup in Brazil?", BOB)
    yesterday = datetime.now(UTC).date().replace(year=2025).isoformat()
    newsroom.database.transact(
        lambda db: db.execute("INSERT INTO asked VALUES (?, 'disputed', 7)", (yesterday,))
    )
    said = await newsroom.told("/stats")
    passages = newsroom.store.count().passages
    assert re.fullmatch(
        rf"Citebot \d+\.\d+\.\d+\nArticles: 1, passages: {passages}\nIndex: \d+\.\d MiB on disk\n"
        r"Questions today \(UTC\): 1 answered, 1 not found, 0 disputed\n"
        r"Questions in all: 1 answered, 1 not found, 7 disputed\n"
        r"Votes: 👍 1, 👎 0(\nMemory: \d+ MiB)?",
        said,
    ), said


def test_memory_is_told_where_the_system_tells_it(tmp_path: Path):
    status = tmp_path / "status"
    assert memory_mib(status) is None
    status.write_text("Name:\tcitebot\nVmRSS:\t  204800 kB\n")
    assert memory_mib(status) == 200


@pytest.mark.parametrize("command", ["/add https://x.test/a", "/remove 1", "/articles", "/stats"])
async def test_to_others_the_commands_are_unknown(
    server: BotApiServer, open_newsroom: OpenSeeds, command: str
):
    newsroom = await open_newsroom("004_7f7ea21eb3102d1d.txt")
    assert await newsroom.told("/nonsense", BOB) == texts.UNKNOWN_COMMAND
    assert await newsroom.told(command, BOB) == texts.UNKNOWN_COMMAND
    await server.send_document(BOB, "convoy.txt", CONVOY, "/add")
    assert (await server.bot_says(BOB, 3))[2]["text"] == texts.TEXT_ONLY
    for user_id in (ADA, BOB):
        await server.say(GROUP, command, **{"from": server.person(user_id)})
    await server.say(GROUP, "/help")
    assert [message["text"] for message in await server.bot_says(GROUP)] == [texts.HELP]
    assert len(newsroom.ids()) == 1


async def test_without_admins_the_commands_are_unknown_to_all(open_newsroom: OpenSeeds):
    newsroom = await open_newsroom(admins=frozenset())
    assert await newsroom.told("/add https://x.test/a") == texts.UNKNOWN_COMMAND


async def test_what_an_admin_forwards_commands_nothing(newsroom: Newsroom):
    origin = {"type": "hidden_user", "date": 1772323200, "sender_user_name": "Mallory"}
    assert await newsroom.told("/add https://x.test/a", forward_origin=origin) == texts.UNKNOWN_COMMAND


async def test_a_forged_button_removes_nothing(server: BotApiServer, open_newsroom: OpenSeeds):
    newsroom = await open_newsroom("004_7f7ea21eb3102d1d.txt")
    await newsroom.told("/remove 1")
    (question,) = server.bot_messages(ADA)
    data = buttons(question)[texts.BUTTON_TAKE_OUT]
    await newsroom.told("/help", BOB)
    (theirs,) = server.bot_messages(BOB)
    await server.press(theirs, data, user_id=BOB)
    await server.press(theirs, "op:out:", user_id=BOB)
    await server.press(question, "op:out:zzzz", user_id=ADA)
    await server.until(lambda: not server.unanswered)
    assert server.toasts == [texts.TOAST_UNKNOWN] * 3
    assert len(newsroom.ids()) == 1

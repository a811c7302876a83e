"""The bot's languages: catalogues that are whole, and which one is spoken with whom."""

import pickle
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from importlib import resources
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.catalog import Message
from babel.messages.pofile import read_po

from bot.i18n import language, texts
from bot.i18n.language import current_language, explain, languages, supported_language, tr, use_language
from bot.rendering.dates import format_day
from bot.state.preferences import default_settings, save_settings
from index.errors import LoadError
from index.loading.files import KIND_WORDS
from tests.bot.conftest import GROUP, PRIVATE, RunningBot, StartBot
from tests.bot.reasons import templates
from tests.bot.seeds import TRUCKS
from tests.botapi.server import BotApiServer

ADA, BOB = 42, 43
NARROW = "\u202f"  # the narrow no-break space


def sentences(value: object) -> Iterator[str]:
    """The texts in a value of bot/i18n/texts.py: a text, or a table with texts in its second column."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        yield from (text for _, text in value)


def placeholders(text: str) -> list[str]:
    return sorted(name for _, name, _, _ in Formatter().parse(text) if name is not None)


TEXTS = {name: list(sentences(value)) for name, value in vars(texts).items() if not name.startswith("_")}
ALL = {text for several in TEXTS.values() for text in several} | templates()
WITH_WORDS = {text for text in ALL if re.search(r"[^\W\d_]", re.sub(r"\{\w+\}", "", text))}
TRANSLATED = [name for name in languages() if name != "en"]


def entries(name: str) -> list[Message]:
    with resources.files("bot.i18n").joinpath("locale", f"{name}.po").open("rb") as file:
        return [entry for entry in read_po(file, locale=name, abort_invalid=True) if entry.id]


def test_what_went_wrong_in_the_index_is_explained_in_the_language():
    error = LoadError("the page did not come within {seconds} s: try again later", seconds="20")
    reason = pickle.loads(pickle.dumps(error.reason))  # as it comes from the process that reads
    assert str(error) == reason == explain(reason) == "the page did not come within 20 s: try again later"
    with use_language("fr"):
        assert explain(reason) == f"la page n’est pas venue en 20 s{NARROW}: réessayez plus tard"
        assert explain("empty: expected an article") == "vide, alors qu’un article était attendu"
        assert explain("what nobody has translated") == "what nobody has translated"


def test_there_are_texts_to_translate_and_a_language_to_translate_them_into():
    assert len(WITH_WORDS) > 100
    assert "fr" in TRANSLATED


@pytest.mark.parametrize("name", TRANSLATED)
def test_every_text_is_translated_and_nothing_else(name: str):
    ids = {str(entry.id) for entry in entries(name)}
    assert sorted(WITH_WORDS - ids) == [], "texts of bot/i18n/texts.py or the index without a translation"
    assert sorted(ids - ALL) == [], "translations of what nobody says any more"


@pytest.mark.parametrize("name", TRANSLATED)
def test_a_translation_says_something_with_the_same_placeholders_commands_and_paragraphs(name: str):
    for entry in entries(name):
        english, other = str(entry.id), str(entry.string)
        assert other.strip(), english
        assert not entry.fuzzy, english
        assert placeholders(other) == placeholders(english)
        assert sorted(re.findall(r"/[a-z]+", other)) == sorted(re.findall(r"/[a-z]+", english))
        assert other.count("\n") == english.count("\n"), english
        assert re.findall(r"^\s|\s$", english) == re.findall(r"^[^\S\u202f]|\s$", other), english


@pytest.mark.parametrize("name", ["en", *TRANSLATED])
def test_what_is_said_fits_where_telegram_shows_it(name: str):
    with use_language(name):
        said = {key: [tr(text) for text in several] for key, several in TEXTS.items()}
    limits = {"TOAST_": 200, "NOT_ALLOWED": 200, "FAILED": 200, "MAYBE_LOST": 200, "COMMAND_": 256}
    limits |= {"DESCRIPTION": 512, "SHORT_DESCRIPTION": 120, "OPERATOR_COMMANDS": 256, "BUTTON_": 40}
    for prefix, limit in limits.items():
        found = [text for key, several in said.items() if key.startswith(prefix) for text in several]
        assert found, prefix
        assert [text for text in found if len(text) > limit] == []


def test_french_is_set_as_the_french_set_it():
    for entry in entries("fr"):
        words = str(entry.string)
        if entry.id in (texts.DAY, texts.FIRST_OF_MONTH):
            continue
        assert not re.search(r"""['"“”]""", words), words
        assert not re.search(rf"(?<!{NARROW})[;:!?»]", words), words
        assert not re.search(rf"«(?!{NARROW})", words), words
        assert not re.search(rf"{NARROW}(?![;:!?»\w{{])", words), words


def test_the_files_that_are_named_are_those_that_can_be_read():
    assert texts.KINDS == KIND_WORDS


def test_days_are_written_as_the_language_writes_them():
    first, ninth = date(2025, 2, 1), date(2025, 2, 9)
    assert (format_day(first), format_day(ninth)) == ("1 February 2025", "9 February 2025")
    with use_language("fr"):
        assert (format_day(first), format_day(ninth)) == ("1er février 2025", "9 février 2025")


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("fr", "fr"),
        ("fr-CA", "fr"),
        ("FR_be", "fr"),
        ("en-GB", "en"),
        ("de", "en"),
        ("frr", "en"),
        ("", "en"),
        (None, "en"),
        ("../fr", "en"),
    ],
)
def test_a_language_code_is_understood_or_it_is_english(code: str | None, expected: str):
    assert supported_language(code) == expected


def test_what_is_said_in_a_language_ends_with_it():
    with use_language("fr"):
        with use_language("en"):
            assert tr(texts.LEFT) == "Goodbye!"
        assert tr(texts.LEFT) == f"Au revoir{NARROW}!"
    assert tr(texts.LEFT) == "Goodbye!"


def test_a_language_is_added_by_adding_one_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    header = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n'
    entry = 'msgid "Goodbye!"\nmsgstr "Auf Wiedersehen!"\n'
    (tmp_path / "de.po").write_text(f"{header}\n{entry}", "utf-8")
    monkeypatch.setattr(language, "_CATALOGUES", tmp_path)
    languages.cache_clear()
    language.catalogue.cache_clear()
    try:
        assert languages() == ("en", "de")
        with use_language(supported_language("de-AT")):
            assert tr(texts.LEFT) == "Auf Wiedersehen!"
            assert tr(texts.NEW) == texts.NEW, "what is not translated yet is said in English"
            assert format_day(date(2025, 2, 9)) == "9 Februar 2025"
    finally:
        languages.cache_clear()
        language.catalogue.cache_clear()


async def said(server: BotApiServer, chat_id: int, text: str, user_id: int = ADA) -> str:
    """What the bot says to this."""
    before = len(server.bot_messages(chat_id))
    await server.say(chat_id, text, **{"from": server.person(user_id)})
    return str((await server.bot_says(chat_id, before + 1))[-1]["text"])


def french(text: str) -> str:
    with use_language("fr"):
        return tr(text)


async def test_the_bot_speaks_the_language_of_somebodys_telegram(server: BotApiServer, bot: RunningBot):
    server.languages[ADA] = "fr-CA"
    assert await said(server, PRIVATE, "/help") == french(texts.HELP)
    assert await said(server, PRIVATE, "bonjour") == french(texts.GREETED)
    server.languages[ADA] = "de"
    assert await said(server, PRIVATE, "/help") == texts.HELP


async def test_an_update_in_another_language_than_english_is_reported(
    server: BotApiServer, start_bot: StartBot
):
    reported = list[str]()
    await start_bot(on_other_language=lambda: reported.append(current_language()))
    await said(server, PRIVATE, "/help")
    assert not reported
    server.languages[ADA] = "fr"
    await said(server, PRIVATE, "/help")
    assert reported == ["fr"]


async def test_quotes_are_never_translated_and_dates_are(server: BotApiServer, bot: RunningBot):
    server.languages[ADA] = "fr"
    answer = await said(server, PRIVATE, "how many trucks were destroyed?")
    assert TRUCKS in answer
    assert "9 février 2025" in answer
    nothing = await said(server, PRIVATE, "who won the world cup?")
    assert nothing.startswith(french(texts.NOT_FOUND))


async def test_what_somebody_chose_comes_first_and_their_telegram_last(server: BotApiServer, bot: RunningBot):
    server.languages |= {ADA: "fr", BOB: "en"}
    assert await said(server, GROUP, "/help", ADA) == french(texts.HELP)
    assert await said(server, GROUP, "/help", BOB) == texts.HELP
    bot.database.transact(save_settings, GROUP, replace(default_settings(GROUP), language="fr"))
    assert await said(server, GROUP, "/help", BOB) == french(texts.HELP)
    bot.database.transact(save_settings, BOB, replace(default_settings(BOB), language="en"))
    assert await said(server, GROUP, "/help", BOB) == texts.HELP


async def test_languages_do_not_mix_when_updates_are_handled_at_once(server: BotApiServer, bot: RunningBot):
    server.add_chat(BOB, "private")
    server.languages |= {ADA: "fr", BOB: "en"}
    bot.answerer.open.clear()
    await server.say(PRIVATE, "a slow question")
    await server.until(lambda: server.called("sendChatAction"))
    await server.say(BOB, "another slow question")
    assert await said(server, GROUP, "/help", ADA) == french(texts.HELP)
    bot.answerer.open.set()
    assert (await server.bot_says(PRIVATE))[0]["text"].startswith(french(texts.NOT_FOUND))
    assert (await server.bot_says(BOB))[0]["text"].startswith(texts.NOT_FOUND)


async def test_a_button_speaks_the_language_of_who_presses_it(server: BotApiServer, bot: RunningBot):
    server.languages |= {BOB: "fr"}
    await said(server, GROUP, "/ask how many trucks?", ADA)
    answer = server.bot_messages(GROUP)[0]
    await server.press(answer, "c:unheardof:0", user_id=BOB)
    await server.until(lambda: server.toasts == [french(texts.TOAST_EXPIRED)])


async def test_trouble_is_told_in_the_language_too(server: BotApiServer, bot: RunningBot):
    server.languages[ADA] = "fr"
    bot.answerer.error = RuntimeError("the model is gone")
    line = await said(server, PRIVATE, "how many trucks?")
    assert line.startswith("Désolé, quelque chose n’a pas marché de mon côté.")


async def test_a_memory_that_fails_leaves_the_language_of_their_telegram(
    server: BotApiServer, bot: RunningBot
):
    server.languages[ADA] = "fr"
    bot.database.transact(lambda db: db.execute("DROP TABLE settings"))
    line = await said(server, PRIVATE, "/help")
    assert line.startswith("Désolé, quelque chose n’a pas marché de mon côté.")
    assert len(server.bot_messages(PRIVATE)) == 1

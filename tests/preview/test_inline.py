"""Inline mode in the preview, with a bot that offers what was asked in capitals."""

from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect
from telegram import (
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InlineQueryResultArticle,
    InlineQueryResultsButton,
    InputTextMessageContent,
    Update,
)
from telegram.constants import ParseMode, UpdateType
from telegram.ext import CallbackQueryHandler, InlineQueryHandler

import bot.application
import bot.preview.running
from bot.delivery import BotApplication
from bot.handlers import Context
from bot.preview.objects import BOT, GROUP, PRIVATE
from tests.preview.conftest import Preview

SHARE = {"inline_keyboard": [[{"text": "Share", "switch_inline_query_chosen_chat": {"query": "a_x"}}]]}


async def offer(update: Update, context: Context) -> None:
    assert update.inline_query is not None
    words = update.inline_query.query
    await update.inline_query.answer(
        [
            InlineQueryResultArticle(
                uuid4().hex,
                f"Say {words.upper()}",
                InputTextMessageContent(f"<b>{words.upper()}</b>", ParseMode.HTML),
                InlineKeyboardMarkup([[InlineKeyboardButton("Lower", callback_data=f"lower {words}")]]),
                description="in capitals",
            )
        ],
        button=InlineQueryResultsButton("Ask me in private", start_parameter="help"),
    )


async def lower(update: Update, context: Context) -> None:
    query = update.callback_query
    assert query is not None
    assert query.data is not None
    assert query.message is None
    await query.answer()
    await query.edit_message_text(query.data.removeprefix("lower ").lower())


@pytest.fixture
def inline_bot(monkeypatch: pytest.MonkeyPatch) -> None:
    """The real bot, which also answers inline queries."""
    build = bot.application.build_application

    def build_inline(*arguments: object, **options: object) -> BotApplication:
        application = build(*arguments, **options)
        application.add_handler(InlineQueryHandler(offer), group=-1)
        application.add_handler(CallbackQueryHandler(lower, pattern="^lower "), group=-1)
        return application

    monkeypatch.setattr(bot.preview.running, "build_application", build_inline)
    allowed = {*bot.application.ALLOWED_UPDATES, UpdateType.INLINE_QUERY, UpdateType.CHOSEN_INLINE_RESULT}
    monkeypatch.setattr(bot.application, "ALLOWED_UPDATES", tuple(allowed))


@pytest.fixture
def bot_without_inline(monkeypatch: pytest.MonkeyPatch) -> None:
    """The real bot, for which inline mode is switched off."""
    allowed = {*bot.application.ALLOWED_UPDATES} - {UpdateType.INLINE_QUERY}
    monkeypatch.setattr(bot.application, "ALLOWED_UPDATES", tuple(allowed))


def write(page: Page, words: str) -> None:
    page.get_by_role("textbox", name="Message").press_sequentially(words)


def test_a_result_is_offered_said_via_the_bot_and_changed_by_its_button(
    inline_bot: None, page: Page, preview: Preview
) -> None:
    page.get_by_role("button", name=GROUP["title"]).click()
    write(page, f"@{BOT['username']} hello there")
    expect(page.get_by_role("option")).to_have_text(["Ask me in private", "Say HELLO THEREin capitals"])
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")

    said = page.locator(".message.own")
    expect(said.locator(".text b")).to_have_text("HELLO THERE")
    expect(said.locator(".via")).to_have_text(f"via @{BOT['username']}")
    said.get_by_role("button", name="Lower").click()
    expect(said.locator(".text")).to_have_text("hello there")


def test_the_button_above_the_results_leads_to_the_private_chat(inline_bot: None, page: Page) -> None:
    page.get_by_role("button", name=GROUP["title"]).click()
    write(page, f"@{BOT['username']} hello")
    page.get_by_role("option").first.click()

    expect(page.get_by_role("heading", name=BOT["first_name"])).to_be_visible()
    expect(page.locator(".message.own .text")).to_have_text("/start help")


def test_enter_sends_what_was_written_though_results_are_offered(inline_bot: None, page: Page) -> None:
    page.get_by_role("button", name=GROUP["title"]).click()
    write(page, f"@{BOT['username']} who attacked the Gao convoy?")
    expect(page.get_by_role("option")).to_have_count(2)
    page.keyboard.press("Enter")

    expect(page.locator(".message.own .text")).to_have_text(
        f"@{BOT['username']} who attacked the Gao convoy?"
    )
    expect(page.locator(".message.other .text")).to_contain_text("[1]")


def test_a_share_button_begins_a_query_in_the_group(inline_bot: None, page: Page, preview: Preview) -> None:
    preview.bot_says(PRIVATE["id"], "pass it on", reply_markup=SHARE)
    page.get_by_role("button", name="Share").click()

    expect(page.get_by_role("heading", name=GROUP["title"])).to_be_visible()
    expect(page.get_by_role("textbox", name="Message")).to_have_value(f"@{BOT['username']} a_x")
    expect(page.get_by_role("option")).to_have_count(2)


def test_without_inline_mode_a_share_button_says_what_it_is_for(
    bot_without_inline: None, page: Page, preview: Preview
) -> None:
    preview.bot_says(PRIVATE["id"], "pass it on", reply_markup=SHARE)
    page.get_by_role("button", name="Share").click()

    expect(page.locator("#toast")).to_contain_text("In Telegram")
    write(page, f"@{BOT['username']} hello")
    expect(page.get_by_role("option")).to_have_count(0)

"""Inline mode in the preview: the real bot offers answers, and one is said in the group by way of it."""

import re

import pytest
from playwright.sync_api import Page, expect
from telegram.constants import UpdateType

import bot.application
from bot.i18n import texts
from bot.preview.objects import BOT, GROUP, PRIVATE
from tests.preview.conftest import EXAMPLE, THUMBS_UP, Preview

NAME = f"@{BOT['username']}"
QUESTION = "who attacked the Gao convoy?"
UNKNOWN = "who won the football world cup in 1998?"
SHARE = {"inline_keyboard": [[{"text": "Share", "switch_inline_query_chosen_chat": {"query": "a_x"}}]]}


@pytest.fixture
def bot_without_inline(monkeypatch: pytest.MonkeyPatch) -> None:
    """The real bot, for which inline mode is switched off."""
    allowed = {*bot.application.ALLOWED_UPDATES} - {UpdateType.INLINE_QUERY}
    monkeypatch.setattr(bot.application, "ALLOWED_UPDATES", tuple(allowed))


def write(page: Page, words: str) -> None:
    page.get_by_role("textbox", name="Message").press_sequentially(words)


def go_to_group(page: Page) -> None:
    page.get_by_role("button", name=GROUP["title"]).click()


def test_an_answer_is_offered_said_by_way_of_the_bot_and_changed_by_its_buttons(page: Page) -> None:
    go_to_group(page)
    write(page, f"{NAME} {QUESTION}")
    options = page.locator("#suggestions").get_by_role("option")
    expect(options.first).to_be_visible()
    assert options.count() > 2  # the answer, then passages
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")

    said = page.locator(".message.own")
    expect(said.locator(".text")).to_contain_text(f"“{QUESTION}”")
    expect(said.locator(".text")).to_contain_text("[1]")
    expect(said.locator(".via")).to_have_text(f"via {NAME}")
    expect(said.get_by_role("button", name=texts.BUTTON_REMOVE)).to_have_count(0)
    said.get_by_role("button", name=texts.BUTTON_OTHERS).click()
    expect(said.locator(".text")).to_contain_text(texts.OTHERS_TITLE)
    said.get_by_role("button", name=texts.BUTTON_BACK).click()
    expect(said.locator(".text")).to_contain_text(f"“{QUESTION}”")
    said.get_by_role("button", name=texts.BUTTON_MORE).click()
    said.get_by_role("button", name=THUMBS_UP).click()
    expect(said.get_by_role("button", name=re.compile("^(👍|Helpful) ✓$"))).to_be_visible()


def test_a_passage_is_said_as_a_quote_with_its_source(page: Page) -> None:
    go_to_group(page)
    write(page, f"{NAME} {QUESTION}")
    page.locator("#suggestions").get_by_role("option").nth(1).click()

    said = page.locator(".message.own")
    expect(said.locator(".text blockquote")).to_have_count(1)
    expect(said.locator(".keyboard")).to_have_count(0)


def test_who_has_written_only_the_name_gets_a_hint(page: Page) -> None:
    go_to_group(page)
    write(page, f"{NAME} ")

    expect(page.locator("#suggestions").get_by_role("option")).to_have_text([texts.INLINE_HINT])


def test_what_is_not_found_leads_to_the_private_chat(page: Page) -> None:
    go_to_group(page)
    write(page, f"{NAME} {UNKNOWN}")
    expect(page.locator("#suggestions").get_by_role("option")).to_have_text([texts.INLINE_NOT_FOUND])
    page.locator("#suggestions").get_by_role("option").click()

    expect(page.get_by_role("heading", name=BOT["first_name"])).to_be_visible()
    expect(page.locator(".message.own .text")).to_have_text("/start ask")
    expect(page.locator(".message.other .text")).to_have_text(texts.START)


def test_enter_sends_what_was_written_though_results_are_offered(page: Page) -> None:
    go_to_group(page)
    write(page, f"{NAME} {QUESTION}")
    expect(page.locator("#suggestions").get_by_role("option").first).to_be_visible()
    page.keyboard.press("Enter")

    expect(page.locator(".message.own .text")).to_have_text(f"{NAME} {QUESTION}")
    expect(page.locator(".message.other .text")).to_contain_text("[1]")


def test_an_answer_is_shared_with_the_group(page: Page) -> None:
    write(page, EXAMPLE)
    page.keyboard.press("Enter")
    page.locator(".message.other").get_by_role("button", name=texts.BUTTON_MORE).click()
    page.locator(".message.other").get_by_role("button", name=texts.BUTTON_SHARE).click()

    expect(page.get_by_role("heading", name=GROUP["title"])).to_be_visible()
    expect(page.get_by_role("textbox", name="Message")).to_have_value(re.compile(rf"^{NAME} a_\w{{16}}$"))
    expect(page.locator("#suggestions").get_by_role("option")).to_have_count(1)
    page.locator("#suggestions").get_by_role("option").click()
    expect(page.locator(".message.own .text")).to_contain_text(f"“{EXAMPLE}”")


def test_without_inline_mode_a_share_button_says_what_it_is_for(
    bot_without_inline: None, page: Page, preview: Preview
) -> None:
    preview.bot_says(PRIVATE["id"], "pass it on", reply_markup=SHARE)
    page.get_by_role("button", name="Share").click()

    expect(page.locator("#toast")).to_contain_text("In Telegram")
    write(page, f"{NAME} hello")
    expect(page.locator("#suggestions").get_by_role("option")).to_have_count(0)

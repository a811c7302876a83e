"""The language of somebody's Telegram is chosen on the page, and the bot speaks it."""

from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Page, expect

from bot.i18n import texts
from bot.i18n.language import tr, use_language
from bot.preview.objects import ADA, BEN, PRIVATE
from tests.preview.conftest import Preview
from tests.preview.test_page import of_bot, open_group, say, write_as


def french(text: str) -> str:
    with use_language("fr"):
        return tr(text)


def choose(page: Page, language: str) -> None:
    page.get_by_role("combobox", name="Telegram in").select_option(label=language)


def first_line(text: str) -> str:
    return text.partition("\n")[0]


def test_the_bot_presents_itself_and_answers_in_the_language_that_is_chosen(page: Page) -> None:
    expect(page.locator(".welcome")).to_contain_text(first_line(texts.DESCRIPTION))
    choose(page, "Français")
    expect(page.locator(".welcome")).to_contain_text(first_line(french(texts.DESCRIPTION)))
    page.get_by_role("button", name="Commands").click()
    expect(page.locator("#suggestions")).to_contain_text(french(texts.COMMAND_ASK))
    page.keyboard.press("Escape")
    say(page, "/help")
    expect(of_bot(page).first).to_contain_text(first_line(french(texts.HELP)))


def test_everyone_has_a_language_of_their_own(page: Page) -> None:
    open_group(page)
    write_as(page, BEN["first_name"])
    choose(page, "Français")
    say(page, "/help")
    expect(of_bot(page).first).to_contain_text(first_line(french(texts.HELP)))
    write_as(page, ADA["first_name"])
    expect(page.get_by_role("combobox", name="Telegram in")).to_have_value("en")
    say(page, "/help")
    expect(of_bot(page).nth(1)).to_contain_text(first_line(texts.HELP))


def test_the_settings_of_the_group_are_chosen_by_ada_who_made_it(page: Page) -> None:
    open_group(page)
    write_as(page, BEN["first_name"])
    say(page, "/settings")
    expect(of_bot(page).first).to_contain_text(texts.SETTINGS_FOR_ADMINS)
    write_as(page, ADA["first_name"])
    say(page, "/settings")
    panel = of_bot(page).nth(1)
    panel.get_by_role("button", name="Français").click()
    expect(panel).to_contain_text(french(texts.SETTINGS_OF_GROUP))
    panel.get_by_role("button", name=french(texts.BUTTON_QUIET)).click()
    expect(panel).to_contain_text(french(texts.QUIET_TITLE))


@pytest.fixture
def client(preview: Preview) -> Iterator[httpx.Client]:
    origin = preview.address.rstrip("/")
    with httpx.Client(base_url=preview.address, headers={"origin": origin}, trust_env=False) as client:
        yield client


@pytest.mark.parametrize(
    ("person", "language", "status"),
    [(ADA["id"], "fr", 200), (ADA["id"], "xx", 409), (BEN["id"], "fr", 409), (ADA["id"], "f" * 13, 400)],
)
def test_only_languages_that_there_are_and_people_who_are_there(
    client: httpx.Client, person: int, language: str, status: int
) -> None:
    body = {"chat": PRIVATE["id"], "person": person, "language": language}
    assert client.post("language", json=body).status_code == status

"""Days in messages are shown as the reader writes them, and the same day wherever they are read."""

from datetime import date

import pytest
from playwright.sync_api import Browser, Page, expect

from bot.preview.objects import PRIVATE
from bot.rendering.telegram_html import Run, paragraph, split_messages
from tests.preview.conftest import Preview

PUBLISHED = Run("9 February 2025", day=date(2025, 2, 9))


@pytest.mark.parametrize(
    ("locale", "timezone", "shown"),
    [
        ("en-GB", "Europe/London", "9 February 2025"),
        ("en-US", "Pacific/Honolulu", "February 9, 2025"),
        ("fr-FR", "Pacific/Auckland", "9 février 2025"),
        ("de-DE", "America/Los_Angeles", "9. Februar 2025"),
    ],
)
def test_a_day_is_shown_in_the_readers_language(
    browser: Browser, preview: Preview, locale: str, timezone: str, shown: str
) -> None:
    (html,) = split_messages([paragraph("Published ", PUBLISHED)])
    preview.bot_says(PRIVATE["id"], html)
    context = browser.new_context(locale=locale, timezone_id=timezone)
    page = context.new_page()
    page.goto(preview.address)

    time = page.locator(".text time")
    expect(time).to_be_visible()

    drawn = time.evaluate("(one) => getComputedStyle(one, '::after').content")
    words = time.locator("span").evaluate("(one) => one.getBoundingClientRect().width")
    assert (drawn, words) == (f'"{shown}"', 0)
    context.close()


def test_words_behind_a_day_are_quoted_from_where_they_stand(page: Page, preview: Preview) -> None:
    (html,) = split_messages([paragraph("Published ", PUBLISHED, " in Bamako")])
    preview.bot_says(PRIVATE["id"], html)
    expect(page.locator(".text time")).to_be_visible()
    page.evaluate(
        """() => {
            const last = document.querySelector('.message .text').lastChild;
            getSelection().setBaseAndExtent(last, last.data.indexOf('Bamako'), last, last.data.length);
        }"""
    )
    page.locator(".message").hover()
    page.locator(".message").get_by_role("button", name="Reply").click()
    page.get_by_role("textbox", name="Message").fill("/help")
    page.keyboard.press("Enter")

    expect(page.locator(".message.own .reply")).to_contain_text("Bamako")
    said, asked, *_ = preview.do(lambda: preview.chats.messages(PRIVATE["id"]))
    quote = asked["quote"]
    assert said["text"][quote["position"] :] == quote["text"] == "Bamako"

"""The page in a real browser, a person at its keys, the real bot behind it."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from bot.i18n import texts
from bot.preview.botapi import BotApi
from bot.preview.objects import BOT, GROUP, PRIVATE
from tests.preview.conftest import EXAMPLE, SEEDS, THUMBS_UP, Preview

QUESTION = "who attacked the Gao convoy?"
LONG = "A long quote that takes many lines on any screen. " * 12
PHONE = {"width": 360, "height": 640}


def say(page: Page, words: str) -> None:
    page.get_by_role("textbox", name="Message").fill(words)
    page.get_by_role("textbox", name="Message").press("Enter")


def of_bot(page: Page) -> Locator:
    """What the bot says in the chat that is open."""
    return page.locator(f".message[aria-label^={BOT['first_name']}]")


def open_group(page: Page) -> None:
    page.get_by_role("button", name=GROUP["title"]).click()
    expect(page.get_by_role("heading", name=GROUP["title"])).to_be_visible()


def write_as(page: Page, name: str) -> None:
    page.get_by_text(name, exact=True).and_(page.locator("#writer-choices label")).click()


def test_a_question_gets_its_cited_answer_and_a_button_unfolds_more(page: Page) -> None:
    say(page, QUESTION)

    answer = of_bot(page).first
    expect(answer.locator(".text")).to_contain_text("[1]")
    quote = answer.locator("blockquote").first.text_content()
    assert quote is not None
    assert any(quote in path.read_text("utf-8") for path in SEEDS.glob("*.txt")), quote
    expect(page.locator(".message.own .text")).to_have_text(QUESTION)

    answer.get_by_role("button", name=texts.BUTTON_OTHERS).click()
    expect(answer.locator(".text")).to_contain_text(texts.OTHERS_TITLE)
    answer.get_by_role("button", name=texts.BUTTON_BACK).click()
    expect(answer.locator(".text")).to_contain_text("[1]")


def test_a_newcomer_can_begin_with_an_example(page: Page) -> None:
    page.get_by_role("button", name=EXAMPLE).click()

    expect(page.locator(".message.own .text")).to_have_text(EXAMPLE)
    expect(of_bot(page).first.locator(".text")).to_contain_text("22")
    expect(page.locator(".welcome")).to_have_count(0)


def test_an_expandable_quote_opens_on_tap_and_by_key(page: Page, preview: Preview) -> None:
    preview.bot_says(PRIVATE["id"], f"before\n<blockquote expandable>{LONG}</blockquote>\nafter")
    quote, toggle = page.locator("blockquote"), page.get_by_role("button", name="Show the whole quote")
    expect(toggle).to_have_attribute("aria-expanded", "false")
    folded = quote.bounding_box()

    quote.click()
    expect(page.get_by_role("button", name="Fold the quote")).to_have_attribute("aria-expanded", "true")
    unfolded = quote.bounding_box()
    page.get_by_role("button", name="Fold the quote").press("Enter")
    expect(toggle).to_have_attribute("aria-expanded", "false")

    assert folded is not None
    assert unfolded is not None
    assert folded["height"] < 80 < unfolded["height"]


def test_a_short_quote_does_not_fold(page: Page, preview: Preview) -> None:
    preview.bot_says(PRIVATE["id"], "<blockquote expandable>short</blockquote>")

    expect(page.locator("blockquote")).to_have_text("short")
    expect(page.locator(".unfold")).to_be_hidden()


def test_in_the_group_one_asks_by_mention_and_another_follows_up_by_reply(page: Page) -> None:
    open_group(page)
    page.get_by_role("textbox", name="Message").press_sequentially("@cite")
    expect(page.locator("#suggestions").get_by_role("option")).to_have_count(1)
    page.keyboard.press("Enter")
    page.keyboard.type(QUESTION)
    page.keyboard.press("Enter")

    first = of_bot(page).first
    expect(first.locator(".text")).to_contain_text("[1]")
    expect(first.locator(".reply")).to_contain_text("Ada")
    write_as(page, "Ben")
    expect(page.locator(".message.own")).to_have_count(0)
    of_bot(page).first.hover()
    of_bot(page).first.get_by_role("button", name="Reply").click()
    expect(page.locator("#context")).to_contain_text(f"Reply to {BOT['first_name']}")
    say(page, "how many trucks did they destroy?")

    second = of_bot(page).nth(1)
    expect(second.locator(".reply")).to_contain_text("Ben")
    expect(second.locator(".text")).to_contain_text("five")
    expect(page.locator(".message.own .text")).to_have_text("how many trucks did they destroy?")
    expect(page.locator("#context")).to_be_hidden()


def test_html_in_a_question_is_shown_as_it_was_written(page: Page) -> None:
    evil = "<img src=x onerror=alert(1)><b>bold</b> <script>alert(2)</script> &amp; who?"
    page.on("dialog", lambda dialog: pytest.fail(f"a script ran: {dialog.message}"))
    say(page, evil)

    expect(page.locator(".message.own .text")).to_have_text(evil)
    expect(of_bot(page).first).to_be_visible()
    assert page.locator("img, #messages script, #messages b:has-text('bold')").count() == 0
    page.reload()
    expect(page.locator(".message.own .text")).to_have_text(evil)
    assert page.locator("img, #messages script").count() == 0


def test_the_bots_html_is_shown_in_its_styles(page: Page, preview: Preview) -> None:
    preview.bot_says(
        PRIVATE["id"],
        "<b>b<i>bi</i></b> <u>u</u> <s>s</s> <code>c</code><pre>p</pre>\n"
        '<a href="https://x.test/?a=1&amp;b=2">link</a> 😀'
        "<blockquote>quote <b>marked</b></blockquote>\n&lt;end&gt;",
    )

    message = of_bot(page).first
    for selector, words in {
        "b > i": "bi",
        "u": "u",
        "s": "s",
        "code": "c",
        "pre": "p",
        "blockquote b": "marked",
        "a[target]": "link",
    }.items():
        expect(message.locator(f".text {selector}")).to_have_text(words)
    expect(message.locator("a[target]")).to_have_attribute("href", "https://x.test/?a=1&b=2")
    expect(message.locator("a[target]")).to_have_attribute("rel", "noopener noreferrer")
    expect(message.locator(".text")).to_contain_text("<end>")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_a_phone_nothing_sticks_out(page: Page, preview: Preview, scheme: str) -> None:
    page.set_viewport_size(PHONE)
    page.emulate_media(color_scheme=scheme)
    keyboard = {
        "inline_keyboard": [[{"text": f"A button with words {n}", "callback_data": "x"} for n in range(4)]]
    }
    preview.bot_says(PRIVATE["id"], f"{'wide' * 200}\n<pre>{'wide' * 50}</pre>", reply_markup=keyboard)
    say(page, QUESTION)
    expect(of_bot(page).nth(1).locator(".text")).to_contain_text("[1]")
    open_group(page)
    say(page, "w" * 300)
    expect(page.locator(".message.own")).to_be_visible()

    for chat in ("private", "group"):
        page.locator(f"[data-chat={chat}]").click()
        widths = page.evaluate(
            "[document.documentElement, document.getElementById('messages')]"
            ".map((element) => element.scrollWidth - element.clientWidth)"
        )
        assert widths == [0, 0]
    page.get_by_role("textbox", name="Message").click()
    assert page.get_by_role("button", name="Send").is_visible()


def test_light_and_dark_follow_the_system(page: Page) -> None:
    def background() -> list[int]:
        colour = page.evaluate("getComputedStyle(document.body).backgroundColor")
        return [int(part) for part in re.findall(r"\d+", colour)[:3]]

    page.emulate_media(color_scheme="light")
    light = background()
    page.emulate_media(color_scheme="dark")
    dark = background()

    assert min(light) > 200
    assert max(dark) < 60


def test_selected_words_are_replied_to_as_a_quote(page: Page, preview: Preview) -> None:
    said = preview.bot_says(PRIVATE["id"], "<b>😀 one</b> two\n<blockquote>three</blockquote>\nfour two")
    page.evaluate(
        """() => {
            const text = document.querySelector('.message .text');
            const last = text.lastChild;
            getSelection().setBaseAndExtent(last, last.data.indexOf('two'), last, last.data.length);
        }"""
    )
    of_bot(page).first.hover()
    of_bot(page).first.get_by_role("button", name="Reply").click()
    expect(page.locator("#context")).to_contain_text("“two”")
    say(page, "/help")

    expect(page.locator(".message.own .reply")).to_contain_text("two")
    messages = preview.do(lambda: preview.chats.messages(PRIVATE["id"]))
    assert messages[1]["reply_to_message"]["message_id"] == said
    assert messages[1]["quote"] == {"text": "two", "position": 22, "is_manual": True}


def test_it_can_be_used_with_the_keyboard_alone(page: Page) -> None:
    page.get_by_role("textbox", name="Message").focus()
    page.keyboard.type("/")
    expect(page.get_by_role("listbox")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("listbox")).to_be_hidden()
    page.keyboard.type("sour")
    page.keyboard.press("Enter")
    listed = of_bot(page).first
    expect(listed.locator(".text")).to_contain_text(texts.SOURCES_TITLE)

    page.keyboard.press("Shift+Tab")  # the menu of commands, then the last message's own
    for _ in range(20):
        if page.evaluate("document.activeElement.textContent") == texts.BUTTON_CLOSE:
            break
        page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    expect(of_bot(page)).to_have_count(0)


def test_an_edited_question_changes_its_answer_in_place(page: Page) -> None:
    say(page, QUESTION)
    expect(of_bot(page).first.locator(".text")).to_contain_text("[1]")
    page.get_by_role("textbox", name="Message").press("ArrowUp")
    expect(page.locator("#context")).to_contain_text("Edit message")
    say(page, "How many minibuses were in the convoy?")

    expect(of_bot(page).first.locator(".text")).to_contain_text("22")
    expect(of_bot(page)).to_have_count(1)
    expect(page.locator(".message.own .time")).to_contain_text("edited")


def test_a_vote_is_thanked_for(page: Page) -> None:
    say(page, QUESTION)
    of_bot(page).first.get_by_role("button", name=texts.BUTTON_MORE).click()
    of_bot(page).first.get_by_role("button", name=THUMBS_UP).click()

    expect(page.locator("#toast")).to_contain_text(texts.TOAST_KEPT.partition("{")[0])


@pytest.mark.parametrize(
    ("width", "labels"), [("10", ["Helpful", "Not helpful ✓ 2"]), ("text.length", ["👍", "👎 ✓ 2"])]
)
def test_thumbs_are_words_where_no_font_draws_them(
    page: Page, preview: Preview, width: str, labels: list[str]
) -> None:
    """A missing character is as wide as any other missing one; drawn thumbs have a width of their own."""
    fake = f"(text) => ({{ width: text === String.fromCodePoint(0x1FFFE) ? 10 : {width} }})"
    page.add_init_script(f"CanvasRenderingContext2D.prototype.measureText = {fake}")
    page.reload()
    row = [{"text": text, "callback_data": "x"} for text in ("👍", "👎 ✓ 2")]
    preview.bot_says(PRIVATE["id"], "words", reply_markup={"inline_keyboard": [row]})

    expect(of_bot(page).first.locator(".keyboard button")).to_have_text(labels)


def test_no_thumb_is_drawn_as_an_empty_box(page: Page, preview: Preview) -> None:
    row = [{"text": text, "callback_data": "x"} for text in ("👍", "👎")]
    preview.bot_says(PRIVATE["id"], "words", reply_markup={"inline_keyboard": [row]})
    expect(of_bot(page).first.locator(".keyboard button")).to_have_count(2)

    boxes = page.evaluate(
        """() => {
            const ruler = document.createElement("canvas").getContext("2d");
            ruler.font = getComputedStyle(document.body).font;
            const missing = ruler.measureText(String.fromCodePoint(0x1FFFE)).width;
            const buttons = [...document.querySelectorAll(".keyboard button")];
            return buttons.filter((button) => ruler.measureText(button.textContent).width === missing).length;
        }"""
    )
    assert boxes == 0


def test_a_message_has_an_address(page: Page, preview: Preview) -> None:
    said = [preview.bot_says(GROUP["id"], f"message {number}") for number in range(40)]
    expect(page.locator("[data-chat=group] .badge")).to_have_text("40")
    page.goto(f"{preview.address}#group/{said[3]}")

    expect(page.get_by_role("heading", name=GROUP["title"])).to_be_visible()
    expect(page.locator(f"#message-{said[3]}")).to_be_in_viewport()
    expect(page.locator(f"#message-{said[39]}")).not_to_be_in_viewport()


def test_what_happens_in_the_other_chat_is_counted(page: Page, preview: Preview) -> None:
    preview.bot_says(GROUP["id"], "news")

    expect(page.locator("[data-chat=group] .badge")).to_have_text("1")
    open_group(page)
    expect(page.locator("[data-chat=group] .badge")).to_have_count(0)


def test_a_link_that_starts_the_bot_opens_the_private_chat(page: Page, preview: Preview) -> None:
    start = {"text": "Start", "url": f"https://t.me/{BOT['username']}?start=hello"}
    preview.bot_says(GROUP["id"], "buttons", reply_markup={"inline_keyboard": [[start]]})
    open_group(page)
    page.get_by_role("button", name="Start").click()

    expect(page.get_by_role("heading", name=BOT["first_name"])).to_be_visible()
    expect(page.locator(".message.own .text")).to_have_text("/start hello")
    expect(of_bot(page).first).to_be_visible()


def test_somebody_elses_private_chat_is_not_opened(page: Page, preview: Preview) -> None:
    preview.bot_says(GROUP["id"], f'<a href="https://t.me/{BOT["username"]}?start=hello">begin</a>')
    open_group(page)
    write_as(page, "Ben")
    page.get_by_role("link", name="begin").click()

    expect(page.locator("#toast")).to_contain_text("Ben's own chat")
    expect(page.get_by_role("heading", name=GROUP["title"])).to_be_visible()


def test_typing_is_shown_until_the_bot_has_written(page: Page, preview: Preview) -> None:
    preview.do(lambda: BotApi(preview.chats).sendChatAction(PRIVATE["id"], "typing"))
    expect(page.locator("#status")).to_have_text("typing")
    preview.bot_says(PRIVATE["id"], "done")

    expect(page.locator("#status")).to_have_text("bot")


def test_the_link_of_an_answer_is_copied_and_reopens_it(page: Page, preview: Preview) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    say(page, QUESTION)
    of_bot(page).first.get_by_role("button", name=texts.BUTTON_MORE).click()
    of_bot(page).first.get_by_role("button", name=texts.BUTTON_LINK).click()
    expect(page.locator("#toast")).to_have_text("Copied.")
    link = page.evaluate("navigator.clipboard.readText()")

    preview.bot_says(PRIVATE["id"], f'<a href="{link}">the answer</a>')
    page.get_by_role("link", name="the answer").click()
    expect(of_bot(page)).to_have_count(4)
    expect(of_bot(page).nth(3).locator("blockquote").first).to_be_visible()


def test_what_the_preview_cannot_show_is_said_on_the_page(page: Page, preview: Preview) -> None:
    preview.do(lambda: preview.chats.show("problem", "the preview does not know the method sendDice"))

    expect(page.get_by_role("alert")).to_have_text("the preview does not know the method sendDice")

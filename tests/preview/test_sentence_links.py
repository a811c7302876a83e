"""A browser that follows a link to a sentence shows that sentence, marked."""

import threading
from base64 import b64encode
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import Browser, Page

from retrieval.sentence_links import link_to
from tests.preview.conftest import PATIENCE_S

TALL = '<div style="height: 3000px"></div>'
SAID_TWICE = "Many people were killed near Gao on Friday."
LONG = (
    "Convoys of civilian vehicles, which the army and mercenaries escort along the road between Gao and "
    "Ansongo because it is the only one that leads to Niger, are attacked ever more often, an official of "
    "the transport union said, and most of those who can afford it have long since begun to travel by river "
    "- slow, crowded & unsafe as the boats may be."
)
FRENCH = "« Il y a des civils parmi les morts », a déclaré vendredi l’élu, joint par téléphone à Gao."
ARABIC = "قُتل ما لا يقل عن 32 شخصًا في هجوم على قافلة قرب غاو يوم الجمعة، بحسب مسؤول في نقابة النقل."
CHINESE = "星期五，一支由军队护送的民用车队在加奥附近遭到袭击，至少有三十二人丧生，多辆卡车被烧毁。"
HINDI = "शुक्रवार को गाओ के पास एक काफिले पर हुए हमले में कम से कम बत्तीस लोगों की मौत हो गई, एक अधिकारी ने कहा।"
ARTICLE = "\n".join(
    [
        "A deadly ambush",
        f"{SAID_TWICE} The army did not comment.",
        f"{LONG} Nobody claimed it at first.",
        "A source added: “There are civilians, soldiers among the dead and the wounded.” It wasn’t counted.",
        f"It was the worst in a year. {SAID_TWICE} So said the union.",
        "Town | Killed | Missing",
        "Gao | 32 people | 5",
        "Kidal | 32 people | none",
        "1. The convoy left in the morning.",
        "2. It never arrived.",
        *(f"1. {quote} 2." for quote in (FRENCH, ARABIC, CHINESE, HINDI)),
    ]
)
PAGE = f"""<!doctype html><meta charset="utf-8"><title>A</title>
<style>body {{ font: 16px/1.5 sans-serif; background: white; color: black }}
::target-text {{ background: rgb(255, 0, 0); color: rgb(255, 0, 0) }}</style>
<nav>Killed Gao 32 people</nav><h1>A deadly ambush</h1>
<p>{SAID_TWICE} The army did not comment.</p>{TALL}
<p>{LONG.replace("&", "&amp;").replace("civilian vehicles", "<a href=/x>civilian</a> vehi&shy;cles")}
Nobody claimed it at first.</p>{TALL}
<p>A source added: “There are civilians, soldiers among\n the dead&nbsp;and the <i>wounded</i>.” It wasn’t
counted.</p>{TALL}
<p>It was the worst in a year. {SAID_TWICE} So said the union.</p>{TALL}
<table><tr><th>Town<th>Killed<th>Missing<tr><td>Gao<td>32 people<td>5<tr><td id=row>Kidal<td>32 people<td>none
</table>{TALL}
<ol><li>The convoy left in the morning.<li>It never arrived.</ol>{TALL}
{"".join(f"<p>1. {quote} 2.</p>{TALL}" for quote in (FRENCH, ARABIC, CHINESE, HINDI))}"""


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """Where the page is served, on loopback."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(PAGE.encode())

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/article"
    server.shutdown()
    thread.join()
    server.server_close()


# The part of the window that is marked, [left, top, right, bottom] in pixels; null when nothing is.
MARKED = """async (picture) => {
  const image = new Image();
  image.src = picture;
  await image.decode();
  const canvas = new OffscreenCanvas(image.width, image.height).getContext("2d");
  canvas.drawImage(image, 0, 0);
  const { data } = canvas.getImageData(0, 0, image.width, image.height);
  let box = null;
  for (let at = 0; at < data.length; at += 4) {
    if (data[at] < 250 || data[at + 1] > 5 || data[at + 2] > 5) continue;
    const x = (at / 4) % image.width, y = Math.floor(at / 4 / image.width);
    box ??= [x, y, x, y];
    box = [Math.min(box[0], x), Math.min(box[1], y), Math.max(box[2], x), Math.max(box[3], y)];
  }
  return box;
}"""

# Where words stand last on the page, in the same pixels; `until` ends them when they are many.
STANDING = """([words, until]) => {
  const nodes = [], walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) nodes.push(walker.currentNode);
  const node = nodes.filter((one) => one.data.includes(words)).at(-1);
  const last = nodes.filter((one) => one.data.includes(until)).at(-1);
  const range = document.createRange();
  range.setStart(node, node.data.lastIndexOf(words));
  range.setEnd(last, last.data.lastIndexOf(until) + until.length);
  const { left, top, right, bottom } = range.getBoundingClientRect();
  return [left, top, right, bottom];
}"""


def opened(browser: Browser, link: str) -> Page:
    page = browser.new_page(viewport={"width": 700, "height": 500})
    page.set_default_timeout(PATIENCE_S * 1000)
    page.goto(link)
    page.wait_for_function("scrollY > 0")
    return page


@pytest.mark.parametrize(
    ("quote", "first", "last"),
    [
        (LONG, "Convoys of", "may be"),
        (
            "“There are civilians, soldiers among the dead and the wounded.”",
            "There are civilians",
            "wounded",
        ),
        ("It wasn’t counted.", "It wasn’t", "counted"),
        (SAID_TWICE, SAID_TWICE[:-1], SAID_TWICE[:-1]),
        ("Kidal | 32 people | none", "32 people", "32 people"),
        ("2. It never arrived.", "It never arrived", "It never arrived"),
        (FRENCH, "Il y a", "à Gao"),
        (ARABIC, ARABIC[:-1], ARABIC[:-1]),
        (CHINESE, CHINESE[:-1], CHINESE[:-1]),
        (HINDI, HINDI[:-1], HINDI[:-1]),
    ],
    ids=[
        "long",
        "quotation marks",
        "short",
        "twice",
        "table",
        "list",
        "French",
        "Arabic",
        "Chinese",
        "Hindi",
    ],
)
def test_a_link_to_a_sentence_opens_the_page_there(
    browser: Browser, address: str, quote: str, first: str, last: str
) -> None:
    start = ARTICLE.rindex(quote)
    link = link_to(address, ARTICLE, start, start + len(quote))
    assert link is not None

    page = opened(browser, link)

    picture = f"data:image/png;base64,{b64encode(page.screenshot()).decode()}"
    marked = page.evaluate(MARKED, picture)
    assert marked == pytest.approx(page.evaluate(STANDING, [first, last]), abs=6), link
    page.close()

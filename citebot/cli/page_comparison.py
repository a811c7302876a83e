"""An HTML page in two columns: the stored text of an article, and all that its web page shows."""

from collections.abc import Iterable, Iterator
from html import escape

from index.loading.html.comparison import ShownBlock
from index.types import Article, MarkKind

_STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem; color: #222; background: #fff; }
main { display: grid; grid-template-columns: 1fr 1fr; gap: 2rem; align-items: start; }
p { margin: 0 0 .5rem; overflow-wrap: anywhere; }
.heading { font-weight: bold; }
.code { font-family: monospace; white-space: pre-wrap; }
.dropped { background: #fbe3e0; border-left: 3px solid #c0392b; padding-left: .5rem; }
@media (prefers-color-scheme: dark) {
  body { color: #ddd; background: #1b1b1b; }
  .dropped { background: #4a2420; }
}
"""


def comparison_page(article: Article, blocks: Iterable[ShownBlock]) -> str:
    """The HTML page, without scripts; the article's text is escaped."""
    shown = list(blocks)
    words = sum(len(block.text.split()) for block in shown)
    dropped = sum(len(block.text.split()) for block in shown if not block.kept)
    share = f"{100 * dropped / words:.0f} %" if words else "nothing"
    origin = article.source.url or article.source.path or article.source.article_id
    return "\n".join(
        (
            '<!doctype html><html><head><meta charset="utf-8">',
            f"<title>{escape(article.source.title)}</title><style>{_STYLE}</style></head><body>",
            f"<h1>{escape(article.source.title)}</h1><p>{escape(origin)}</p>",
            f"<p>{dropped} of the {words} words shown are left out ({share}): marked on the right.</p>",
            "<main><section><h2>Stored</h2>",
            *_stored_lines(article),
            "</section><section><h2>The page</h2>",
            *(_paragraph(block.text, block.kind, dropped=not block.kept) for block in shown),
            "</section></main></body></html>",
            "",
        )
    )


def _stored_lines(article: Article) -> Iterator[str]:
    kinds = {mark.start: mark.kind for mark in article.outline if mark.kind is not MarkKind.PAGE}
    start = 0
    for line in article.text.split("\n"):
        yield _paragraph(line, kinds.get(start), dropped=False)
        start += len(line) + 1


def _paragraph(text: str, kind: MarkKind | None, *, dropped: bool) -> str:
    names = " ".join(([kind.value] if kind else []) + (["dropped"] if dropped else []))
    return f'<p class="{names}">{escape(text)}</p>' if names else f"<p>{escape(text)}</p>"

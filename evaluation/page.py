"""Pieces of an HTML page. Whatever comes from outside passes through `text`."""

from collections.abc import Iterable, Sequence
from html import escape

STYLE = """
:root { color-scheme: light dark; --soft: color-mix(in srgb, currentColor 60%, transparent); }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 72rem; margin: 2rem auto; padding: 0 1rem; }
h1, h2 { line-height: 1.2; } h2 { margin-top: 2.5rem; }
table { border-collapse: collapse; } .wide { overflow-x: auto; }
th, td { padding: .2rem .8rem .2rem 0; text-align: right; vertical-align: top; }
th:first-child, td:first-child { text-align: left; } thead th { border-bottom: 1px solid; font-weight: 600; }
.plots { display: grid; grid-template-columns: repeat(auto-fit, minmax(22rem, 1fr)); gap: 1rem; }
figure { margin: 0; } figure svg { width: 100%; height: auto; } figcaption, .soft { color: var(--soft); }
article { border-top: 1px solid var(--soft); padding: .8rem 0; } article h3 { margin: 0 0 .3rem; }
dl { display: grid; grid-template-columns: 8rem 1fr; gap: .1rem 1rem; margin: 0; }
dt { color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere; }
blockquote { margin: 0; font-style: italic; }
.better { color: #2a8a3e; } .worse { color: #d13b3b; }
"""
POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def text(words: object) -> str:
    """The words as a page shows them."""
    return escape(str(words))


def page(title: str, *parts: str) -> str:
    """A page that needs nothing but itself, and is forbidden to ask for more."""
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{text(title)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<h1>{text(title)}</h1>\n"
        + "\n".join(part for part in parts if part)
        + "\n</body>\n</html>\n"
    )


def section(title: str, *parts: str) -> str:
    return f"<section>\n<h2>{text(title)}</h2>\n" + "\n".join(parts) + "\n</section>"


def paragraph(words: str, css: str = "") -> str:
    return f"<p{_class(css)}>{text(words)}</p>"


def table(head: Sequence[str], rows: Iterable[Sequence[str]], classes: Sequence[str] = ()) -> str:
    """A table; `classes` gives each row's last cell a class of its own."""
    body = []
    for number, row in enumerate(rows):
        cells = [f"<td>{text(cell)}</td>" for cell in row]
        if number < len(classes) and classes[number]:
            cells[-1] = f"<td{_class(classes[number])}>{text(row[-1])}</td>"
        body.append(f"<tr>{''.join(cells)}</tr>")
    top = "".join(f"<th>{text(name)}</th>" for name in head)
    return (
        f'<div class="wide"><table><thead><tr>{top}</tr></thead><tbody>{"".join(body)}</tbody></table></div>'
    )


def picture(svg: str, caption: str) -> str:
    """An SVG made by ourselves, with what it shows."""
    return f"<figure>{svg}<figcaption>{text(caption)}</figcaption></figure>"


def facts(pairs: Iterable[tuple[str, Sequence[str], bool]]) -> str:
    """Names with their values; True sets the values as quotes. Names without a value are left out."""
    shown = []
    for name, values, quoted in pairs:
        if values:
            tag = "blockquote" if quoted else "div"
            told = "".join(f"<{tag}>{text(value)}</{tag}>" for value in values)
            shown.append(f"<dt>{text(name)}</dt><dd>{told}</dd>")
    return f"<dl>{''.join(shown)}</dl>"


def _class(css: str) -> str:
    return f' class="{escape(css)}"' if css else ""

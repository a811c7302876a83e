"""E-mail as it is saved (.eml): what its sender wrote, without what it answers and without its signature."""

import re
from collections.abc import Iterator
from email import message_from_bytes
from email.message import EmailMessage, MIMEPart
from email.policy import default
from email.utils import parseaddr

from index.errors import LoadError
from index.loading.dates import read_date
from index.loading.document import LoadedDocument
from index.loading.encodings import decode
from index.loading.html.lines import lines_of
from index.loading.html.page import parse_html

WRAPPED_CHARS = 50  # programs wrap at 65 to 78; a shorter line was ended by its writer

_SIGNATURE = re.compile(r"^-- ?$", re.MULTILINE)
_QUOTED = re.compile(r"^>.*$", re.MULTILINE)
_BEFORE_QUOTE = re.compile(r"(?:^[^\n>][^\n]*\n)?[^\n>][^\n]*:[ \t]*\n+(?=>)", re.MULTILINE)
_ENTRY = re.compile(r"\s|[-*•–]\s|\d+[.)]\s")


def read_mail(content: bytes) -> LoadedDocument:
    """A message with its subject, sender and date; attachments are named in `warnings`."""
    message = message_from_bytes(content, policy=default)
    if not isinstance(message, EmailMessage) or not message.keys():
        raise LoadError("expected an e-mail with its header, got other text: save it as .eml")
    body = message.get_body(("plain", "html"))
    text = "" if body is None else _text(body)
    name, address = parseaddr(str(message["from"] or ""))
    attached = [part.get_filename() or part.get_content_type() for part in message.iter_attachments()]
    warnings = (f"attachments that are not read: {', '.join(attached[:5])}",) if attached else ()
    return LoadedDocument(
        text=text,
        title=_subject(str(message["subject"] or "")),
        author=name or address or None,
        dated=read_date(str(message["date"] or "")),
        warnings=warnings,
    )


def _subject(written: str) -> str | None:
    return re.sub(r"^(?:\s*(?:re|fwd?|aw|tr|wg)\s*:)+\s*", "", written, flags=re.IGNORECASE).strip() or None


def _text(body: MIMEPart) -> str:
    payload = body.get_payload(decode=True)
    written = decode(payload if isinstance(payload, bytes) else b"", body.get_content_charset())
    if body.get_content_subtype() == "html":
        tree = parse_html(written)
        return "" if tree is None else "\n".join(line.text for line in lines_of(tree))
    written = written.replace("\r\n", "\n")
    own = _QUOTED.sub("", _BEFORE_QUOTE.sub("", _SIGNATURE.split(written)[0]))
    kept = own if re.search(r"\w", own) else written
    return "\n".join(_unwrap(kept.split("\n"), flowed=body.get_param("format") == "flowed"))


def _unwrap(lines: list[str], *, flowed: bool) -> Iterator[str]:
    """Lines that the sender's program broke, joined; `flowed` text marks them with a blank (RFC 3676)."""
    paragraph = ""
    last = ""
    for line in lines:
        goes_on = (
            last.endswith(" ") if flowed else len(last) >= WRAPPED_CHARS and not _ENTRY.match(line)
        ) and line.strip() != ""
        if paragraph and goes_on:
            paragraph = f"{paragraph.rstrip()} {line.strip()}"
        else:
            yield paragraph
            paragraph = line.strip()
        last = line
    yield paragraph

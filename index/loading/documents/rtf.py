"""Rich Text Format."""

from striprtf.striprtf import rtf_to_text

from index.errors import LoadError
from index.loading.document import LoadedDocument


def read_rtf(content: bytes) -> LoadedDocument:
    """The text of an RTF document, without what it states about itself."""
    if not content.lstrip().startswith(b"{\\rtf"):
        raise LoadError("not an RTF document: it does not begin as one")
    text = rtf_to_text(content.decode("latin-1"), encoding="cp1252", errors="replace")  # type: ignore[no-untyped-call]
    return LoadedDocument(text="\n".join(line.strip() for line in text.split("\n")))

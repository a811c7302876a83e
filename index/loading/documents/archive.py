"""ZIP archives of XML, which DOCX, ODT and EPUB are, opened with bounds on what they unpack to."""

from collections.abc import Iterator
from io import BytesIO
from zipfile import BadZipFile, ZipFile

from lxml import etree
from lxml.etree import _Element

from index.errors import LoadError

MAX_UNPACKED_BYTES = 200_000_000  # a DOCX holds some 20 MB of XML a thousand pages; bombs hold gigabytes


class Archive:
    """The parts of a document; `kind` names it in messages: DOCX. Raises LoadError for what is no archive."""

    def __init__(self, content: bytes, kind: str) -> None:
        self._kind = kind
        try:
            self._zip = ZipFile(BytesIO(content))
        except BadZipFile as error:
            raise LoadError(
                "the {kind} is broken (not a ZIP archive): save it again from its editor", kind=kind
            ) from error
        unpacked = sum(member.file_size for member in self._zip.infolist())
        if unpacked > MAX_UNPACKED_BYTES:
            raise LoadError(
                "the {kind} would unpack to {size} MB, more than {limit} MB: split it",
                kind=kind,
                size=unpacked // 1_000_000,
                limit=MAX_UNPACKED_BYTES // 1_000_000,
            )

    def names(self) -> list[str]:
        return self._zip.namelist()

    def content(self, name: str) -> bytes:
        """The bytes of a part. Raises LoadError when it is missing, locked or larger than it claims."""
        try:
            with self._zip.open(name) as part:
                content = part.read(MAX_UNPACKED_BYTES + 1)
        except (KeyError, BadZipFile, RuntimeError, NotImplementedError) as error:  # Runtime...: encrypted
            raise LoadError(
                "the {kind} is broken or locked ({part}): save it again, without a password",
                kind=self._kind,
                part=name,
            ) from error
        if len(content) > MAX_UNPACKED_BYTES:
            raise LoadError("the {kind} unpacks to more than it claims: it is damaged", kind=self._kind)
        return content

    def xml(self, name: str) -> _Element:
        """The root of a part in XML."""
        return parse_xml(self.content(name))

    def xml_if_any(self, name: str) -> _Element | None:
        """Likewise; None where there is no such part."""
        return self.xml(name) if name in self._zip.namelist() else None


def parse_xml(content: bytes) -> _Element:
    """XML without its entities, which may unfold to gigabytes, and without looking elsewhere for a DTD."""
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        remove_comments=True,
        remove_pis=True,
        recover=True,
    )
    root = etree.fromstring(content, parser)
    if root is None:
        raise LoadError("a part of it is no XML: save it again from its editor")
    return root


def local_name(element: _Element) -> str:
    """The name of an element without its namespace, which the versions of a format spell differently."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def attribute(element: _Element, name: str) -> str | None:
    """The attribute of this name in whatever namespace."""
    return next((str(value) for key, value in element.attrib.items() if key.rpartition("}")[2] == name), None)


def elements(element: _Element, *names: str) -> Iterator[_Element]:
    """The elements below that have one of these local names."""
    return (one for one in element.iter() if local_name(one) in names)


def text_of(element: _Element | None, name: str) -> str | None:
    """The text of the first element below with this name; None where it has none."""
    first = next(elements(element, name), None) if element is not None else None
    return ("".join(first.itertext()).strip() or None) if first is not None else None

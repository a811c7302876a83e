# ruff: noqa: E501 -- XML reads better in long lines
"""Files of word processors, e-books, e-mail, subtitles and sheets: tiny ones, each with the right text."""

import zipfile
from collections.abc import Mapping
from datetime import UTC, date, datetime
from io import BytesIO

import docx
import openpyxl
import pytest

from index.errors import LoadError
from index.loading.dates import StatedDate
from index.loading.document import LoadedDocument, without_marks
from index.loading.formats import read
from index.types import Mark, MarkKind


def packed(parts: Mapping[str, str]) -> bytes:
    written = BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in parts.items():
            made.writestr(name, content)
    return written.getvalue()


def text_of(document: LoadedDocument) -> str:
    return without_marks(document.text)[0]


# Word


W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
MC = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'


def word(body: str, **parts: str) -> bytes:
    document = f"<w:document {W} {MC}><w:body>{body}</w:body></w:document>"
    return packed(
        {"word/document.xml": document} | {f"word/{name}.xml": part for name, part in parts.items()}
    )


def p(words: str) -> str:
    return f"<w:p><w:r><w:t>{words}</w:t></w:r></w:p>"


def test_a_word_document_keeps_headings_lists_and_tables_in_order() -> None:
    document = docx.Document()
    document.core_properties.author = "Jane Roe"
    document.add_heading("Floods reach Arlen", 0)
    document.add_heading("What was lost", 2)
    document.add_paragraph("The river rose.\tTwice.")
    document.add_paragraph("two boats", style="List Bullet")
    table = document.add_table(rows=3, cols=2)
    rows = (("Village", "Lost"), ("Upper", "12"), ("All of them\nfell", ""))
    for row, words in zip(table.rows, rows, strict=True):
        for cell, one in zip(row.cells, words, strict=True):
            cell.text = one
    table.rows[2].cells[0].merge(table.rows[2].cells[1])
    document.add_paragraph("It fell later.")
    written = BytesIO()
    document.save(written)

    read_back = read(written.getvalue(), "docx")

    text, outline = without_marks(read_back.text)
    assert (read_back.title, read_back.author) == ("Floods reach Arlen", "Jane Roe")
    assert text == (
        "Floods reach Arlen\nWhat was lost\nThe river rose. Twice.\n- two boats\n"
        "Village | Lost |\n---|---|\nUpper | 12 |\nAll of them fell\nIt fell later."
    )
    assert outline == (Mark(0, MarkKind.HEADING, 1), Mark(19, MarkKind.HEADING, 2))


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (  # tracked changes: what was put in is in, what was taken out is out, what was moved stands once
            "<w:p><w:r><w:t>Five </w:t></w:r><w:del><w:r><w:delText>cars</w:delText></w:r></w:del>"
            "<w:ins><w:r><w:t>trucks burned.</w:t></w:r></w:ins></w:p>"
            "<w:p><w:moveFrom><w:r><w:t>Moved.</w:t></w:r></w:moveFrom></w:p>"
            "<w:p><w:moveTo><w:r><w:t>Moved.</w:t></w:r></w:moveTo></w:p>",
            "Five trucks burned.\nMoved.",
        ),
        (  # a cell that spans rows or columns has its text in each
            "<w:tbl><w:tr><w:tc><w:tcPr><w:gridSpan w:val='2'/></w:tcPr>" + p("Region") + "</w:tc><w:tc>"
            + p("Dead") + "</w:tc></w:tr>"
            "<w:tr><w:tc><w:tcPr><w:vMerge w:val='restart'/></w:tcPr>" + p("Gao") + "</w:tc><w:tc>" + p("North")
            + "</w:tc><w:tc>" + p("12") + "</w:tc></w:tr>"
            "<w:tr><w:tc><w:tcPr><w:vMerge/></w:tcPr><w:p/></w:tc><w:tc>" + p("South") + "</w:tc><w:tc>" + p("7")
            + "</w:tc></w:tr></w:tbl>",
            "Region | Region | Dead |\n---|---|---|\nGao | North | 12 |\nGao | South | 7 |",
        ),
        (  # a text box behind its paragraph, once; hidden words not at all
            "<w:p><w:r><w:t>The river rose.</w:t></w:r><w:r><mc:AlternateContent><mc:Choice><w:txbxContent>"
            + p("Read more on page 3.") + "</w:txbxContent></mc:Choice><mc:Fallback><w:txbxContent>"
            + p("Read more on page 3.") + "</w:txbxContent></mc:Fallback></mc:AlternateContent></w:r>"
            "<w:r><w:rPr><w:vanish/></w:rPr><w:t>secret</w:t></w:r></w:p>",
            "The river rose.\nRead more on page 3.",
        ),
        (  # a table of contents is no text, a content control is
            "<w:sdt><w:sdtPr><w:docPartObj><w:docPartGallery w:val='Table of Contents'/></w:docPartObj></w:sdtPr>"
            f"<w:sdtContent>{p('Boats 7')}</w:sdtContent></w:sdt><w:sdt><w:sdtContent>{p('It fell.')}"
            "</w:sdtContent></w:sdt>",
            "It fell.",
        ),
        (  # a table for looks only
            f"<w:tbl><w:tr><w:tc>{p('One.')}{p('Two.')}</w:tc></w:tr></w:tbl>",
            "One.\nTwo.",
        ),
    ],
)  # fmt: skip
def test_a_word_document_reads_as_it_shows(body: str, text: str) -> None:
    assert text_of(read(word(body), "docx")) == text


def test_footnotes_of_a_word_document_stand_behind_their_paragraph_and_comments_nowhere() -> None:
    content = word(
        "<w:p><w:r><w:t>It rose</w:t></w:r><w:r><w:footnoteReference w:id='2'/></w:r><w:r><w:t> twice.</w:t></w:r>"
        "<w:r><w:commentReference w:id='0'/></w:r></w:p>" + p("It fell."),
        footnotes=f"<w:footnotes {W}><w:footnote w:type='separator' w:id='0'>{p('---')}</w:footnote>"
        f"<w:footnote w:id='2'>{p('By two metres.')}</w:footnote></w:footnotes>",
        comments=f"<w:comments {W}><w:comment w:id='0'>{p('Really?')}</w:comment></w:comments>",
    )

    assert text_of(read(content, "docx")) == "It rose twice.\nBy two metres.\nIt fell."


# OpenDocument


ODF = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for name in ("office", "text", "table", "meta")
)


def odt(body: str) -> bytes:
    return packed(
        {
            "content.xml": f"<office:document-content {ODF}><office:body><office:text>{body}</office:text>"
            "</office:body></office:document-content>",
            "meta.xml": f'<office:document-meta {ODF} xmlns:dc="http://purl.org/dc/elements/1.1/"><office:meta>'
            "<dc:title>Floods</dc:title><meta:initial-creator>Jane Roe</meta:initial-creator></office:meta>"
            "</office:document-meta>",
        }
    )


def test_an_opendocument_text_reads_as_it_shows() -> None:
    document = read(
        odt(
            "<text:tracked-changes><text:changed-region><text:deletion><text:p>cars</text:p></text:deletion>"
            "</text:changed-region></text:tracked-changes>"
            "<text:table-of-content><text:p>Boats 7</text:p></text:table-of-content>"
            '<text:h text:outline-level="2">What was lost</text:h>'
            '<text:p>Five <text:span>trucks</text:span><text:s text:c="2"/>burned.<office:annotation><text:p>Really?'
            "</text:p></office:annotation><text:note><text:note-citation>1</text:note-citation><text:note-body>"
            "<text:p>By noon.</text:p></text:note-body></text:note></text:p>"
            "<text:list><text:list-item><text:p>two boats</text:p></text:list-item></text:list>"
            "<table:table><table:table-row><table:table-cell><text:p>Region</text:p></table:table-cell>"
            "<table:table-cell><text:p>Dead</text:p></table:table-cell></table:table-row>"
            '<table:table-row><table:table-cell table:number-rows-spanned="2"><text:p>Gao</text:p>'
            "</table:table-cell><table:table-cell><text:p>12</text:p></table:table-cell></table:table-row>"
            "<table:table-row><table:covered-table-cell/><table:table-cell><text:p>7</text:p></table:table-cell>"
            "</table:table-row></table:table>"
        ),
        "odt",
    )

    text, outline = without_marks(document.text)
    assert (document.title, document.author) == ("Floods", "Jane Roe")
    assert text == (
        "What was lost\nFive trucks  burned.\nBy noon.\n- two boats\nRegion | Dead |\n---|---|\nGao | 12 |\nGao | 7 |"
    )
    assert outline == (Mark(0, MarkKind.HEADING, 2),)


# EPUB


def epub(**extra: str) -> bytes:
    page = '<html xmlns="http://www.w3.org/1999/xhtml"><head><title>x</title></head><body>{}</body></html>'
    return packed(
        {
            "META-INF/container.xml": '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
            '<rootfile full-path="OEBPS/book.opf"/></rootfiles></container>',
            "OEBPS/book.opf": '<package xmlns="http://www.idpf.org/2007/opf" '
            'xmlns:dc="http://purl.org/dc/elements/1.1/"><metadata><dc:title>The River</dc:title>'
            "<dc:creator>Jane Roe</dc:creator><dc:publisher>Arlen Press</dc:publisher><dc:date>2024-03-05</dc:date>"
            "</metadata><manifest>"
            '<item id="cover" href="cover.xhtml" media-type="application/xhtml+xml"/>'
            '<item id="toc" href="toc.xhtml" media-type="application/xhtml+xml" properties="nav"/>'
            '<item id="two" href="b%20two.xhtml" media-type="application/xhtml+xml"/>'
            '<item id="one" href="a.xhtml" media-type="application/xhtml+xml"/></manifest>'
            '<spine><itemref idref="cover"/><itemref idref="toc"/><itemref idref="one"/><itemref idref="two"/></spine>'
            '<guide><reference type="cover" href="cover.xhtml"/></guide></package>',
            "OEBPS/cover.xhtml": page.format("<p>The River, a novel</p>"),
            "OEBPS/toc.xhtml": page.format("<nav><ol><li>One</li></ol></nav>"),
            "OEBPS/a.xhtml": page.format("<h1>One</h1><p>The <em>river</em> rose.</p>"),
            "OEBPS/b two.xhtml": page.format("<h1>Two</h1><p>It fell.</p>"),
            **extra,
        }
    )


def test_an_e_book_is_read_chapter_after_chapter_without_cover_and_contents() -> None:
    document = read(epub(), "epub")

    assert text_of(document) == "One\nThe river rose.\nTwo\nIt fell."
    assert (document.title, document.author, document.publisher, document.dated) == (
        "The River",
        "Jane Roe",
        "Arlen Press",
        StatedDate(date(2024, 3, 5)),
    )


def test_a_copy_protected_e_book_is_named() -> None:
    with pytest.raises(LoadError, match="copy-protected"):
        read(epub(**{"META-INF/encryption.xml": "<x/>", "META-INF/rights.xml": "<x/>"}), "epub")


# E-mail


MAIL = """From: =?utf-8?q?Jane_Ro=C3=A9?= <jane@arlen.example>
To: desk@arlen.example
Subject: Re: Floods reach Arlen
Date: Tue, 05 Mar 2024 10:00:00 +0100
MIME-Version: 1.0
"""


def test_a_mail_is_what_its_sender_wrote_with_subject_and_date() -> None:
    document = read(
        (
            MAIL + "Content-Type: text/plain; charset=utf-8\n\n"
            "The river rose by two metres overnight, the mayor of the town told the\n"
            "press.\n\nIt fell later.\n\nOn Monday, the desk wrote:\n> How high is it?\n> And where?\n-- \nJane\n"
        ).encode(),
        "mail",
    )

    assert (document.title, document.author, document.dated) == (
        "Floods reach Arlen",
        "Jane Roé",
        StatedDate(date(2024, 3, 5), datetime(2024, 3, 5, 9, tzinfo=UTC)),
    )
    assert [line for line in document.text.split("\n") if line] == [
        "The river rose by two metres overnight, the mayor of the town told the press.",
        "It fell later.",
    ]


def test_a_mail_in_html_and_cp1252_is_read_and_its_attachments_are_named() -> None:
    content = (
        MAIL
        + 'Content-Type: multipart/mixed; boundary="x"\n\n--x\nContent-Type: text/html; charset=windows-1252\n'
        "Content-Transfer-Encoding: 8bit\n\n<p>Le <b>café</b> est fermé.</p>\n--x\nContent-Type: application/pdf\n"
        'Content-Disposition: attachment; filename="plan.pdf"\n\nJVBERi0=\n--x--\n'
    ).encode("cp1252")
    document = read(content, "mail")

    assert text_of(document) == "Le café est fermé."
    assert document.warnings == ("attachments that are not read: plan.pdf",)


# Subtitles


@pytest.mark.parametrize(
    ("written", "text"),
    [
        (
            "1\r\n00:00:01,000 --> 00:00:02,000\r\n<i>The river rose</i>\r\n\r\n"
            "2\r\n00:00:02,100 --> 00:00:04,000\r\nby two metres\r\novernight. {\\an8}It fell.\r\n\r\n"
            "3\r\n00:00:20,000 --> 00:00:22,000\r\nA new scene.\r\n",
            "The river rose by two metres overnight. It fell.\nA new scene.",
        ),
        (
            "WEBVTT\n\nSTYLE\n::cue { color: red }\n\nNOTE a comment\n\n00:01.000 --> 00:02.000 align:start\n"
            "<v Jane>The <00:01.500><c>river</c> rose.\n\n00:02.000 --> 00:03.000\n- Twice?\n- Twice.\n",
            "Jane: The river rose.\n- Twice?\n- Twice.",
        ),
        (  # captions that roll up
            "WEBVTT\n\n00:01.000 --> 00:02.000\nthe river\n\n00:02.000 --> 00:03.000\nthe river\nrose by two\n\n"
            "00:03.000 --> 00:04.000\nrose by two\nmetres\n",
            "the river rose by two metres",
        ),
    ],
)
def test_subtitles_are_what_is_spoken(written: str, text: str) -> None:
    assert text_of(read(written.encode(), "subtitles")) == text


# Sheets


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("city,people 2020\nBelo,7750\n", "city | people 2020 |\n---|---|\nBelo | 7750 |"),
        ("city;people\nBelo;7,75\nLund;12,4\n", "city | people |\n---|---|\nBelo | 7,75 |\nLund | 12,4 |"),
        ("city\tpeople\nBelo\t7750\n", "city | people |\n---|---|\nBelo | 7750 |"),
        (
            'city,mayor\nBelo,"Roe, Jane"\nLund,"two\nlines"\n',
            "city | mayor |\n---|---|\nBelo | Roe, Jane |\nLund | two lines |",
        ),
        ("Belo,1205,1330\nLund,7,9\n", "Belo | 1205 | 1330 |\nLund | 7 | 9 |"),
        ("sep=;\r\ncity;people\r\nBelo;1,2\r\n", "city | people |\n---|---|\nBelo | 1,2 |"),
        ("One line of text.\n", "One line of text."),
    ],
)
def test_a_table_in_a_file_keeps_its_cells_apart_and_its_header(written: str, text: str) -> None:
    assert text_of(read(written.encode(), "csv")) == text


def test_rows_of_values_inside_a_text_are_a_table() -> None:
    text = "Islands\n\nisland,people,ferry\nAma,310,yes\nBero,1205,no\n\nOne, two, three.\nFour, five, six.\nSo, it, is.\n"

    assert text_of(read(text.encode(), "text")) == (
        "Islands\n\nisland | people | ferry |\n---|---|---|\nAma | 310 | yes |\nBero | 1205 | no |\n\n"
        "One, two, three.\nFour, five, six.\nSo, it, is."
    )


def test_the_sheets_of_a_workbook_are_tables_under_their_names() -> None:
    book = openpyxl.Workbook()
    first = book.active
    first.title = "Towns"
    for row in (("city", "founded", "people"), ("Belo", date(1903, 5, 1), 7750.0), ("Lund", None, 12.5)):
        first.append(row)
    book.create_sheet("Empty")
    book.create_sheet("Rivers").append(("Arl", "short"))
    written = BytesIO()
    book.save(written)

    text, outline = without_marks(read(written.getvalue(), "xlsx").text)

    assert text == (
        "Towns\ncity | founded | people |\n---|---|---|\nBelo | 1903-05-01 | 7750 |\nLund |  | 12.5 |\n"
        "Rivers\nArl | short |"
    )
    assert [mark.kind for mark in outline] == [MarkKind.HEADING] * 2


def test_rich_text_is_read() -> None:
    content = rb"{\rtf1\ansi{\fonttbl{\f0 Arial;}}\f0 The caf\'e9 is \b closed\b0 .\par It fell.\par}"

    assert text_of(read(content, "rtf")).strip() == "The café is closed.\nIt fell."


# Broken and hostile ones


def test_an_old_word_document_is_named() -> None:
    with pytest.raises(LoadError, match=r"password-protected or an old \.doc"):
        read(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "docx")


def test_other_kinds_under_a_familiar_name_are_named() -> None:
    with pytest.raises(LoadError, match="expected an e-mail with its header"):
        read(b"\n\nJust words.", "mail")
    with pytest.raises(LoadError, match="not an RTF document"):
        read(b"Just words.", "rtf")

"""What stands on the pages of a PDF as running text."""

import shutil
from io import BytesIO
from pathlib import Path

import pypdfium2
import pytest
from pypdf import PdfReader, PdfWriter

from index.errors import LoadError
from index.loading.document import without_marks
from index.loading.files import load
from index.loading.pdf import ocr
from index.loading.pdf.reader import read_pdf
from index.types import Article, LoadNote, Mark, MarkKind
from tests.index.loading.pdfs import Shown, block, pdf

STORY = [
    "The museum of Dorv bought a painting by Lisa Hoyt in the year 1998 for as",
    "much as 70,000 florins. The painting shows the old market of Dorv, which",
    "was destroyed in the war. In the spring of 2011 the painting was stolen by",
    "two men dressed as guards, who left the house through its kitchen. It was",
    "found again in 2016 in a barn near Malp, after a farmer called the police.",
    "The director of the museum, Omar Lint, thanked him and gave him a medal,",
]


def text_of(content: bytes) -> str:
    return without_marks(read_pdf(content).text)[0]


def test_the_wrapped_lines_of_a_pdf_are_joined_to_paragraphs() -> None:
    content = pdf(block([*STORY[:5], "It hangs there.", "Visitors may see it from ten to four."]))

    assert (
        text_of(content)
        == " ".join([*STORY[:5], "It hangs there."]) + "\nVisitors may see it from ten to four."
    )


def test_page_numbers_and_running_heads_are_no_text_and_a_sentence_goes_on_over_the_page() -> None:
    pages = [
        [
            Shown(50, 760, "Annual Report 2020"),
            Shown(400, 760, "Museum of Dorv"),
            *block(STORY[2 * i : 2 * i + 2]),
            Shown(300, 40, f"Page {i + 1} of 3"),
        ]
        for i in range(3)
    ]
    document = read_pdf(pdf(*pages))

    text, outline = without_marks(document.text)
    assert text == " ".join(STORY)
    assert outline == (
        Mark(0, MarkKind.PAGE, 1),
        Mark(text.index("was destroyed"), MarkKind.PAGE, 2),
        Mark(text.index("found again"), MarkKind.PAGE, 3),
    )


def test_heads_with_the_title_of_the_chapter_are_told_by_their_page_number() -> None:
    chapters = ["Boats", "Boats", "Nets", "Nets", "Rope", "Rope"]
    pages = [
        [Shown(50, 760, f"{chapter} {i + 11}"), *block([line], y=745)]
        for i, (chapter, line) in enumerate(zip(chapters, STORY, strict=True))
    ]

    assert text_of(pdf(*pages)) == " ".join(STORY)


def test_a_first_line_that_every_page_has_somewhere_is_no_running_head() -> None:
    pages = [block([line, STORY[0], line[:40]]) for line in STORY[1:4]]

    assert all(line in text_of(pdf(*pages)) for line in STORY[:4])


@pytest.mark.parametrize("row_by_row", [True, False])
def test_two_columns_are_read_one_after_the_other(row_by_row: bool) -> None:
    left = ["The ferry to Lund left on", "Monday with 140 people on", "board. Its captain, Sven"]
    right = ["Ode, had been warned of a", "storm. The ferry turned", "back after two hours."]
    columns = block(left), block(right, x=310)
    rows = [one for pair in zip(*columns, strict=True) for one in pair]

    drawn = rows if row_by_row else [*columns[0], *columns[1]]

    assert text_of(pdf(drawn)) == " ".join([*left, *right])


def test_words_broken_at_the_end_of_a_line_are_joined_and_true_hyphens_kept() -> None:
    content = pdf(
        block([
            "The committee of Brona decided on Friday that the recon-",
            "struction of the aqueduct begins in April. The well-",
            "known engineer Tilda Rask leads the work of Three-",
            "quarters of the state-owned bank. It was the inhabi-",
            "tants of Brona who asked for it. The Franco-",
            "German firm Zylo-",
            "plast pays, and the state-",
            "owned bank helps. Zyloplast is a company.",
        ])
    )  # fmt: skip

    assert text_of(content) == (
        "The committee of Brona decided on Friday that the reconstruction of the aqueduct begins in April. "
        "The well-known engineer Tilda Rask leads the work of Three-quarters of the state-owned bank. It was "
        "the inhabitants of Brona who asked for it. The Franco-German firm Zyloplast pays, and the "
        "state-owned bank helps. Zyloplast is a company."
    )


def test_a_french_word_broken_at_the_end_of_a_line_is_not_read_by_a_list_of_english_ones() -> None:
    content = pdf(
        block([
            "Le nouveau pont de Brona relie les deux rives par mau-",
            "vais temps, et les appa-",
            "reils qui comptent les voitures donnent raison aux appa-",
            "reils de la mairie. Le sous-",
            "sol est profond : ce sous-sol porte le pont.",
        ])
    )  # fmt: skip

    assert text_of(content) == (
        "Le nouveau pont de Brona relie les deux rives par mauvais temps, et les appareils qui comptent les "
        "voitures donnent raison aux appareils de la mairie. Le sous-sol est profond : ce sous-sol porte le "
        "pont."
    )


def test_an_address_in_a_larger_font_does_not_part_its_sentence() -> None:
    drawn = [
        Shown(50, 700, "The rules for the harbour of Tula are in the handbook, which is kept at"),
        Shown(50, 685.6, "www.tula.example/rules/of/the/harbour", 18, mono=True),
        Shown(460, 685.6, "since May."),
    ]

    assert text_of(pdf(drawn)) == (
        "The rules for the harbour of Tula are in the handbook, which is kept at "
        "www.tula.example/rules/of/the/harbour since May."
    )


def test_paths_and_addresses_broken_at_the_end_of_a_line_stay_whole() -> None:
    content = pdf(
        block([
            "Some of them are shared (see https://tula.example/files#",
            "shared), as /var/mail, /var/cache/man, /var/",
            "cache/fonts and /var/spool.",
        ])
    )  # fmt: skip

    assert (
        text_of(content)
        == "Some of them are shared (see https://tula.example/files#shared), as /var/mail, /var/cache/man, "
        "/var/cache/fonts and /var/spool."
    )


def test_ligatures_are_spelt_out() -> None:
    assert text_of(pdf([Shown(50, 700, "The of\x01cial \x01gures of the \x02ood.")])) == (
        "The official figures of the flood."
    )


def test_blanks_come_from_where_the_letters_stand() -> None:
    words = [
        Shown(50, 700, "The"),
        Shown(72.5, 700, "quarry"),
        Shown(109, 700, "is"),
        Shown(119.5, 700, "ours."),
    ]
    spaced = [Shown(50 + 11 * i + (6 if i > 2 else 0), 730, letter) for i, letter in enumerate("THEEND")]

    assert text_of(pdf([*spaced, *words])) == "THE END\nThe quarry is ours."


def test_a_table_keeps_its_rows_and_its_header() -> None:
    rows = [("Town", "People"), ("Belo", "7,750"), ("Lund", "12,410"), ("Kast", "980")]
    drawn = [
        Shown(x, 700 - 15 * i, cell)
        for i, row in enumerate(rows)
        for x, cell in zip((50, 200), row, strict=True)
    ]

    assert text_of(pdf(drawn)) == "Town | People |\n---|---|\nBelo | 7,750 |\nLund | 12,410 |\nKast | 980 |"


def test_headings_lists_code_and_footnotes_are_told_apart() -> None:
    page = [
        Shown(50, 760, "Moving files", 18),
        *block([STORY[0], STORY[1]], y=730),
        Shown(50, 690, "• A first thing."),
        Shown(50, 675, "• A second thing."),
        Shown(50, 650, "mv --verbose here there", mono=True),
        *block([STORY[2][:39]], y=620),
        Shown(50, 90, "1 See the report of 2016.", 9),
    ]
    text, outline = without_marks(read_pdf(pdf(page, block([STORY[3]]))).text)

    assert text == (
        f"Moving files\n{STORY[0]} {STORY[1]}\n- A first thing.\n- A second thing.\n"
        f"mv --verbose here there\n{STORY[2][:39]} {STORY[3]}\n1 See the report of 2016."
    )
    assert [mark.number for mark in outline if mark.kind is MarkKind.HEADING] == [1]
    assert [text[mark.start :][:2] for mark in outline if mark.kind is MarkKind.CODE] == ["mv"]


def test_a_table_of_contents_is_no_text() -> None:
    assert text_of(pdf(block(["Boats . . . . . . . . . 7", "Nets ............ 12", STORY[0]]))) == STORY[0]


def test_what_a_pdf_states_is_kept_but_for_names_that_programs_write(tmp_path: Path) -> None:
    file = tmp_path / "a.pdf"
    file.write_bytes(pdf(block(STORY), title="Untitled", author="anonymous"))
    [made] = load(str(file))
    file.write_bytes(pdf(block(STORY), title="The painting of Dorv", author="Jane Roe"))
    [stated] = load(str(file))

    assert isinstance(made, Article)
    assert isinstance(stated, Article)
    assert (made.source.author, made.source.published) == (None, None)
    assert made.source.title.startswith("The museum of Dorv bought a painting by Lisa Hoyt")
    assert (stated.source.title, stated.source.author) == ("The painting of Dorv", "Jane Roe")


def test_the_largest_heading_of_the_first_page_is_the_title_of_a_pdf_that_states_none() -> None:
    large = [Shown(50, 750, "The painting of Dorv", 20), *block(STORY)]

    assert read_pdf(pdf(large, title="Microsoft Word - a.doc")).title == "The painting of Dorv"
    assert read_pdf(pdf(block(STORY), large)).title is None


def scan(*texts: str) -> bytes:
    """A PDF whose pages are pictures of text."""
    drawn = pypdfium2.PdfDocument(pdf(*(block([text], size=14) for text in texts)))
    made = pypdfium2.PdfDocument.new()
    for page in drawn:
        picture = pypdfium2.PdfImage.new(made)
        picture.set_bitmap(page.render(scale=2))
        width, height = page.get_size()
        picture.set_matrix(pypdfium2.PdfMatrix().scale(width, height))
        new = made.new_page(width, height)
        new.insert_obj(picture)
        new.gen_content()
    written = BytesIO()
    made.save(written)
    return written.getvalue()


def test_pages_without_text_are_named() -> None:
    text = block([STORY[0]])

    assert read_pdf(pdf(text, [], text)).warnings == ()  # a page that is empty
    [warning] = read_pdf(pdf(text, [], [], [], text, picture=True)).warnings
    assert warning.startswith("pages 2-4 of 5 have no text, only pictures: ")


def test_a_page_without_text_is_a_note_beside_its_article(tmp_path: Path) -> None:
    file = tmp_path / "a.pdf"
    file.write_bytes(pdf(block(STORY), [], picture=True))

    article, note = load(str(file))

    assert isinstance(article, Article)
    assert note == LoadNote(str(file), f"page 2 of 2 has no text, only pictures: {ocr.advice()}")


def test_a_pdf_of_pictures_alone_says_how_it_can_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(LoadError, match=r"the PDF has no text, only pictures of pages: .*OCR_LANGUAGES=eng"):
        read_pdf(scan(STORY[0]))
    monkeypatch.setattr(shutil, "which", lambda program: None)
    with pytest.raises(LoadError, match="OCR needs Tesseract: install it"):
        read_pdf(scan(STORY[0]), "eng")
    with pytest.raises(
        LoadError, match=r"only pictures of pages: run text recognition .* or install Tesseract"
    ):
        read_pdf(scan(STORY[0]))
    assert ocr.advice().startswith("install Tesseract (on Debian: apt install tesseract-ocr)")


@pytest.mark.skipif(shutil.which("tesseract") is None, reason="Tesseract is not installed")
def test_pictures_of_pages_are_read_by_ocr() -> None:
    document = read_pdf(scan("The ferry left on Monday.", "It came back at noon."), "eng")

    assert without_marks(document.text)[0] == "The ferry left on Monday.\nIt came back at noon."
    assert document.warnings == ("pages 1-2 of 2 have text from OCR, which may hold errors",)
    with pytest.raises(LoadError, match=r"Tesseract cannot read a page \(.*xyz.*\): check OCR_LANGUAGES"):
        read_pdf(scan("The ferry left on Monday."), "xyz")


def _locked(user_password: str) -> bytes:
    writer = PdfWriter(clone_from=PdfReader(BytesIO(pdf(block(STORY)))))
    writer.encrypt(user_password, "owner", algorithm="RC4-128")
    written = BytesIO()
    writer.write(written)
    return written.getvalue()


def test_a_pdf_locked_only_against_editing_is_read() -> None:
    assert text_of(_locked("")) == text_of(pdf(block(STORY)))


def test_a_locked_pdf_and_what_is_none_are_named() -> None:
    with pytest.raises(LoadError, match="the PDF is password-protected"):
        read_pdf(_locked("secret"))
    with pytest.raises(LoadError, match="not a PDF"):
        read_pdf(b"<html>Not found</html>")

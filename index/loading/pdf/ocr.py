"""Text recognition (OCR) of pages that are only pictures, by Tesseract."""

import shutil
import subprocess

import numpy as np
import pypdfium2

from index.errors import LoadError

DOTS_PER_INCH = 200  # what Tesseract needs for 10 point type
MAX_PIXELS = 25_000_000  # a poster at 200 dots per inch would want a gigabyte
PAGE_TIMEOUT_S = 60  # a full page takes 2 to 5 s

INSTALL = "install Tesseract (on Debian: apt install tesseract-ocr)"


def advice() -> str:
    """What to do about pages without text, where OCR was not asked for."""
    use = "set OCR_LANGUAGES=eng (or other languages of Tesseract) to have them read by OCR"
    return use if shutil.which("tesseract") else f"{INSTALL} and {use}"


def no_text_error() -> LoadError:
    """Says that all pages are pictures, and how they can be read."""
    if shutil.which("tesseract"):
        return LoadError(
            "the PDF has no text, only pictures of pages: set OCR_LANGUAGES=eng (or other languages of "
            "Tesseract) to have them read by OCR"
        )
    return LoadError(
        "the PDF has no text, only pictures of pages: run text recognition (OCR) on it first, or install "
        "Tesseract (on Debian: apt install tesseract-ocr) and set OCR_LANGUAGES=eng"
    )


def recognised_lines(page: pypdfium2.PdfPage, languages: str) -> list[str]:
    """The lines of a page's picture, empty ones between its paragraphs; `languages` as `eng+fra`.

    Raises LoadError when Tesseract is missing, fails or takes too long.
    """
    tesseract = shutil.which("tesseract")
    if tesseract is None:
        raise LoadError(
            "OCR needs Tesseract: install it (on Debian: apt install tesseract-ocr), or unset OCR_LANGUAGES"
        )
    width, height = page.get_size()
    scale = min(DOTS_PER_INCH / 72, (MAX_PIXELS / max(1.0, width * height)) ** 0.5)
    picture = page.render(scale=scale, grayscale=True).to_numpy()
    rows, columns = picture.shape[:2]
    try:  # one thread: more cost more than they gain
        done = subprocess.run(  # noqa: S603 -- `languages` is the operator's
            (shutil.which("env") or "env", "OMP_THREAD_LIMIT=1", tesseract, "-", "-", "-l", languages),
            input=b"P5 %d %d 255\n" % (columns, rows) + np.ascontiguousarray(picture).tobytes(),
            capture_output=True,
            timeout=PAGE_TIMEOUT_S,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise LoadError("OCR of a page took longer than {seconds} s", seconds=PAGE_TIMEOUT_S) from error
    if done.returncode:
        said = " ".join(done.stderr.decode(errors="replace").split())[:200]
        raise LoadError("Tesseract cannot read a page ({said}): check OCR_LANGUAGES", said=said)
    return [line.strip() for line in done.stdout.decode(errors="replace").splitlines()]

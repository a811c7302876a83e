import gzip
import json
from pathlib import Path

from evaluation.extractors import compare

PAGE = """<html><body><nav><a href="/">Home</a></nav><div role="main"><h1>Oars</h1>
<p>An oar of this boat is made of <code>ash</code> and not of any other wood.</p></div></body></html>"""
SENTENCE = "An oar of this boat is made of ash and not of any other wood."


def test_an_extractor_has_a_row_with_what_it_keeps_and_lets_in(tmp_path: Path) -> None:
    for folder in ("news/html", "web/eval", "manuals/boats"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "news/ground-truth.json").write_text(json.dumps({"a": {"articleBody": SENTENCE}}))
    (tmp_path / "news/html/a.html.gz").write_bytes(gzip.compress(PAGE.encode()))
    truth = {"https://boats.example": {"file": "a.html", "with": [SENTENCE], "without": ["Home"]}}
    (tmp_path / "web/evaldata.json").write_text(json.dumps(truth))
    (tmp_path / "web/eval/a.html").write_text(PAGE)
    (tmp_path / "manuals/boats/oars.html").write_text(PAGE)

    head, _, row = compare(tmp_path, ["citebot"])

    cells = [cell.strip() for cell in row.split("|")[1:-1]]
    assert [*cells[:6], cells[7]] == [
        "citebot",
        "1.000",
        "1.000",
        "1.000",
        "1.000",
        "0.000",
        "1.000, 1.000, 0.000",
    ]
    assert len(cells) == len(head.split("|")[1:-1])

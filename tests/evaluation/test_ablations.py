from pathlib import Path

import pytest

from evaluation.ablations import main
from tests.evaluation.conftest import ARTICLES, QUESTIONS, written

STRANGE = {
    "id": "ablate",
    "title": "Words that the question does not share",
    "text": "Ingrid Haugen started the creamery long ago. Goats graze on the slopes above the fjord.",
}


def test_each_part_is_left_out_once_and_another_reader_set_beside(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    corpus = written(tmp_path / "corpus.jsonl", (*ARTICLES, STRANGE))
    questions = written(tmp_path / "questions.jsonl", QUESTIONS[:5])
    monkeypatch.setattr("sys.argv", ["ablations", str(corpus), str(questions), "--reader", "sentences"])

    assert main() == 0

    rows = {
        cells[1].strip(): [cell.split()[0] for cell in cells[2:-1] if cell.strip()]
        for line in capsys.readouterr().out.splitlines()
        if (cells := line.split("|"))[0] == "" and len(cells) > 2
    }
    # one of the four accepted answers is wrong on purpose
    assert rows["whole"] == ["0.750", "1.000", "1.000", "1.000", "1.000"]
    assert rows["no BM25"][0] == rows["no vectors"][0] == "0.750"
    assert rows["no reader: nearest sentence"] == rows["reader sentences"]
    assert rows["reader without re-ranking"][1] <= rows["whole"][1]

"""The time of reading is measured over what is read."""

from pathlib import Path

from bench.reading import HERE, once, run


def test_a_run_counts_what_it_read(tmp_path: Path) -> None:
    (tmp_path / "ferry.txt").write_text("The ferry leaves the old harbour at nine.\n", "utf-8")

    here = once([tmp_path])
    apart = run(HERE, tmp_path, store=True)

    assert (here["articles"], here["passages"]) == (apart["articles"], apart["passages"]) == (1, 1)
    assert here["words"] == apart["words"] >= 8
    assert apart["cpu_s"] > 0

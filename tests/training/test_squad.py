import gzip
from pathlib import Path

import pytest

from tests.training.conftest import PASSAGES
from training.examples import Context, Group
from training.sources import CLEAR, DataError, read_data
from training.squad import SquadQuestion, read_squad
from training.stages import Recipe, finishing_stage


def test_only_the_half_of_the_articles_that_their_titles_tell_is_learned_from(squad: Path) -> None:
    read = read_squad(squad)

    assert read.train == [
        SquadQuestion("Who kept the lighthouse?", PASSAGES[1], "Jonas Falk"),
        SquadQuestion("Who owned the lighthouse?", PASSAGES[1], ""),
    ]
    assert [question.id for question in read.held_out] == ["s3", "s4"]


def test_each_pass_asks_all_questions_amid_as_many_new_ones_of_the_first_stage(
    folder: Path, squad: Path
) -> None:
    data, recipe = read_data(folder, CLEAR), Recipe(seed=5)

    stage = finishing_stage(data, read_squad(squad), recipe, Recipe(passes=3))

    assert (stage.recipe.seed, stage.recipe.passes) == (5, 3)
    groups = [group for batch in stage.plan for group in batch]
    assert len(groups) == 3 * (2 + 2)
    unanswerable = [group for group in groups if group.question == "Who owned the lighthouse?"]
    assert [group.contexts for group in unanswerable] == [[Context(PASSAGES[1])]] * 3
    start = PASSAGES[1].index("Jonas Falk")
    answerable = Group("Who kept the lighthouse?", [Context(PASSAGES[1], start, start + 10)])
    assert groups.count(answerable) >= 3
    assert stage == finishing_stage(data, read_squad(squad), recipe, Recipe(passes=3))


def test_a_folder_that_is_no_such_set_is_told_with_what_was_expected(squad: Path, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"expected questions\.jsonl\.gz and corpus\.jsonl\.gz"):
        read_squad(tmp_path)
    path = squad / "questions.jsonl.gz"
    first, *_ = gzip.decompress(path.read_bytes()).splitlines()
    path.write_bytes(gzip.compress(first))
    with pytest.raises(DataError, match="with and without answers in both halves"):
        read_squad(squad)

"""Questions in one language over articles in another."""

from evaluation.xquad import is_left_out, rows


def article(text: str, question: str, answer: str) -> dict[str, object]:
    asked = {"question": question, "answers": [{"text": answer, "answer_start": 0}]}
    return {"paragraphs": [{"context": text, "qas": [asked]}]}


def test_questions_about_articles_that_are_left_out_have_no_answer() -> None:
    titles = [f"Title {number}" for number in range(12)]
    asked = [article("Elle est née.", "Quand ?", "hier") for _ in titles]
    told = [article("She was born yesterday.", "When?", "yesterday") for _ in titles]

    articles, questions = rows(asked, told, titles)

    kept = [title for title in titles if not is_left_out(title)]
    assert [one["title"] for one in articles] == kept
    assert {one["text"] for one in articles} == {"She was born yesterday."}
    assert {one["question"] for one in questions} == {"Quand ?"}
    ids = {one["id"] for one in articles}
    for one in questions:
        assert one["answers"] == (["yesterday"] if one["relevant"] else [])
        assert set(one["relevant"]) <= ids

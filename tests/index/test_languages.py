import subprocess
import sys

import pytest

from index.languages import ENGLISH, OTHER, asked_in, content_words, is_english, language_of, stems

ARTICLES = {
    "en": "The convoy was attacked on Tuesday near the town, and several lorries were destroyed.",
    "fr": "Le convoi a été attaqué mardi près de la ville, et plusieurs camions ont été détruits.",
    "de": "Der Konvoi wurde am Dienstag in der Nähe der Stadt überfallen, mehrere Lastwagen wurden zerstört.",
    "es": "El convoy fue atacado el martes cerca de la ciudad y varios camiones fueron destruidos.",
    "ru": "Во вторник недалеко от города на колонну напали, несколько грузовиков было уничтожено боевиками.",
    "tr": "Konvoy salı günü kentin yakınlarında saldırıya uğradı ve birkaç kamyon yok edildi.",
}


@pytest.mark.parametrize("code", ARTICLES)
def test_the_language_of_an_article_is_told(code: str) -> None:
    assert language_of([ARTICLES[code]]) == code


def test_an_article_of_many_parts_is_told_by_some_of_them() -> None:
    assert language_of([ARTICLES["fr"]] * 5_000) == "fr"


@pytest.mark.parametrize("text", ["", "Lorry 3", "x = [1, 2]", "| 12 | 14 |"])
def test_what_nobody_can_tell_is_taken_for_english(text: str) -> None:
    assert language_of([text]) == ENGLISH


def test_a_language_without_a_stemmer_keeps_its_words() -> None:
    text = "Konwój został zaatakowany we wtorek w pobliżu miasta, a kilka ciężarówek zostało zniszczonych."

    assert language_of([text]) == OTHER
    assert stems("Zniszczonych ciężarówek", OTHER) == ["zniszczonych", "ciezarowek"]


@pytest.mark.parametrize(
    ("language", "one", "another"),
    [
        ("en", "attacked lorries", "attacks lorry"),
        ("fr", "économiques détruits", "economique détruit"),
        ("de", "Häuser", "Haus"),
        ("ru", "грузовиков", "грузовики"),
    ],
)
def test_forms_of_a_word_have_one_stem(language: str, one: str, another: str) -> None:
    assert stems(one, language) == stems(another, language)


@pytest.mark.parametrize(
    ("question", "content"),
    [
        ("what is the capital of mali", ["capital", "mali"]),
        ("quelle est la capitale du mali", ["est", "capitale", "mali"]),
        ("wie ist die lage in der stadt", ["lage", "stadt"]),
        ("when did he die", ["die"]),
        ("to be or not to be", ["to", "be", "or", "not", "to", "be"]),
    ],
)
def test_function_words_of_the_questions_own_language_are_left_out(question: str, content: list[str]) -> None:
    assert content_words(question.split()) == content


@pytest.mark.parametrize(
    ("question", "languages"),
    [
        ("who were the leaders of the convoy", ["en"]),
        ("quels étaient les chefs du convoi", ["fr"]),
        ("convoy leaders", ["en", "fr", "tr"]),
        ("konvoy ne zaman saldırıya uğradı", ["en", "fr", "tr"]),
    ],
)
def test_a_question_is_stemmed_by_the_languages_that_it_may_be_in(
    question: str, languages: list[str]
) -> None:
    assert asked_in(question.split(), ["en", "fr", "tr"]) == languages


def test_searching_does_without_what_tells_languages() -> None:
    code = (
        "import sys; from index.store.keyword import KeywordIndex\n"
        "KeywordIndex(None).search('who attacked the convoy?', 1, None); print('py3langid' in sys.modules)"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout == "False\n"


@pytest.mark.parametrize(
    ("text", "english"),
    [
        ("Who attacked the Gao convoy?", True),
        ("Wagner?", True),
        ("", True),
        ("--assume-clean", True),
        ("qui a attaqué le convoi de Gao ?", False),
        ("Wer griff den Konvoi an?", False),
        ("谁袭击了车队？", False),
    ],
)
def test_a_text_in_another_language_than_english_is_told(text: str, english: bool) -> None:
    assert is_english(text) is english

"""One text, whatever encoding it was saved in."""

from pathlib import Path

import pytest

from tests.index.loading.loaded import article_of, reason_of

FRENCH = "L’armée a repris « Léré » — 3\u202f000 € de dégâts. Le maire de la ville a salué les habitants."


def test_a_text_is_one_text_in_every_encoding(tmp_path: Path) -> None:
    text = FRENCH.replace("\u202f", "\xa0")
    encodings = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252")
    contents = [text.encode(encoding) for encoding in encodings]

    assert {article_of(tmp_path, "a.txt", content).text for content in contents} == {text}


@pytest.mark.parametrize("declared", ['<meta charset="{}">', '<?xml version="1.0" encoding="{}"?>'])
def test_a_page_is_one_text_in_every_encoding(tmp_path: Path, declared: str) -> None:
    text = "Le président du conseil régional était à Lomé, où il est né, et il a salué les habitants."
    pages = [
        f"{declared.format(name)}<html><head><title>Lomé</title></head><body><p>{text}</p></body></html>".encode(
            coding
        )
        for name, coding in (("utf-8", "utf-8"), ("windows-1252", "cp1252"), ("iso-8859-1", "latin-1"))
    ]

    assert {article_of(tmp_path, "a.html", page).text for page in pages} == {text}


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("utf-8-sig", "The café reopened."),
        ("utf-16", "The café reopened."),
        ("utf-32", "The café reopened."),
        ("cp1252", "The owner said “we will rebuild” – the flood had cost him his café."),
        (
            "cp1252",
            "Le président a déclaré que la sécurité était assurée – “à la frontière” – où il a été blessé. "
            "Les autorités françaises n’ont pas réagi à cette annonce, qui a été faite après la visite.",
        ),
        ("cp1252", "El señor Muñoz llegó mañana a la reunión."),
        ("cp1252", "Le café est fermé."),
        ("cp1252", "Élection à Lomé"),
        ("cp1252", "Où est né l’élève de Léré ?"),
        ("cp1252", "Não há mais informações sobre a reunião."),
        ("cp1252", "Il ministro ha detto che la città sarà più sicura."),
        ("cp1252", "50 € par mois"),
        ("cp1252", "Créée en 1990, l'œuvre brûla."),
        ("utf-16-le", "Le café est fermé."),
        ("utf-16-be", "Le café est fermé."),
        ("cp1250", "Prezydent oświadczył, że bezpieczeństwo na granicy zostało zapewnione."),
        ("cp1250", "Prezident prohlásil, že bezpečnost na hranici byla zajištěna. Úřady nereagovaly."),
        ("cp1250", "Nie wiem, czy się uda."),
        ("cp1253", "Καλημέρα κόσμε."),
        ("cp1254", "Cumhurbaşkanı sınırdaki güvenliğin sağlandığını söyledi."),
        ("cp1257", "Projektas prasidėjo prieš daugelį metų."),
        ("cp1251", "Президент заявил, что безопасность на границе обеспечена. Власти не ответили."),
    ],
)
def test_a_text_is_read_in_the_encoding_it_was_saved_in(tmp_path: Path, encoding: str, text: str) -> None:
    assert article_of(tmp_path, "a.txt", text.encode(encoding)).text == text


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("iso-8859-2", "Prezydent oświadczył, że bezpieczeństwo na granicy zostało zapewnione."),
        ("cp1250", "To je český program."),
        ("koi8_r", "Президент заявил, что безопасность на границе обеспечена."),
        ("mac_roman", "Le café est fermé."),
        ("gbk", "总统说边境安全。"),
        ("cp850", "Le président a déclaré que la sécurité était assurée à la frontière."),
        ("euc_jp", "大統領は国境の安全が確保されたと述べた。"),
    ],
)
def test_an_encoding_that_cannot_be_told_is_refused_and_never_guessed_wrong(
    tmp_path: Path, encoding: str, text: str
) -> None:
    assert "save the file as UTF-8" in reason_of(tmp_path, "a.txt", text.encode(encoding))


def test_one_broken_byte_does_not_make_a_utf8_text_unreadable(tmp_path: Path) -> None:
    text = "Le président a déclaré que la sécurité était assurée à la frontière, où il était né."

    article = article_of(tmp_path, "a.txt", text.encode() + b" Fin\xe9.")

    assert article.text == text + " Fin\ufffd."


def test_one_broken_byte_in_a_long_plain_text_is_shown_as_broken(tmp_path: Path) -> None:
    text = "The river rose by two metres overnight. " * 20

    assert article_of(tmp_path, "a.txt", text.encode() + b"\x9d It fell.").text == text + "\ufffd It fell."

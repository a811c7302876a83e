import re
from pathlib import Path

import pytest

from citebot.errors import SettingsError
from citebot.settings import NAMES, NOT_YET, Settings, load_settings, names_in, unsupported

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "docs" / "deploy.md"


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in (*NAMES, *NOT_YET):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)


def env_file(text: str) -> Path:
    path = Path(".env")
    path.write_text(text, "utf-8")
    return path


def refusal(text: str) -> str:
    with pytest.raises(SettingsError) as caught:
        load_settings(env_file(text))
    return str(caught.value)


def test_everything_but_the_token_has_a_default_that_works() -> None:
    assert load_settings().model_dump() == {
        "telegram_bot_token": None,
        "telegram_base_url": "https://api.telegram.org/bot",
        "telegram_file_url": "https://api.telegram.org/file/bot",
        "telegram_allowed_chats": frozenset(),
        "telegram_admin_ids": frozenset(),
        "telegram_webhook_url": None,
        "telegram_webhook_secret": None,
        "telegram_webhook_listen": "127.0.0.1:8080",
        "group_max_articles": 1000,
        "group_max_passages": 20000,
        "group_max_sources": 10,
        "preview_host": "127.0.0.1",
        "index_dir": Path("data/index"),
        "embedding_model": "bundled",
        "llm_base_url": None,
        "llm_model": None,
        "llm_api_key": None,
        "llm_timeout_s": 20.0,
        "llm_daily_tokens": None,
        "transcribe_base_url": None,
        "transcribe_model": None,
        "ocr_languages": "",
        "reader_model": "bundled",
        "log_level": None,
        "log_format": "text",
    }


def test_env_example_names_every_setting_and_no_other() -> None:
    assert sorted(names_in(ROOT / ".env.example")) == sorted(NAMES)


def test_env_example_as_it_stands_gives_the_defaults() -> None:
    assert load_settings(ROOT / ".env.example") == Settings()


def test_settings_come_from_env_and_the_environment_counts_more(monkeypatch: pytest.MonkeyPatch) -> None:
    path = env_file("INDEX_DIR=from_file\nexport READER_MODEL='sentences' # the baseline\nLOG_LEVEL=debug\n")
    monkeypatch.setenv("INDEX_DIR", "from_environment")

    settings = load_settings(path)

    assert (settings.index_dir, settings.reader_model, settings.log_level) == (
        Path("from_environment"),
        "sentences",
        "DEBUG",
    )


@pytest.mark.parametrize("ids", ["-1001234567890,42", " -1001234567890, 42 ", "42 -1001234567890,"])
def test_allowed_chats_are_ids_separated_by_commas(ids: str) -> None:
    settings = load_settings(env_file(f'TELEGRAM_ALLOWED_CHATS="{ids}"\n'))

    assert settings.telegram_allowed_chats == frozenset({-1001234567890, 42})


def test_an_unknown_name_in_env_is_refused_with_the_nearest_valid_one() -> None:
    assert refusal("TELEGRAM_TOKEN=1:a\nCOLOUR=red\n") == (
        ".env: there is no setting TELEGRAM_TOKEN; did you mean TELEGRAM_BOT_TOKEN?\n"
        ".env: there is no setting COLOUR; see .env.example for those there are"
    )


def test_unrelated_environment_variables_are_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TELEGRAM_TOKEN", "somebody else's")

    assert load_settings() == Settings()


def test_a_name_whose_feature_does_not_exist_yet_is_told_and_not_refused() -> None:
    path = env_file("STORE_URL=\n")

    assert load_settings(path) == Settings()
    assert unsupported(path) == ["STORE_URL"]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("LOG_LEVEL=loud", "LOG_LEVEL: expected one of DEBUG, INFO, WARNING, ERROR, got 'loud'"),
        ("LOG_FORMAT=xml", "LOG_FORMAT: expected one of text, json, got 'xml'"),
        (
            "TELEGRAM_BASE_URL=api.telegram.org",
            "TELEGRAM_BASE_URL: expected an address that begins with http:// or https://, "
            "got 'api.telegram.org'",
        ),
        (
            "TELEGRAM_ALLOWED_CHATS=@me",
            "TELEGRAM_ALLOWED_CHATS: expected chat ids, whole numbers separated by commas, "
            "like 1234,-1001234567890, got '@me'",
        ),
        (
            "TELEGRAM_ADMIN_IDS=42,-1001234567890",
            "TELEGRAM_ADMIN_IDS: expected user ids, which are positive: those of groups begin with a minus, "
            "got '42,-1001234567890'",
        ),
        *(
            (
                f"TELEGRAM_WEBHOOK_URL={url}",
                "TELEGRAM_WEBHOOK_URL: expected an https address on port 443, 80, 88, 8443, like "
                f"https://bot.example.org/telegram, got '{url}'",
            )
            for url in (
                "http://bot.example.org/telegram",
                "https://bot.example.org:8080/telegram",
                "https://bot.example.org:port/telegram",
                "https://bot.example.org/healthz",
                "https:///telegram",
                "bot.example.org",
            )
        ),
        (
            "TELEGRAM_WEBHOOK_SECRET=not:a secret",
            "TELEGRAM_WEBHOOK_SECRET: expected 1 to 256 of the characters A-Z, a-z, 0-9, _ and -, "
            "got something else (not shown)",
        ),
        (
            "TELEGRAM_WEBHOOK_LISTEN=8080",
            "TELEGRAM_WEBHOOK_LISTEN: expected an address and a port on this machine, like 127.0.0.1:8080, "
            "got '8080'",
        ),
        ("INDEX_DIR", ".env, line 1: expected NAME=value"),
    ],
)
def test_a_bad_value_is_told_in_one_line_with_what_is_expected(line: str, message: str) -> None:
    assert refusal(line + "\n") == message


def test_a_bad_token_is_refused_without_showing_it() -> None:
    message = refusal("TELEGRAM_BOT_TOKEN=AAHsecretsecret\n")

    assert message.startswith("TELEGRAM_BOT_TOKEN: expected a token from BotFather")
    assert "secret" not in message


def test_the_token_does_not_show_when_settings_are_printed() -> None:
    settings = load_settings(env_file("TELEGRAM_BOT_TOKEN=123:AAHsecretsecret\n"))

    assert "secretsecret" not in repr(settings)
    assert settings.telegram_bot_token is not None
    assert settings.telegram_bot_token.get_secret_value() == "123:AAHsecretsecret"


def test_an_env_file_that_is_not_utf8_is_refused_by_name() -> None:
    Path(".env").write_bytes(b"INDEX_DIR=\xff\xfe\n")

    with pytest.raises(SettingsError, match=re.escape(".env cannot be read as UTF-8 text")):
        load_settings()


def test_every_setting_that_the_guide_to_deploying_names_exists() -> None:
    named = set(re.findall(r"\b(?:TELEGRAM|LOG|INDEX|READER|EMBEDDING)_[A-Z_]+", DEPLOY.read_text("utf-8")))

    assert named - set(NAMES) == set()
    assert "TELEGRAM_WEBHOOK_URL" in named

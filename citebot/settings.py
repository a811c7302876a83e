"""Settings from the environment and `.env`.

Unknown names in `.env` are refused, unknown environment variables ignored. The value of a secret never
appears in a message.
"""

import difflib
import io
import ipaddress
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Literal, get_args
from urllib.parse import urlsplit

from dotenv.parser import parse_stream
from pydantic import BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from citebot.errors import SettingsError

ENV_FILE = Path(".env")
LogLevel = Literal["DEBUG", "INFO", "WARNING", "ERROR"]
LogFormat = Literal["text", "json"]
WEBHOOK_PORTS = (443, 80, 88, 8443)  # those that Telegram connects to

NOT_YET = ("STORE_URL",)
"""Names reserved for future features: a warning is printed when they are set."""


def _token(value: object) -> object:
    secret = value.get_secret_value() if isinstance(value, SecretStr) else str(value)
    if not re.fullmatch(r"\d+:[A-Za-z0-9_-]+", secret.strip()):
        raise ValueError("a token from BotFather like 123456789:AAExample")
    return secret.strip()


def _address(value: object) -> object:
    if not re.match(r"https?://[^/\s]+\S*$", str(value)):
        raise ValueError("an address that begins with http:// or https://")
    return value


def _chat_ids(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        return frozenset(int(number) for number in re.split(r"[,\s]+", value.strip()) if number)
    except ValueError:
        raise ValueError("chat ids, whole numbers separated by commas, like 1234,-1001234567890") from None


def _user_ids(value: object) -> object:
    ids = _chat_ids(value)
    if isinstance(ids, frozenset) and any(number <= 0 for number in ids):
        raise ValueError("user ids, which are positive: those of groups begin with a minus")
    return ids


def _count(value: object) -> object:
    if not re.fullmatch(r"\d{1,9}", str(value).strip()):
        raise ValueError("a whole number, 0 or more")
    return int(str(value))


def _webhook(value: object) -> object:
    expected = f"an https address on port {', '.join(map(str, WEBHOOK_PORTS))}, like https://bot.example.org/telegram"
    try:
        parts = urlsplit(str(value))
        fits = parts.scheme == "https" and parts.hostname and (parts.port or 443) in WEBHOOK_PORTS
    except ValueError:  # a port that is none
        fits = False
    if not fits or parts.path == "/healthz" or parts.fragment or re.search(r"\s", str(value)):
        raise ValueError(expected)
    return value


def _webhook_secret(value: object) -> object:
    secret = value.get_secret_value() if isinstance(value, SecretStr) else str(value)
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", secret):
        raise ValueError("1 to 256 of the characters A-Z, a-z, 0-9, _ and -")
    return secret


def _host_and_port(value: object) -> object:
    found = re.fullmatch(r"(\[[0-9A-Fa-f:.]+\]|[\w.-]+):(\d{1,5})", str(value))
    if found is None or not 0 < int(found[2]) < 65536:
        raise ValueError("an address and a port on this machine, like 127.0.0.1:8080")
    return value


def _ip(value: object) -> object:
    try:
        return str(ipaddress.ip_address(str(value).strip("[]")))
    except ValueError:
        raise ValueError("an IP address of this machine, like 127.0.0.1, or 0.0.0.0 for all") from None


def _choice(kind: object) -> BeforeValidator:
    choices = get_args(kind)

    def check(value: object) -> object:
        for choice in choices:
            if str(value).lower() == choice.lower():
                return choice
        raise ValueError("one of " + ", ".join(choices))

    return BeforeValidator(check)


class Settings(BaseSettings):
    """Everything that can be set; each field's upper-case name is the setting's name."""

    model_config = SettingsConfigDict(
        validate_default=False,
        env_file_encoding="utf-8",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
    )

    telegram_bot_token: Annotated[SecretStr | None, BeforeValidator(_token)] = None
    telegram_base_url: Annotated[str, BeforeValidator(_address)] = "https://api.telegram.org/bot"
    telegram_file_url: Annotated[str, BeforeValidator(_address)] = "https://api.telegram.org/file/bot"
    telegram_allowed_chats: Annotated[frozenset[int], NoDecode, BeforeValidator(_chat_ids)] = frozenset()
    telegram_admin_ids: Annotated[frozenset[int], NoDecode, BeforeValidator(_user_ids)] = frozenset()
    telegram_webhook_url: Annotated[str | None, BeforeValidator(_webhook)] = None
    telegram_webhook_secret: Annotated[SecretStr | None, BeforeValidator(_webhook_secret)] = None
    telegram_webhook_listen: Annotated[str, BeforeValidator(_host_and_port)] = "127.0.0.1:8080"
    group_max_articles: Annotated[int, BeforeValidator(_count)] = 1_000
    group_max_passages: Annotated[int, BeforeValidator(_count)] = 20_000
    group_max_sources: Annotated[int, BeforeValidator(_count)] = 10
    preview_host: Annotated[str, BeforeValidator(_ip)] = "127.0.0.1"
    index_dir: Path = Path("data/index")
    embedding_model: str = "bundled"
    reader_model: str = "bundled"
    llm_base_url: Annotated[str | None, BeforeValidator(_address)] = None
    llm_model: str | None = None
    llm_api_key: SecretStr | None = None
    llm_timeout_s: Annotated[float, Field(gt=0, le=600)] = 20.0
    llm_daily_tokens: Annotated[int | None, Field(gt=0)] = None
    transcribe_base_url: Annotated[str | None, BeforeValidator(_address)] = None
    transcribe_model: str | None = None
    ocr_languages: str = ""  # as Tesseract names them: "eng", "eng+fra"
    log_level: Annotated[LogLevel | None, _choice(LogLevel)] = None  # INFO for the bot, else WARNING
    log_format: Annotated[LogFormat, _choice(LogFormat)] = "text"


NAMES = tuple(name.upper() for name in Settings.model_fields)
SECRETS = frozenset({"TELEGRAM_BOT_TOKEN", "TELEGRAM_WEBHOOK_SECRET", "LLM_API_KEY"})


def load_settings(env_file: Path = ENV_FILE) -> Settings:
    """The settings of this environment; `.env` counts less than the environment itself.

    Raises SettingsError, one line for each setting that is unknown or unusable.
    """
    in_file = names_in(env_file)
    check_names(in_file, env_file)
    try:
        settings = Settings(_env_file=env_file)  # type: ignore[call-arg]  # a pydantic-settings argument
    except ValidationError as error:
        lines = [_explain(str(p["loc"][0]).upper(), p["msg"], p["input"]) for p in error.errors()]
        raise SettingsError("\n".join(lines)) from None
    return settings


def unsupported(env_file: Path = ENV_FILE) -> list[str]:
    """Reserved names that `.env` sets."""
    made = names_in(env_file)
    return [name for name in NOT_YET if name in made]


def names_in(env_file: Path) -> list[str]:
    """The names that a `.env` file sets, in its order; none when there is no such file.

    Raises SettingsError for a line that is not NAME=value.
    """
    if not env_file.is_file():
        return []
    try:
        text = env_file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{env_file} cannot be read as UTF-8 text: {error}") from None
    names = []
    for binding in parse_stream(io.StringIO(text)):
        if binding.error or (binding.key is not None and binding.value is None):
            raise SettingsError(f"{env_file}, line {binding.original.line}: expected NAME=value")
        if binding.key is not None:
            names.append(binding.key)
    return names


def check_names(names: Iterable[str], env_file: Path) -> None:
    """Raises SettingsError that names every unknown setting and the nearest valid one."""
    known = (*NAMES, *NOT_YET)
    problems = []
    for name in names:
        if name.upper() not in known:
            near = difflib.get_close_matches(name.upper(), known, n=1)
            hint = f"did you mean {near[0]}?" if near else "see .env.example for those there are"
            problems.append(f"{env_file}: there is no setting {name}; {hint}")
    if problems:
        raise SettingsError("\n".join(problems))


def _explain(name: str, message: str, came: object) -> str:
    expected = message.removeprefix("Value error, ")
    shown = "something else (not shown)" if name in SECRETS else repr(came)
    return f"{name}: expected {expected}, got {shown}"

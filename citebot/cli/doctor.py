"""`citebot doctor`: tries every part, and says for each that fails what to do."""

import shutil
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import httpx

from citebot.cli.options import print_json, style_for
from citebot.cli.output import counted
from citebot.errors import FAILURE, CitebotError, SettingsError
from citebot.logs import configure_logging
from citebot.settings import Settings, load_settings, unsupported
from index.errors import IndexingError, StoreError
from index.types import Passage, Source
from retrieval.errors import RetrievalError

TELEGRAM_TIMEOUT_S = 10
FREE_WARN_MIB = 1024
FREE_FAIL_MIB = 100
SHORT_SECRET = 16  # characters


@dataclass(frozen=True, slots=True)
class Check:
    """The result of a check, and what to do about it."""

    name: str
    status: Literal["ok", "warn", "fail"]
    message: str
    todo: str | None = None


def run_doctor(index_dir: Path | None, *, as_json: bool) -> int:
    """Prints every check as it is made; returns 1 when one failed, else 0."""
    style = style_for(sys.stdout)
    done = []
    for check in examine(index_dir):
        done.append(check)
        if not as_json:
            print(f"{check.status:4} {style.bold(f'{check.name:9}')} {check.message}", flush=True)
            if check.todo:
                print(f"     {'':9} -> {check.todo}", flush=True)
    ok = all(check.status != "fail" for check in done)
    if as_json:
        print_json({"ok": ok, "checks": [asdict(check) for check in done]})
    return 0 if ok else FAILURE


def examine(index_dir: Path | None) -> Iterator[Check]:
    """All checks, in order; it ends with settings that cannot be read."""
    try:
        settings = load_settings()
    except SettingsError as error:
        yield Check("settings", "fail", "; ".join(str(error).splitlines()), "correct .env or the environment")
        return
    if index_dir:
        settings = settings.model_copy(update={"index_dir": index_dir})
    configure_logging(settings, "ERROR")
    yield check_settings()
    yield from check_telegram(settings)
    yield from check_webhook(settings)
    yield from check_admins(settings)
    yield from check_models(settings)
    yield from check_llm(settings)
    yield check_index(settings)
    yield check_disk(settings.index_dir)


def check_settings() -> Check:
    waiting = unsupported()
    if waiting:
        return Check("settings", "warn", f"not supported yet, without effect: {', '.join(waiting)}")
    return Check("settings", "ok", "all names and values are understood")


def check_telegram(settings: Settings) -> Iterator[Check]:
    """The token, tried with getMe, and what BotFather has switched on for this bot."""
    token = settings.telegram_bot_token
    if token is None:
        yield Check("token", "warn", "TELEGRAM_BOT_TOKEN is not set", "`citebot run` tells how to get one")
        return
    base = settings.telegram_base_url
    try:
        reply = _call(settings, "getMe")
        answer = reply.json()
    except (httpx.HTTPError, ValueError) as error:
        kind = type(error).__name__  # its text may hold the address, and that the token
        yield Check(
            "token",
            "fail",
            f"{base} gave no usable reply ({kind})",
            "check the network and TELEGRAM_BASE_URL",
        )
        return
    if not isinstance(answer, dict) or not answer.get("ok"):
        yield Check(
            "token",
            "fail",
            f"Telegram refuses it (HTTP {reply.status_code})",
            "copy it from @BotFather again",
        )
        return
    bot = answer["result"]
    yield Check("token", "ok", f"Telegram knows it as @{bot.get('username')}")
    if bot.get("can_read_all_group_messages"):
        yield Check("privacy", "ok", "off: in groups the bot sees every message, and answers when addressed")
    else:
        yield Check(
            "privacy", "ok", "on: in groups the bot sees commands and replies to it, and perhaps not mentions"
        )
    yield _check_mode(
        bot.get("supports_inline_queries"),
        "inline",
        "in any chat people write the bot's name and a question, and send the answer; answers can be shared",
        "answers cannot be shared, nor asked for in other chats",
    )
    yield _check_mode(
        bot.get("supports_guest_queries"),
        "guest",
        "tagged in a chat it is not in, the bot answers there",
        "the bot does not hear who tags it in a chat it is not in",
    )


def check_webhook(settings: Settings) -> Iterator[Check]:
    """Polling or webhook, and Telegram's last webhook error. Nothing without a token."""
    url, secret = settings.telegram_webhook_url, settings.telegram_webhook_secret
    if settings.telegram_bot_token is None:
        return
    if url is not None and secret is not None and len(secret.get_secret_value()) < SHORT_SECRET:
        yield Check(
            "webhook",
            "warn",
            f"TELEGRAM_WEBHOOK_SECRET has fewer than {SHORT_SECRET} characters and can be guessed",
            "leave it empty: a long one is derived from the token",
        )
    info = _call_result(settings, "getWebhookInfo")
    if info is None:
        return  # what is wrong was said about the token
    if url is None:
        polling = "updates are fetched"
        is_left = bool(info.get("url"))
        told = f"{polling}; the webhook that is still set is deleted at the start" if is_left else polling
        yield Check("webhook", "ok", told)
        return
    leads = f"it must lead to {settings.telegram_webhook_listen} on this machine, see docs/deploy.md"
    if info.get("url") != url:
        yield Check("webhook", "ok", f"{url} will be set at the start of `citebot run`; {leads}")
    elif message := info.get("last_error_message"):
        at = datetime.fromtimestamp(int(info.get("last_error_date", 0)), UTC)
        said = f"Telegram's last trouble with {url}, at {at:%Y-%m-%d %H:%M} UTC: {message}"
        yield Check("webhook", "warn", said, leads)
    else:
        waiting = info.get("pending_update_count", 0)
        yield Check("webhook", "ok", f"Telegram brings updates to {url}; {waiting} are waiting")


def check_admins(settings: Settings) -> Iterator[Check]:
    """Who may add articles from a chat. Nothing without a token."""
    if settings.telegram_bot_token is None:
        return
    ids = sorted(settings.telegram_admin_ids)
    if not ids:
        yield Check("admins", "ok", "nobody may add articles from a chat: TELEGRAM_ADMIN_IDS is empty")
        return
    unknown = [
        str(user_id) for user_id in ids if _call_result(settings, "getChat", chat_id=str(user_id)) is None
    ]
    if unknown:
        yield Check(
            "admins",
            "warn",
            f"no private chat with {', '.join(unknown)}",
            "check the numbers; each of them writes /start to the bot once",
        )
    else:
        yield Check("admins", "ok", f"may add and remove articles: {', '.join(map(str, ids))}")


def _call(settings: Settings, method: str, **params: str) -> httpx.Response:
    """Telegram's reply. Raises httpx.HTTPError."""
    base = settings.telegram_base_url
    secret = settings.telegram_bot_token.get_secret_value() if settings.telegram_bot_token else ""
    address = base.replace("{token}", secret) if "{token}" in base else base + secret
    return httpx.get(f"{address}/{method}", params=params, timeout=TELEGRAM_TIMEOUT_S)


def _call_result(settings: Settings, method: str, **params: str) -> dict[str, Any] | None:
    """The result of the method; None when it fails."""
    try:
        answer = _call(settings, method, **params).json()
    except (httpx.HTTPError, ValueError):
        return None
    result = answer.get("result") if isinstance(answer, dict) else None
    return result if isinstance(result, dict) else None


def _check_mode(is_on: object, name: str, if_on: str, if_off: str) -> Check:
    if is_on:
        return Check(name, "ok", f"on: {if_on}")
    todo = f"switch {name} mode on in @BotFather, then start the bot anew"
    return Check(name, "warn", f"off: {if_off}", todo)


def check_models(settings: Settings) -> Iterator[Check]:
    """Loads and tries both models; loading verifies the checksums of the bundled ones."""
    from index.embedding.embedder import load_embedder
    from retrieval.reading.reader import load_reader

    try:
        embedder = load_embedder(settings.embedding_model)
        length = len(embedder.embed_question("who attacked the convoy?"))
    except IndexingError as error:
        yield Check("embedder", "fail", str(error), "EMBEDDING_MODEL=bundled, or `make setup`")
        return
    yield Check("embedder", "ok", f"{embedder.name}, {length} dimensions")
    try:
        reader = load_reader(settings.reader_model, embedder)
    except RetrievalError as error:
        yield Check("reader", "fail", str(error), "READER_MODEL=bundled, or `make setup`")
        return
    checked = ", checksum right" if settings.reader_model in ("bundled", "small", "multilingual") else ""
    yield Check("reader", "ok", f"{reader.name}{checked}")


def check_llm(settings: Settings) -> Iterator[Check]:
    """Asks the language model of the settings, if there is one, about a passage; tokens are spent."""
    import asyncio
    from time import perf_counter

    from citebot.assembly import llm_server
    from wording.client import ChatModel, Written
    from wording.errors import WordingError
    from wording.replies import messages, parse

    try:
        server = llm_server(settings)
    except CitebotError as error:
        yield Check("llm", "fail", str(error), "see docs/llm.md")
        return
    if server is None:
        return

    async def ask() -> Written:
        model, sentence = ChatModel(server), "Five trucks were destroyed near Gao."
        passage = Passage("try#0", Source("try", "A test"), 0, len(sentence), sentence)
        try:
            return await model.write(messages("How many trucks were destroyed?", [passage]))
        finally:
            await model.close()

    began = perf_counter()
    try:
        written = asyncio.run(ask())
    except WordingError as error:
        yield Check("llm", "fail", f"{server.model} at {server.base_url}: {error}", "see docs/llm.md")
        return
    took = f"{server.model} replied within {perf_counter() - began:.1f} s, {written.tokens:,} tokens"
    if parse(written.text).sentences:
        yield Check("llm", "ok", took)
    else:
        todo = "such a model words few answers: choose a larger one"
        yield Check("llm", "warn", f"{took}, but not in the form that was asked for", todo)


def check_index(settings: Settings) -> Check:
    """Opens the index with the embedder of the settings, verifies it, and looks for outdated articles."""
    from citebot.assembly import embedder_for, open_store
    from index.refresh import read_by_older

    where = settings.index_dir
    if not where.is_dir() or not any(where.iterdir()):  # opening would make one
        return Check("index", "warn", f"{where} is not there yet", "citebot index add seeds/")
    try:
        with open_store(settings, embedder_for(settings)) as store:
            problems, count, older = store.verify(), store.count(), len(read_by_older(store))
    except StoreError as error:
        return Check(
            "index", "fail", str(error), "do what it says; `citebot index stats` shows what is there"
        )
    except IndexingError as error:
        return Check("index", "fail", f"cannot be opened without its embedder: {error}")
    if problems:
        return Check("index", "fail", "; ".join(problems), "citebot index verify")
    if count.articles == 0:
        return Check("index", "warn", f"{where} is empty", "citebot index add seeds/")
    if older:
        return Check(
            "index",
            "warn",
            f"{where}: read by an older version: {older:,} of {count.articles:,}",
            "citebot index refresh",
        )
    return Check("index", "ok", f"{where}: {counted(count.articles, count.passages)}, all agree")


def check_disk(index_dir: Path) -> Check:
    """Free space where the index is, or will be."""
    place = index_dir.absolute()
    while not place.exists():
        place = place.parent
    free_mib = shutil.disk_usage(place).free // 2**20
    if free_mib < FREE_WARN_MIB:
        status: Literal["warn", "fail"] = "fail" if free_mib < FREE_FAIL_MIB else "warn"
        return Check(
            "disk", status, f"{free_mib:,} MiB free at {place}", "make room, or choose another INDEX_DIR"
        )
    return Check("disk", "ok", f"{free_mib / 1024:.1f} GiB free at {place}")

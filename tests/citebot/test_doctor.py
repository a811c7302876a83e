import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from pydantic import SecretStr

from citebot.cli.doctor import Check, check_admins, check_index, check_telegram, check_webhook
from citebot.settings import Settings
from index.embedding.embedder import load_embedder
from index.ingest import ingest
from index.loading.files import load
from index.loading.version import READER_VERSION
from index.store.embedded import EmbeddedStore
from tests.citebot.conftest import Citebot

BOT = {
    "id": 123,
    "is_bot": True,
    "first_name": "Cite",
    "username": "cite_bot",
    "can_read_all_group_messages": False,
    "supports_inline_queries": True,
    "supports_guest_queries": False,
}


@contextmanager
def bot_api(token: str, **results: object) -> Iterator[Settings]:
    """A server on this machine that answers getMe for one token, as Telegram does, and settings for it.

    `results` are those of other methods, with their parameters as in the address.
    """
    known = {f"/bot{token}/{method}": result for method, result in {"getMe": BOT, **results}.items()}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            is_known = self.path in known
            reply = {"ok": True, "result": known[self.path]} if is_known else {"ok": False, "error_code": 401}
            self.send_response(200 if is_known else 401)
            self.end_headers()
            self.wfile.write(json.dumps(reply).encode())

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        base = f"http://127.0.0.1:{server.server_port}/bot"
        yield Settings(telegram_bot_token="123:AAgood", telegram_base_url=base)
        server.shutdown()


def test_a_good_token_is_told_with_its_name_privacy_inline_and_guest_mode() -> None:
    with bot_api("123:AAgood") as settings:
        checks = list(check_telegram(settings))

    assert [(check.name, check.status) for check in checks] == [
        ("token", "ok"),
        ("privacy", "ok"),
        ("inline", "ok"),
        ("guest", "warn"),
    ]
    assert (checks[2].todo, checks[3].todo) == (
        None,
        "switch guest mode on in @BotFather, then start the bot anew",
    )
    assert checks[0].message == "Telegram knows it as @cite_bot"


def test_a_token_that_telegram_refuses_fails_without_being_shown() -> None:
    with bot_api("123:AAother") as settings:
        checks = list(check_telegram(settings))

    assert checks == [
        Check("token", "fail", "Telegram refuses it (HTTP 401)", "copy it from @BotFather again"),
    ]


def test_a_server_that_cannot_be_reached_fails_without_showing_the_token() -> None:
    settings = Settings(telegram_bot_token="123:AAsecret", telegram_base_url="http://127.0.0.1:1/bot")

    [check] = check_telegram(settings)

    assert (check.status, "secret" in check.message) == ("fail", False)


WEBHOOK = "https://bot.example.org/telegram"


@pytest.mark.parametrize(
    ("info", "url", "status", "said"),
    [
        ({"url": ""}, None, "ok", "updates are fetched"),
        ({"url": WEBHOOK}, None, "ok", "the webhook that is still set is deleted at the start"),
        ({"url": ""}, WEBHOOK, "ok", f"{WEBHOOK} will be set at the start of `citebot run`"),
        ({"url": WEBHOOK, "pending_update_count": 3}, WEBHOOK, "ok", "3 are waiting"),
        (
            {"url": WEBHOOK, "last_error_date": 1772323200, "last_error_message": "Connection refused"},
            WEBHOOK,
            "warn",
            f"Telegram's last trouble with {WEBHOOK}, at 2026-03-01 00:00 UTC: Connection refused",
        ),
    ],
)
def test_how_updates_come_is_told_with_telegrams_last_trouble(
    info: dict[str, object], url: str | None, status: str, said: str
) -> None:
    with bot_api("123:AAgood", getWebhookInfo=info) as settings:
        [check] = check_webhook(settings.model_copy(update={"telegram_webhook_url": url}))

    assert (check.status, said in check.message) == (status, True), check


def test_a_secret_that_can_be_guessed_is_told_and_not_shown() -> None:
    with bot_api("123:AAgood") as settings:
        secret = {"telegram_webhook_url": WEBHOOK, "telegram_webhook_secret": SecretStr("hunter2")}
        [check] = check_webhook(settings.model_copy(update=secret))

    assert (check.status, "hunter2" in str(check)) == ("warn", False)


def test_admins_who_have_not_written_to_the_bot_are_told() -> None:
    with bot_api("123:AAgood", **{"getChat?chat_id=42": {"id": 42, "type": "private"}}) as settings:
        [nobody] = check_admins(settings)
        [known] = check_admins(settings.model_copy(update={"telegram_admin_ids": frozenset({42})}))
        [unknown] = check_admins(settings.model_copy(update={"telegram_admin_ids": frozenset({42, 43})}))

    assert [check.status for check in (nobody, known, unknown)] == ["ok", "ok", "warn"]
    assert known.message == "may add and remove articles: 42"
    assert unknown.message == "no private chat with 43"


def test_the_doctor_looks_at_everything_and_only_warns_without_a_token(
    citebot: Citebot, seeded: Path
) -> None:
    done = citebot("doctor", "--json", INDEX_DIR=str(seeded))

    report = json.loads(done.stdout)
    found = {check["name"]: check["status"] for check in report["checks"]}
    assert (done.returncode, report["ok"]) == (0, True)
    assert list(found) == ["settings", "token", "embedder", "reader", "index", "disk"]
    assert (found["token"], found["reader"], found["index"]) == ("warn", "ok", "ok")


def test_an_index_read_by_an_older_version_is_warned_about(tmp_path: Path) -> None:
    page = tmp_path / "bridge.txt"
    page.write_text("The bridge opened in 1932 after six years of work.")
    embedder = load_embedder()
    store = EmbeddedStore.open(tmp_path / "index", embedder_name=embedder.name, dimension=embedder.dimension)
    ingest(load(str(page)), store, embedder)
    settings = Settings(index_dir=tmp_path / "index")
    store.close()
    now = check_index(settings)
    store = EmbeddedStore.open(tmp_path / "index")
    store.note_reader(["bridge"], READER_VERSION - 1)
    store.close()

    assert now.status == "ok"
    assert check_index(settings) == Check(
        "index",
        "warn",
        f"{tmp_path / 'index'}: read by an older version: 1 of 1",
        "citebot index refresh",
    )


def test_the_doctor_fails_on_a_bad_setting_and_says_which(citebot: Citebot) -> None:
    done = citebot("doctor", TELEGRAM_ALLOWED_CHATS="everyone")

    assert done.returncode == 1
    assert done.stdout.startswith("fail settings")
    assert "TELEGRAM_ALLOWED_CHATS" in done.stdout

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from citebot.doctor import Check, check_telegram
from citebot.settings import Settings
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
def bot_api(token: str) -> Iterator[Settings]:
    """A server on this machine that answers getMe for one token, as Telegram does, and settings for it."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            known = self.path == f"/bot{token}/getMe"
            reply = {"ok": True, "result": BOT} if known else {"ok": False, "error_code": 401}
            self.send_response(200 if known else 401)
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


def test_the_doctor_looks_at_everything_and_only_warns_without_a_token(
    citebot: Citebot, seeded: Path
) -> None:
    done = citebot("doctor", "--json", INDEX_DIR=str(seeded))

    report = json.loads(done.stdout)
    found = {check["name"]: check["status"] for check in report["checks"]}
    assert (done.returncode, report["ok"]) == (0, True)
    assert list(found) == ["settings", "token", "embedder", "reader", "index", "disk"]
    assert (found["token"], found["reader"], found["index"]) == ("warn", "ok", "ok")


def test_the_doctor_fails_on_a_bad_setting_and_says_which(citebot: Citebot) -> None:
    done = citebot("doctor", TELEGRAM_ALLOWED_CHATS="everyone")

    assert done.returncode == 1
    assert done.stdout.startswith("fail settings")
    assert "TELEGRAM_ALLOWED_CHATS" in done.stdout

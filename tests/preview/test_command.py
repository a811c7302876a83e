"""`citebot preview` as a program."""

import os
import pty
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from bot.preview.running import DEFAULT_PORT, listen
from citebot.cli import preview
from citebot.settings import NAMES, NOT_YET
from tests.citebot.conftest import ROOT, run_citebot

SCREENLESS = dict.fromkeys(preview.SCREENS, "")


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """No settings but an index of the seeds; no screen, so that no browser opens."""
    directory = tmp_path_factory.mktemp("command") / "index"
    added = run_citebot("index", "add", "seeds/", cwd=ROOT, INDEX_DIR=str(directory))
    assert added.returncode == 0, added.stderr
    bare = {name: value for name, value in os.environ.items() if name not in {*NAMES, *NOT_YET}}
    return {**bare, **SCREENLESS, "PYTHONPATH": str(ROOT), "INDEX_DIR": str(directory)}


def free_port() -> int:
    with closing(listen(0)) as listening:
        port = listening.getsockname()[1]
        assert isinstance(port, int)
        return port


def lines(process: "subprocess.Popen[str]") -> Iterator[str]:
    assert process.stdout is not None
    yield from process.stdout


def test_the_preview_says_where_it_is_serves_there_and_ends_cleanly_with_ctrl_c(
    environment: dict[str, str], tmp_path: Path
) -> None:
    port = free_port()
    command = [sys.executable, "-m", "citebot", "preview", "--no-open", "--port", str(port)]
    with subprocess.Popen(
        command, cwd=tmp_path, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        address = f"http://127.0.0.1:{port}/"
        assert next(lines(process)) == f"The preview is at {address} (Ctrl-C ends it)\n"
        with httpx.stream("GET", f"{address}events", trust_env=False) as events:
            assert next(events.iter_lines()).startswith('data: {"kind": "all"')
            process.send_signal(signal.SIGINT)
            out, errors = process.communicate(timeout=30)
    assert (process.returncode, out, errors) == (0, "", "")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.name == "nt", reason="the browser is a shell script")
def test_the_page_is_opened_in_the_browser(environment: dict[str, str], tmp_path: Path) -> None:
    browser, opened = tmp_path / "browser", tmp_path / "opened"
    os.mkfifo(opened)  # reading waits until the browser has written
    browser.write_text(f'#!/bin/sh\necho "$1" > "{opened}"\n')
    browser.chmod(0o700)
    with subprocess.Popen(
        [sys.executable, "-m", "citebot", "preview"],
        cwd=tmp_path, env={**environment, "BROWSER": str(browser)}, text=True, stdout=subprocess.PIPE,
    ) as process:  # fmt: skip
        said = next(lines(process))
        address = opened.read_text("utf-8").strip()
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)

    assert said == f"The preview is at {address} (Ctrl-C ends it)\n"
    assert process.returncode == 0


def test_a_port_that_is_taken_is_said_in_one_line(environment: dict[str, str], tmp_path: Path) -> None:
    with closing(listen(0)) as taken:
        port = taken.getsockname()[1]
        done = subprocess.run(
            [sys.executable, "-m", "citebot", "preview", "--no-open", "--port", str(port)],
            cwd=tmp_path,
            env=environment,
            text=True,
            capture_output=True,
            check=False,
        )

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"citebot: port {port} cannot be had (")
    assert done.stderr.count("\n") == 1


def test_another_port_is_found_when_the_usual_one_is_taken_and_both_are_on_loopback() -> None:
    with closing(listen()) as first, closing(listen()) as second:
        addresses = [one.getsockname() for one in (first, second)]

    assert [host for host, _ in addresses] == ["127.0.0.1", "127.0.0.1"]
    assert len({DEFAULT_PORT, *(port for _, port in addresses)}) >= 2
    assert addresses[0] != addresses[1]


@pytest.mark.parametrize("at", ["a terminal", "nothing", "a pipe"])
def test_run_without_a_token_is_the_preview_with_or_without_a_terminal(
    at: str, environment: dict[str, str], tmp_path: Path
) -> None:
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "citebot", "run"]
    standard_input = {"a terminal": theirs, "nothing": subprocess.DEVNULL, "a pipe": subprocess.PIPE}[at]
    with subprocess.Popen(
        command, cwd=tmp_path, env={**environment, "LOG_LEVEL": "WARNING"}, text=True,
        stdin=standard_input, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    ) as process:  # fmt: skip
        os.close(theirs)
        said = next(lines(process))
        address = said.split()[4]
        page = httpx.get(address, trust_env=False)
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=30)
    os.close(ours)

    assert (said, page.status_code) == (f"The preview is at {address} (Ctrl-C ends it)\n", 200)
    assert address.startswith("http://127.0.0.1:")
    assert process.returncode == 0
    assert "@BotFather" in errors
    assert "Traceback" not in errors


def test_on_another_address_than_loopback_the_page_wants_the_key_that_was_printed(
    environment: dict[str, str], tmp_path: Path
) -> None:
    port = free_port()
    command = [sys.executable, "-m", "citebot", "preview", "--no-open", "--port", str(port)]
    with subprocess.Popen(
        command,
        cwd=tmp_path,
        env={**environment, "PREVIEW_HOST": "0.0.0.0"},
        text=True,
        stdout=subprocess.PIPE,
    ) as process:
        address = next(lines(process)).split()[4]
        here, key = f"http://127.0.0.1:{port}/", address.partition("?key=")[2]
        with httpx.Client(base_url=here, trust_env=False, follow_redirects=True) as client:
            without = client.get("/")
            wrong = client.get("/", params={"key": key[:-1]})
            opened = client.get("/", params={"key": key})
            again = client.get("/page.js")
            posted = client.post("/say", json={}, headers={"origin": "http://evil.test"})
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)

    assert address == f"http://{socket.gethostname()}:{port}/?key={key}"
    assert len(key) >= 20
    assert [one.status_code for one in (without, wrong, opened, again, posted)] == [403, 403, 200, 200, 403]
    assert str(opened.url) == here  # the key does not stay in the address


def test_without_articles_the_preview_says_what_to_do(tmp_path: Path) -> None:
    done = run_citebot("preview", "--no-open", cwd=tmp_path, **SCREENLESS)

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "citebot: no articles yet: run `citebot index add seeds/`\n"


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="elsewhere there is always a screen")
def test_on_a_machine_without_a_screen_there_is_no_browser_to_open(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in preview.SCREENS:
        monkeypatch.delenv(name, raising=False)

    assert preview.has_browser() is False

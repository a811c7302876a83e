"""Asking needs no network and looks for none: libraries that report their use are kept from it."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.citebot.conftest import ROOT

ASK = ["citebot", "ask", "How many minibuses were in the convoy?", "--index-dir"]
HOOKED = """
import os, runpy, sys
sys.addaudithook(lambda event, _: event.startswith("socket.get") and os._exit(99))
runpy.run_module("citebot", run_name="__main__", alter_sys=True)
"""


def test_asking_looks_up_no_name(seeded: Path) -> None:
    asked = [sys.executable, "-c", HOOKED, *ASK[1:], str(seeded)]
    done = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("22 minibuses")


@pytest.mark.skipif(shutil.which("strace") is None, reason="strace shows what compiled libraries do")
def test_no_library_connects_to_anything_while_a_question_is_answered(seeded: Path, tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    traced = ["strace", "-f", "-qq", "-e", "trace=connect", "-e", "signal=none", "-o", str(trace)]
    asked = [*traced, sys.executable, "-m", *ASK, str(seeded)]
    done = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert trace.read_text() == ""

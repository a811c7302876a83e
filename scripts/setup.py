"""Makes .venv with exactly what requirements.lock says; does nothing when that is done already.

Only the standard library, and syntax that an old Python can still parse, so that it can say kindly
that it is too old. `make setup` runs it.
"""

import hashlib
import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
STAMP = VENV / ".citebot-setup"
LOCK = ROOT / "requirements.lock"
OLDEST = (3, 11)
TORCH = "2.13.0"
TORCH_CPU_INDEX = "https://download.pytorch.org/whl/cpu"
PROBE_TIMEOUT_S = 5


def main():
    base = suitable_python()
    if STAMP.exists() and STAMP.read_text() == fingerprint() and venv_python().exists():
        return 0
    try:
        make_venv(base)
        say("installing the packages of requirements.lock ...")
        pip("install", "-qq", "--no-deps", "--require-hashes", "-r", str(LOCK))
        install_torch()
        say("installing citebot itself ...")
        pip("install", "-qq", "--no-deps", "--no-build-isolation", "--editable", str(ROOT))
        pip("check", "--quiet")
    except subprocess.CalledProcessError as error:
        say("that did not work: " + " ".join(str(part) for part in error.cmd[1:]))
        say("The lines above say why. What usually helps: a working network (or pip configured for your")
        say("mirror), 3 GB of free disk, or a fresh start with `make clean-all setup`.")
        return 1
    STAMP.write_text(fingerprint())
    say("ready: .venv/bin/citebot")
    return 0


def suitable_python():
    """The Python to build with: the one that runs this, or a newer one on the PATH."""
    if sys.version_info[:2] >= OLDEST:
        return sys.executable
    for minor in range(14, OLDEST[1] - 1, -1):
        found = shutil.which("python3.%d" % minor)
        if found and subprocess.call([found, "-c", "import venv"], stderr=subprocess.DEVNULL) == 0:
            return found
    say("citebot needs Python 3.11 or newer; `%s` is %s." % (sys.executable, platform.python_version()))
    say("Install one (python.org, your system's packages, pyenv) or name it: make setup PYTHON=/path/to/it")
    raise SystemExit(1)


def fingerprint():
    """Changes whenever the environment has to be made anew, and when the checkout has moved."""
    parts = [str(ROOT).encode(), LOCK.read_bytes(), (ROOT / "pyproject.toml").read_bytes()]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def venv_python():
    return VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def make_venv(base):
    if (
        venv_python().exists()
        and subprocess.call([str(venv_python()), "-m", "pip", "--version"], stdout=subprocess.DEVNULL) == 0
    ):
        return
    say("making .venv with %s ..." % base)
    if subprocess.call([base, "-m", "venv", "--clear", str(VENV)]) != 0:
        say("Python could not make a virtual environment. On Debian and Ubuntu: apt install python3-venv")
        raise SystemExit(1)


def install_torch():
    """PyTorch's CPU build wherever one is to be had: a tenth of the size, and all that is needed."""
    say("installing PyTorch ...")
    if platform.system() != "Linux":
        pip("install", "-qq", "--no-deps", "torch==" + TORCH)  # is the CPU/Metal build already
        return
    cpu = ["install", "-qq", "--no-deps", "torch==%s+cpu" % TORCH]
    if quietly(*cpu):  # here already, or in what pip is configured with
        return
    if reachable(TORCH_CPU_INDEX) and quietly(*cpu, "--index-url", TORCH_CPU_INDEX):
        return
    say("no CPU-only build of PyTorch is in reach; the usual one is several gigabytes, please wait ...")
    pip("install", "-qq", "torch==" + TORCH)


def reachable(url):
    """Whether the address answers in a few seconds; asked in another process, as name look-ups can hang."""
    probe = "import sys, urllib.request as u; u.urlopen(sys.argv[1], timeout=%d).read(1)" % PROBE_TIMEOUT_S
    try:
        done = subprocess.run(
            [str(venv_python()), "-c", probe, url + "/torch/"],
            timeout=PROBE_TIMEOUT_S + 1,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0


def pip(*arguments):
    subprocess.check_call([str(venv_python()), "-m", "pip", "--disable-pip-version-check", *arguments])


def quietly(*arguments):
    """Whether pip could; what it says is not shown, because another way is tried next."""
    command = [str(venv_python()), "-m", "pip", "--disable-pip-version-check", *arguments]
    return subprocess.call(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) == 0


def say(line):
    print("setup: " + line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    try:
        raise SystemExit(main())
    except KeyboardInterrupt:
        raise SystemExit(130) from None

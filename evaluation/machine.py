"""What the figures of every benchmark were measured on, and what a process takes of it."""

import os
import platform
import resource
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).parent.parent


def machine() -> dict[str, object]:
    """What the figures are measured on, and with which code. Call it before measuring, for the load."""
    load = os.getloadavg()[0]
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "commit": _commit(),
        "cpu": cpu_model(),
        "cores": os.cpu_count(),
        "load_before": round(load, 1),
        "python": platform.python_version(),
    }


def _commit() -> str | None:
    git = shutil.which("git")
    if git is None:
        return None
    command = [git, "rev-parse", "--short", "HEAD"]
    asked = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603  # fixed
    return asked.stdout.strip() or None


def cpu_model() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    return next(
        (line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "unknown"
    )


def rss_mib() -> int | None:
    """Resident memory of this process now; None where the system does not tell."""
    return memory_mib("VmRSS")


def peak_rss_mib() -> int:
    """The most memory this process has had resident since its program started."""
    since_start = memory_mib("VmHWM")
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024 if since_start is None else since_start


def memory_mib(field: str) -> int | None:
    """A figure of /proc/self/status: VmRSS, VmHWM (its peak), RssAnon (without mapped files)."""
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
    except OSError:
        return None
    return next((int(line.split()[1]) // 1024 for line in lines if line.startswith(f"{field}:")), None)


def describe(figures: dict[str, object]) -> str:
    """One line that says what `machine()` found."""
    return (
        f"{figures['date']}, commit {figures['commit']}, {figures['cpu']}, {figures['cores']} cores, "
        f"load before {figures['load_before']}, Python {figures['python']}"
    )

#!/usr/bin/env bash
# Writes requirements.lock: exact versions and hashes of everything but PyTorch (scripts/setup.py picks
# its build), for every platform and Python that pyproject.toml allows. `make lock` runs it.
set -euo pipefail
cd "$(dirname "$0")/.."
tools=build/lock-tools
[ -x "$tools/bin/uv" ] || { "${PYTHON:-python3}" -m venv "$tools" && "$tools/bin/python" -m pip install --quiet "uv==0.13.9"; }
export SSL_CERT_FILE="${SSL_CERT_FILE:-${PIP_CERT:-}}"
[ -n "$SSL_CERT_FILE" ] || unset SSL_CERT_FILE
{
    echo "# Made by \`make lock\` from pyproject.toml; do not edit. torch is installed by scripts/setup.py."
    "$tools/bin/uv" pip compile pyproject.toml --extra evaluate --extra train --group dev --universal --generate-hashes \
        --no-emit-package torch --no-emit-index-url --no-emit-find-links --no-annotate --no-header --quiet "$@"
} > build/requirements.lock
mv build/requirements.lock requirements.lock
echo "wrote requirements.lock: $(grep -c '==' requirements.lock) packages" >&2

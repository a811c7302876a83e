# `make` alone lists what there is. Every target that needs the environment calls setup first, which is
# instant when nothing changed.
PYTHON ?= python3
PY := .venv/bin/python
export PIP_DISABLE_PIP_VERSION_CHECK = 1

.DEFAULT_GOAL := help
.PHONY: help setup run test check-slow bench bench-peers bench-scale reader lock format clean clean-all

help: ## list the targets
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-11s %s\n", $$1, $$2}' Makefile

setup: ## make .venv with the exact versions of requirements.lock
	@$(PYTHON) scripts/setup.py

run: setup ## index seeds/ (quick when unchanged) and start the bot; without a token, a chat page in the browser
	@$(PY) -m citebot index add seeds/
	@$(PY) -m citebot run

test: setup ## lint, formatting, types and tests
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	$(PY) -m pytest -n 2 --dist loadfile

check-slow: setup ## the tests that take minutes
	$(PY) -m pytest -m slow

bench: setup ## measure answering and indexing; writes bench/results/
	$(PY) -m bench.answering
	$(PY) -m bench.indexing
	$(PY) -m bench.concurrency
	$(PY) -m bench.load
	$(PY) -m bench.sources

bench-peers: setup ## the same work done by other systems; DATA=folder with corpus.jsonl and questions.jsonl; hours
	$(PY) -m bench.peers $(DATA) $(ARGS)

bench-scale: setup ## what 1,000 to 1,000,000 passages cost; ARGS="--corpus ... --questions ..."; an hour
	$(PY) -m bench.scale $(ARGS)

# Freed memory is kept for the next step: half as fast again, for glibc fetches each page anew otherwise.
reader: MALLOC = MALLOC_MMAP_MAX_=0 MALLOC_TRIM_THRESHOLD_=99999999999 MALLOC_TOP_PAD_=268435456
reader: setup ## train the reader; DATA=folder as training/README.md says; an hour a pass
	$(MALLOC) $(PY) -m training $(DATA) $(ARGS)

lock: ## pin the newest versions that pyproject.toml allows
	@PYTHON="$(PYTHON)" scripts/lock.sh --upgrade

format: setup ## let ruff format and fix
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .

clean: ## remove caches and build output (keeps .venv and data/)
	@rm -rf build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
	@find . -name __pycache__ -type d -not -path './.venv/*' -prune -exec rm -rf {} +

clean-all: clean ## remove .venv too
	@rm -rf .venv

# Everything a person or a machine does with this checkout. Needs Python 3.11-3.13; the rest comes from PyPI.

PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3 python; do \
	$$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null && echo $$p && break; done)
VENV := .venv
BIN := $(VENV)/bin
BUILD := web/static/build
ASSET_SOURCES := $(shell find web/assets -type f -not -path '*/node_modules/*' 2>/dev/null)
INSTALL = $(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python --constraint requirements.lock --editable
WORKERS ?= 2
BENCH ?= step
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help run test check bench faults requirements assets browser lock clean
.DELETE_ON_ERROR:

help: ## this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | awk -F '\t' '{printf "make %-14s %s\n", $$1, $$2}'

run: $(VENV)/.runtime $(BUILD)/.stamp ## start everything here (database, web, worker, mail) with demo data; Ctrl-C stops it
	@$(BIN)/redress up $(ARGS)

test: $(VENV)/.dev $(BUILD)/.stamp browser ## run the whole suite; ARGS="tests/engine -k timers" for a part of it
	@$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal $(ARGS)

check: $(VENV)/.dev ## format, lint, types, import contracts, dependencies
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/deptry .

bench: $(VENV)/.dev $(BUILD)/.stamp ## measure; BENCH=step|start|api|inbox|pages|timers|fanout|feel|rework|migration|scale
	@$(BIN)/redress bench $(BENCH) --json $(ARGS)

faults: $(VENV)/.dev ## kill workers, database and broker under load, and count; ARGS="kills crashes" for some
	@$(BIN)/python -m tests.faults $(ARGS)

requirements: $(VENV)/.dev ## which rows of docs/requirements.csv have a test that performs their check
	@$(BIN)/redress requirements $(ARGS)

assets: $(BUILD)/.stamp ## build what the browser loads (Node comes from PyPI)

browser: ## find Chromium for the browser tests; as root on Debian or Ubuntu install it
	@if command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null; then :; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium fonts-noto-cjk >/dev/null; \
	else echo "no Chromium on this machine: the browser tests will be skipped" >&2; fi

lock: $(BIN)/uv ## resolve requirements.lock again from pyproject.toml
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --all-extras --no-header --no-annotate \
		--no-emit-index-url --no-emit-find-links $(ARGS) --output-file requirements.lock pyproject.toml

clean: ## remove what was built; the data under var/ stays
	rm -rf build $(BUILD) web/assets/node_modules .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find engine workflows tasks web tests -name __pycache__ -type d -prune -exec rm -rf {} +

$(BIN)/uv:
	@test -n "$(PYTHON)" || { echo "Redress needs Python 3.11, 3.12 or 3.13, and found none" >&2; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet uv

$(VENV)/.runtime: pyproject.toml requirements.lock | $(BIN)/uv
	$(INSTALL) .
	@touch $@

$(VENV)/.dev: pyproject.toml requirements.lock | $(BIN)/uv
	$(INSTALL) '.[dev]'
	@touch $@ $(VENV)/.runtime

$(BUILD)/.stamp: $(ASSET_SOURCES) | $(VENV)/.runtime
	$(BIN)/python -m web.build_assets
	@mkdir -p $(BUILD) && touch $@

# make demo     the product with an example incident, from a fresh clone
# make test     every check and every test
# make setup    the environment for development (.venv), with make, Python 3.11+ and a package registry
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

export UV_PYTHON_DOWNLOADS := never
# Only this folder's environment, whatever is active in the caller's shell.
unexport VIRTUAL_ENV PYTHONPATH PYTHONHOME
# The tests start hundreds of processes: each would compile everything again.
unexport PYTHONDONTWRITEBYTECODE
# A copy works on every file system; a hard link across devices only warns.
export UV_LINK_MODE ?= copy

VENV := .venv
PY := $(VENV)/bin/python
# Some machines have uv on PATH, others get it into the environment.
FIND_UV = if command -v uv >/dev/null; then UV=uv; else UV=$(VENV)/bin/uv; fi; \
  if [ -z "$${UV_DEFAULT_INDEX:-}$${UV_INDEX_URL:-}$${UV_INDEX:-}" ]; then \
    INDEX="$${PIP_INDEX_URL:-$$($(PY) -m pip config get global.index-url 2>/dev/null || true)}"; \
    if [ -n "$$INDEX" ]; then export UV_DEFAULT_INDEX="$$INDEX"; fi; \
  fi
# uv takes a second where pip takes twenty; where uv cannot reach the registry, pip still may.
# $(call install,LOCK)
define install
	@$(FIND_UV); \
	if ! $$UV pip install --quiet --python $(PY) --require-hashes -r $(1); then \
	  echo "uv could not install; trying pip" >&2; \
	  $(PY) -m pip install --quiet --require-hashes -r $(1); \
	fi
endef

.PHONY: help setup test check types style fuzz kills simulate format demo bench screenshots lock clean

help:
	@echo "make demo | setup | test | check | fuzz | kills | simulate | format | bench | screenshots | lock | clean"

$(VENV)/.made:
	@for python in $(PYTHON) python3.11 python3.12 python3.13 python3.14 python3; do \
	  if "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then break; fi; python=; \
	done; \
	if [ -z "$$python" ]; then echo "stanch needs Python 3.11 or newer" >&2; exit 1; fi; \
	if [ ! -x $(PY) ]; then \
	  if ! "$$python" -m venv $(VENV) 2>/dev/null; then \
	    command -v uv >/dev/null || { echo "$$python cannot make environments: install python3-venv or uv" >&2; exit 1; }; \
	    uv venv --quiet --clear --seed --python "$$python" $(VENV); \
	  fi; \
	fi; \
	if ! command -v uv >/dev/null && [ ! -x $(VENV)/bin/uv ]; then $(PY) -m pip install --quiet --disable-pip-version-check uv; fi
	@touch $@

$(VENV)/.runtime: requirements.lock $(VENV)/.made
	$(call install,requirements.lock)
	@touch $@

# The project itself, pointing at src/: uv builds it with the backend it carries, pip fetches that backend.
$(VENV)/.project: pyproject.toml $(VENV)/.made
	@$(FIND_UV); \
	$$UV pip install --quiet --python $(PY) --no-deps --editable . \
	  || $(PY) -m pip install --quiet --no-deps --editable .
	@touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.made
	$(call install,requirements-dev.lock)
	@touch $@

setup: $(VENV)/.dev $(VENV)/.project

demo: $(VENV)/.runtime $(VENV)/.project
	@exec $(VENV)/bin/stanch demo $(ARGS)

# The types take longest; the rest is checked beside them.
check: setup
	@$(MAKE) --no-print-directory -j2 -O types style

types:
	$(VENV)/bin/mypy -n 2

style:
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/ruff check .
	$(VENV)/bin/lint-imports

# Three at a time keep two cores busy, since many wait for a process or a browser. Those that measure time run alone;
# "no tests" (5) is no failure when ARGS chose some.
test: check
	$(VENV)/bin/pytest -n 3 --dist loadfile --no-loadscope-reorder -m "not alone" $(ARGS) || [ $$? -eq 5 ]
	$(VENV)/bin/pytest -m alone $(ARGS) || [ $$? -eq 5 ]

# New examples for each property, many more of them than 'make test' tries.
fuzz: setup
	$(VENV)/bin/pytest -n 2 -m hypothesis --hypothesis-profile=fuzz $(ARGS)

# Crashes, failures and orders from a seed each; P1-P5 must hold. ARGS="--seed 17 --trace" replays one.
# The tests that kill processes, with many more kills than 'make test' has time for.
kills: setup
	STANCH_KILLS=50 $(VENV)/bin/pytest tests/end_to_end/test_kill*.py $(ARGS)

simulate: setup
	$(PY) -m tests.simulation $(ARGS)

format: setup
	$(VENV)/bin/ruff format .
	$(VENV)/bin/ruff check --fix .

bench: setup
	$(PY) -m bench $(ARGS)

screenshots: setup
	$(PY) -m tests.browser.screenshots $(ARGS)

# Newest versions that pyproject.toml allows; hashes, but no addresses of the registry they came from.
lock: $(VENV)/.made
	@$(FIND_UV); \
	LOCK="$$UV pip compile pyproject.toml --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-emit-find-links --no-annotate --no-header"; \
	$$LOCK -o requirements.lock; \
	$$LOCK --extra dev -c requirements.lock -o requirements-dev.lock; \
	if grep -n '://' requirements.lock requirements-dev.lock; then echo "an address is in a lock file" >&2; exit 1; fi

clean:
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find src tests bench -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true

# The commands of the project. Needed: make and Python 3.11 or newer; everything else comes into .venv.

# The first interpreter that is new enough and really starts (a version manager may put an empty name on the PATH).
PYTHON ?= $(shell for candidate in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$candidate -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$candidate && break; done)
VENV := .venv
RUN := $(VENV)/bin/python
export PYTHONUNBUFFERED = 1

.DEFAULT_GOAL := help
.PHONY: help demo demo-reset engine test test-fast lint format lock clean

help: ## this list
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/  make \1|\2/p' Makefile | awk -F'|' '{ printf "%-18s %s\n", $$1, $$2 }'

# The shell may name a database or a broker of real work: the demo never touches them.
demo: $(VENV)/.runtime ## everything in one process on SQLite, with a cast to sign in as (PORT=8000)
	@env -u DATABASE_URL -u REDIS_URL -u EMAIL_URL COUNTERSIGN_MODE=demo $(RUN) manage.py demo

demo-reset: ## forget what was done in the demo; the next `make demo` starts afresh
	rm -rf var/countersign.sqlite3 var/countersign.sqlite3-wal var/countersign.sqlite3-shm var/mails

engine: $(VENV)/.test ## PostgreSQL, Redis, web, worker and schedule as processes of their own (PORT=8000)
	@$(RUN) -m tests.engine

test: $(VENV)/.test ## the whole suite on PostgreSQL, a real worker on Redis, then what may differ on SQLite
	@$(RUN) -m tests.run $(ARGS)

test-fast: $(VENV)/.test ## everything that needs no server and no browser, on SQLite
	@$(RUN) -m pytest -q -m "not browser and not worker and not races and not fuzz" $(ARGS)

lint: $(VENV)/.dev ## style, types, direction of imports, missing migrations
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	COUNTERSIGN_MODE=test $(VENV)/bin/mypy
	$(VENV)/bin/lint-imports
	find templates -name '*.html' | xargs -r $(VENV)/bin/djade --check --target-version 5.2
	COUNTERSIGN_MODE=test $(RUN) manage.py makemigrations --check --dry-run

format: $(VENV)/.dev ## bring code and templates into shape
	$(VENV)/bin/ruff check --fix .
	$(VENV)/bin/ruff format .
	find templates -name '*.html' | xargs -r $(VENV)/bin/djade --target-version 5.2

# Hashes instead of a lock file of one tool: pip and uv both read them, and they name no host.
COMPILE = $(VENV)/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-header --no-annotate --no-emit-index-url --no-emit-find-links $(UPGRADE)
lock: $(VENV)/.dev ## write the requirements files anew from pyproject.toml (UPGRADE=--upgrade for newer versions)
	$(COMPILE) pyproject.toml -o requirements.txt
	$(COMPILE) pyproject.toml --group test -c requirements.txt -o requirements-test.txt
	$(COMPILE) pyproject.toml --group dev -c requirements-test.txt -o requirements-dev.txt

clean: ## remove the environment and what the tools left
	rm -rf $(VENV) .pytest_cache .ruff_cache .mypy_cache .hypothesis .import_linter_cache staticfiles

# --- the environment -------------------------------------------------------------------------------------------------
# A stamp stands for "this file is installed". Nothing is ever removed, so the groups can live in one environment.
$(VENV)/.runtime: requirements.txt | $(RUN)
	@sh .ci/install $(RUN) requirements.txt
	@touch $@

$(VENV)/.test: requirements-test.txt | $(RUN)
	@sh .ci/install $(RUN) requirements-test.txt
	@touch $@ $(VENV)/.runtime

$(VENV)/.dev: requirements-dev.txt | $(RUN)
	@sh .ci/install $(RUN) requirements-dev.txt
	@touch $@ $(VENV)/.test $(VENV)/.runtime

$(RUN):
	@test -n "$(PYTHON)" || { echo "No Python 3.11 or newer found. Install one, or say which: make PYTHON=/path/to/python"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); echo "Python cannot make an environment; on Debian: apt-get install python3-venv"; exit 1; }

# setup · run · test · check · bench · dev. Everything is made once and again only when its sources change.

PORT ?= 8000
DATA ?= data
# The first Python that is new enough; make PYTHON=… chooses another.
PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
BIN := .venv/bin
PYTEST := $(BIN)/pytest -q -n 2 --dist loadgroup
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: setup run test check bench dev lint pytest browser services
.DEFAULT_GOAL := run
.NOTPARALLEL:

setup: .venv/ready static/dist/manifest.json

run: setup
	@DATA="$(DATA)" exec $(BIN)/python manage.py run_embedded --port $(PORT)

# Pages reload as their sources change; the server restarts by hand.
dev: setup
	@node_modules/.bin/vite & vite=$$!; trap "kill $$vite" EXIT; \
	DATA="$(DATA)" DEBUG=1 VITE_DEV=1 $(BIN)/python manage.py run_embedded --port $(PORT)

# Everything: what needs a database on PostgreSQL and Redis first, then all of it on SQLite, with servers and browsers.
PURE := $(addprefix --ignore=tests/,plans/language plans/expressions activities/engine activities/sandbox activities/modules oracle)
test: lint browser services
	@TEST_ON=services $(MAKE) --no-print-directory pytest SELECT='$(PURE) -m "not browser and not services"'
	@$(MAKE) --no-print-directory pytest

check: lint
	$(PYTEST) -m "not browser and not services"

# What fails beside others is tried once more by itself: a busy machine is no bug, and what fails twice is one.
pytest:
	$(PYTEST) $(SELECT) || { echo "Once more, one at a time, what failed:"; \
		$(BIN)/pytest -q --last-failed --last-failed-no-failures none $(SELECT); }

bench: setup
	$(BIN)/python tests/benchmarks/checking.py
	$(BIN)/python tests/benchmarks/editor.py
	$(BIN)/python tests/benchmarks/run.py

lint: setup
	npm run --silent check
	npm run --silent test
	$(BIN)/ruff check --quiet
	$(BIN)/ruff format --check --quiet
	$(BIN)/lint-imports --no-cache --no-logo
	$(BIN)/mypy

browser:
	@test -x /usr/bin/chromium || \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium >/dev/null; \
	else echo "No /usr/bin/chromium here: browser tests are skipped. Install the package chromium to run them."; fi

services: setup
	@$(BIN)/python -m tests.support.services install

.venv/ready: requirements.lock
	@test -n "$(PYTHON)" || { echo "Throughline needs Python 3.11 or newer; found none. Say where: make PYTHON=/path/to/python3.11"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv || { echo "$(PYTHON) cannot make a .venv; on Debian: apt-get install python3-venv"; rm -rf .venv; exit 1; }
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements.lock
	@touch $@

node_modules/ready: package-lock.json .npmrc
	@node -e 'process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)' 2>/dev/null || { echo "Throughline needs Node 20 or newer with npm"; exit 1; }
	npm ci --no-progress --loglevel=error
	@touch $@

static/dist/manifest.json: node_modules/ready package.json vite.config.ts tsconfig.json $(shell find static/src static/public -type f 2>/dev/null)
	npm run --silent build -- --logLevel error
	@touch $@

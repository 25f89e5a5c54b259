# Every target works on a fresh clone: it prepares what it needs first, and skips what is there.
.DEFAULT_GOAL := help
SHELL := /bin/sh
PYTHON := .venv/bin/python
ARGS ?=

.PHONY: help run test test-all bench screenshots demo setup tools lint format types layers migrations-check \
	production-check compose-check openapi messages lock clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 20

run: ## web, workers and beat on this machine; Ctrl-C stops all (PORT, DATABASE_URL, REDIS_URL)
	@ops/setup
	@exec $(PYTHON) ops/run.py

setup: ## virtual environment, system libraries, assets, database, demonstration data
	@ops/setup

test: tools ## the whole suite; ARGS="tests/letters -x" runs a part
	@exec $(PYTHON) ops/test.py $(ARGS)

test-all: tools ## the suite, and every page at both widths in both languages (takes much longer)
	@CHUCHEON_LOOKS=all $(PYTHON) ops/test.py $(ARGS)

screenshots: tools ## every page as everyone at both widths in both languages, into var/screenshots/
	@rm -rf var/screenshots
	@CHUCHEON_LOOKS=all CHUCHEON_SHOTS=$(CURDIR)/var/screenshots $(PYTHON) ops/test.py tests/journeys/test_every_page.py

bench: tools ## measure speed against what it should reach; ARGS="--quick", ARGS="rules"
	@exec $(PYTHON) -m benchmarks $(ARGS)

demo: ## one whole case per programme; prints LETTER lines
	@ops/setup 1>&2
	@exec $(PYTHON) manage.py demo $(ARGS)

tools: ## what the checks need: development packages, PostgreSQL, Redis, Chromium, PDF tools
	@ops/setup --tools 1>&2

lint: tools ## ruff: rules and layout
	$(PYTHON) -m ruff check .
	$(PYTHON) -m ruff format --check .

format: tools ## let ruff repair what it can
	$(PYTHON) -m ruff check --fix .
	$(PYTHON) -m ruff format .

types: tools ## mypy on services and selectors
	$(PYTHON) -m mypy

layers: tools ## each room imports only the rooms below it
	PYTHONPATH=. .venv/bin/lint-imports

migrations-check: tools ## no model without its migration
	$(PYTHON) manage.py makemigrations --check --dry-run

production-check: tools ## static files and `check --deploy` as in production
	@ops/production-check

compose-check: ## docker-compose.yml can be read
	@ops/compose-check

openapi: tools ## write docs/openapi.yaml anew
	$(PYTHON) manage.py spectacular --file docs/openapi.yaml --validate --fail-on-warn

messages: tools ## collect the texts to translate (needs gettext)
	$(PYTHON) manage.py makemessages -l en --no-location --no-obsolete --no-wrap -i var -i .venv -i tests

lock: tools ## write the lock files from the *.in files; ARGS="--upgrade" moves them
	UV_CUSTOM_COMPILE_COMMAND="make lock" ops/lock $(ARGS)

clean: ## start over: remove var/ (database, keys, files, assets) and caches
	rm -rf var .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis test-results
	find . -name __pycache__ -type d -not -path './.venv/*' -prune -exec rm -rf {} +

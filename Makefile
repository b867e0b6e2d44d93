# What one types in a checkout. `make` alone lists it.
#
# Everything happens in a virtual environment of the checkout's own, .venv. It is made, and what is
# needed put in, the first time a target needs it and again when setup.cfg or pyproject.toml change.
# The install is "editable": a change in the checkout counts at once, with no install again.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help

PORT ?= 3000
VENV ?= .venv
BIN := $(VENV)/bin
NODE_DIR := tests/end_to_end
# What is checked: only what is there.
SOURCES := $(wildcard twisted_chat twisted/plugins/twisted_chat_plugin.py tests bench)
JS_TESTS := $(wildcard tests/web/*.test.js tests/web/*.test.mjs)
JS_SOURCES := $(wildcard twisted_chat/web tests/web $(NODE_DIR))
ESLINT := $(NODE_DIR)/node_modules/.bin/eslint
TESTS ?= tests
PYTEST_FLAGS ?= -q
SEEDS ?= 1
SECONDS_EACH ?= 60

.PHONY: help run test pytest trial js lint lint-js format bench faults coverage clean

help: ## this list
	@sed -nE 's/^([a-z]+):.*## (.*)/  make \1|\2/p' $(MAKEFILE_LIST) | column -t -s '|'

run: $(VENV)/.ready-run ## start the chat on port 3000 (PORT=... for another), in the foreground
	@host="$$(hostname 2>/dev/null || echo localhost)"; \
	printf '%s\n' \
	    "" \
	    "The chat starts on port $(PORT). Join it, as often as you like, with any of these:" \
	    "" \
	    "    telnet localhost $(PORT)" \
	    "    nc localhost $(PORT)" \
	    "    a browser at http://localhost:$(PORT)/" \
	    "" \
	    "(telnet -E, if it stops at letters such as a curly quote.)" \
	    "Others on your network say $$host (or its address) instead of localhost." \
	    "Ctrl-C here ends it. What is said is kept in $$PWD/chat.sqlite" \
	    ""
	@exec $(BIN)/twistd --nodaemon --pidfile= chat --port $(PORT)

test: pytest trial js ## run every test, under pytest and under trial

pytest: $(VENV)/.ready-test
	@$(BIN)/python -m pytest $(PYTEST_FLAGS) $(TESTS)

trial: $(VENV)/.ready-test
	@$(BIN)/python -m twisted.trial --reporter=text $(subst /,.,$(TESTS))

js:
ifneq ($(JS_TESTS),)
	@if command -v node >/dev/null; then \
	    said="$$(node --test --test-reporter=tap $(JS_TESTS) 2>&1)" || { echo "$$said" >&2; exit 1; }; \
	    sed -nE 's/^# (pass [0-9]+)$$/\1 (scripts of the page)/p' <<<"$$said"; \
	elif [ -n "$${CHAT_TESTS_REQUIRE_ALL:-}" ]; then echo "node is missing: apt-get install nodejs" >&2; exit 1; \
	else echo "skipped: the tests of the page's scripts need node: apt-get install nodejs"; fi
endif

lint: $(VENV)/.ready-lint lint-js ## ruff, mypy --strict, and eslint for the page
	@$(BIN)/ruff check $(SOURCES)
	@$(BIN)/ruff format --check $(SOURCES)
	@$(BIN)/mypy --strict $(SOURCES)

lint-js:
	@missing=; \
	command -v node >/dev/null || missing="node is missing: apt-get install nodejs npm"; \
	[ -n "$$missing" ] || [ -x $(ESLINT) ] || \
	    missing="eslint is missing: npm install --no-package-lock --prefix $(NODE_DIR)"; \
	if [ -z "$$missing" ]; then $(ESLINT) --config $(NODE_DIR)/eslint.config.mjs $(JS_SOURCES); \
	elif [ -n "$${CHAT_TESTS_REQUIRE_ALL:-}" ]; then echo "$$missing" >&2; exit 1; \
	else echo "skipped: the scripts of the page are not linted: $$missing"; fi

format: $(VENV)/.ready-lint ## put the sources into ruff's format
	@$(BIN)/ruff check --fix-only --quiet $(SOURCES)
	@$(BIN)/ruff format $(SOURCES)

bench: $(VENV)/.ready-run ## measure, and write docs/benchmarks.md
	@$(BIN)/python -m bench $(BENCH)

faults: $(VENV)/.ready-test ## let servers and Redis fall over under load; SEEDS=10 for ten runs
	@$(BIN)/python -m tests.end_to_end.faults --seeds $(SEEDS) --seconds $(SECONDS_EACH)

coverage: $(VENV)/.ready-test ## statements and branches that the unit tests reach; 95 % is the floor
	@$(BIN)/coverage run -m pytest $(PYTEST_FLAGS) --ignore tests/end_to_end $(TESTS)
	@$(BIN)/coverage report

clean: ## remove what make and the tests left behind (not chat.sqlite)
	@rm -rf $(VENV) build dist *.egg-info _trial_temp* .coverage .coverage.* htmlcov \
	    .mypy_cache .pytest_cache .ruff_cache .hypothesis $(NODE_DIR)/node_modules \
	    twisted/plugins/dropin.cache
	@find twisted_chat twisted tests bench -name __pycache__ -prune -exec rm -rf {} + 2>/dev/null || true

# The virtual environment, and one stamp for each set of packages put into it.

$(VENV)/.made:
	@python="$$(./.ci/find-python)"; \
	echo "Making $(VENV) with $$("$$python" -V) ..."; \
	rm -rf $(VENV); \
	"$$python" -m venv $(VENV)
	@touch $@

$(VENV)/.ready-run: EXTRAS := redis
$(VENV)/.ready-test: EXTRAS := redis,test
$(VENV)/.ready-lint: EXTRAS := redis,lint
$(VENV)/.ready-%: setup.cfg pyproject.toml | $(VENV)/.made
	@echo "Installing the chat and what it needs ($(EXTRAS)) into $(VENV) ..."
	@$(BIN)/python -m pip install -qq --disable-pip-version-check \
	    --editable '.[$(EXTRAS)]' --config-settings editable_mode=compat
	@$(BIN)/python -c 'from twisted.plugin import IPlugin, getPlugins; list(getPlugins(IPlugin))'
	@touch $@

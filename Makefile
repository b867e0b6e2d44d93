# The commands of a checkout. `make` alone lists them.
#
# Everything runs in the checkout's own virtual environment, .venv, which is created when a target first
# needs it and updated when setup.cfg or pyproject.toml change. The install is "editable": a change in the
# checkout takes effect without installing again.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help

PORT ?= 3000
VENV ?= .venv
BIN := $(VENV)/bin
NODE_DIR := tests/end_to_end
# Some of these may be absent.
SOURCES := $(wildcard twisted_chat twisted/plugins/twisted_chat_plugin.py tests bench tools)
JS_TESTS := $(wildcard tests/web/*.test.js tests/web/*.test.mjs)
JS_SOURCES := $(wildcard twisted_chat/web tests/web tests/fuzz/page $(NODE_DIR))
ESLINT := $(NODE_DIR)/node_modules/.bin/eslint
# A selection for `make pytest` and `make trial`; both run all unit tests without one.
TESTS ?=
PYTEST_FLAGS ?= -q
# Processes for all unit tests; a selection runs in one.
UNIT_WORKERS ?= 2
# End-to-end tests mostly wait for programs, so more of them run at once than there are cores.
WORKERS ?= 3
SEEDS ?= 1
SECONDS_EACH ?= 60
# One target of `make fuzz`; all of them without one.
TARGET ?=
PAGE_FUZZ := tests/fuzz/page/main.mjs
# Where `make fuzz` keeps what it found out, for the next run.
CORPUS ?= .fuzz

# The servers that tests start must not compile the package again and again, whatever the environment says.
unexport PYTHONDONTWRITEBYTECODE
export PYTHONPYCACHEPREFIX := $(CURDIR)/$(VENV)/pycache

.PHONY: help run test missing pytest trial js end-to-end test-deps lint lint-js format bench attacks hostile logins soak faults fuzz coverage clean

help: ## this list
	@sed -nE 's/^([a-z-]+):.*## (.*)/  make \1|\2/p' $(MAKEFILE_LIST) | column -t -s '|'

run: $(VENV)/.ready-run ## run the chat in the foreground on port 3000 (PORT=4000 for another)
	@exec env PORT_ADVICE='use make run PORT=4000' $(BIN)/python -m twisted_chat --port $(PORT)

test: missing pytest trial js end-to-end ## every test: unit tests under pytest and trial, end-to-end tests once

# One line for each program that a test needs and this machine does not have.
missing: $(VENV)/.ready-test
	@$(BIN)/python -m tests.end_to_end.requirements

pytest: $(VENV)/.ready-test ## unit tests under pytest; TESTS=tests/core for a selection
	@printf '\n== %s\n' "$(if $(TESTS),$(TESTS) under pytest,unit tests under pytest: about 20 s)"
	@$(BIN)/python -m pytest $(PYTEST_FLAGS) \
	    $(if $(TESTS),$(TESTS),--numprocesses $(UNIT_WORKERS) tests --ignore tests/end_to_end)

trial: $(VENV)/.ready-test ## unit tests under trial; TESTS=tests/core for a selection
	@printf '\n== %s\n' "$(if $(TESTS),$(TESTS) under trial,unit tests under trial: about 20 s)"
	@$(BIN)/python -m twisted.trial --reporter=text \
	    $(if $(TESTS),$(subst /,.,$(patsubst %/,%,$(TESTS:.py=))),--jobs $(UNIT_WORKERS) twisted_chat)

js: ## unit tests of the page's scripts under node
	@printf '\n== %s\n' "scripts of the page under node: about 5 s"
	@if command -v node >/dev/null; then \
	    output="$$(node --test --test-reporter=tap $(JS_TESTS) 2>&1)" || { echo "$$output" >&2; exit 1; }; \
	    sed -nE 's/^# pass ([0-9]+)$$/\1 passed/p' <<<"$$output"; \
	elif [ -n "$${CHAT_TESTS_REQUIRE_ALL:-}" ]; then echo "node is missing: sudo apt-get install nodejs" >&2; exit 1; \
	else echo "skipped: node is missing: sudo apt-get install nodejs"; fi

end-to-end: $(VENV)/.ready-test ## the server with real clients, browsers and Redis
	@printf '\n== %s\n' "end-to-end tests under pytest, $(WORKERS) at a time: about 4 minutes"
	@$(BIN)/python -m pytest $(PYTEST_FLAGS) --numprocesses $(WORKERS) --dist worksteal tests/end_to_end

test-deps: $(VENV)/.ready-test ## install the npm packages that tests use; list the missing Debian packages
	@if command -v npm >/dev/null; then \
	    npm install --prefix $(NODE_DIR) --no-package-lock --no-audit --no-fund --loglevel=error; fi
	@$(BIN)/python -m tests.end_to_end.requirements

lint: $(VENV)/.ready-lint lint-js ## ruff, mypy --strict, eslint for the page, and the news fragments
	@$(BIN)/ruff check $(SOURCES)
	@$(BIN)/ruff format --check $(SOURCES)
	@$(BIN)/mypy --strict $(SOURCES)
	@output="$$($(BIN)/towncrier build --draft --version next 2>&1)" || { echo "$$output" >&2; exit 1; }

# eslint is one of the npm packages.
lint-js:
	@missing=; \
	command -v node >/dev/null || missing="node is missing: sudo apt-get install nodejs npm"; \
	[ -n "$$missing" ] || [ -x $(ESLINT) ] || missing="eslint is missing: make test-deps"; \
	if [ -z "$$missing" ]; then $(ESLINT) --config $(NODE_DIR)/eslint.config.mjs $(JS_SOURCES); \
	elif [ -n "$${CHAT_TESTS_REQUIRE_ALL:-}" ]; then echo "$$missing" >&2; exit 1; \
	else echo "skipped: the page's scripts are not linted: $$missing"; fi

format: $(VENV)/.ready-lint ## format the sources with ruff
	@$(BIN)/ruff check --fix-only --quiet $(SOURCES)
	@$(BIN)/ruff format $(SOURCES)

bench: $(VENV)/.ready-run ## run the benchmarks and write docs/benchmarks.md; BENCH=--help for less
	@$(BIN)/python -m bench $(BENCH)

attacks: $(VENV)/.ready-run ## attack this and other servers and write docs/security.md; ATTACKS=--help for less
	@$(BIN)/python -m bench.attacks $(ATTACKS)

soak: $(VENV)/.ready-run ## 10,000 clients of all kinds for ten minutes; CLIENTS=1000 SECONDS=60 for less
	@$(BIN)/python -m bench.soak $(if $(CLIENTS),--clients $(CLIENTS)) $(if $(SECONDS),--seconds $(SECONDS))

hostile: $(VENV)/.ready-run ## measure how hostile clients delay the others; HOSTILE=--help for less
	@$(BIN)/python -m bench.hostile $(HOSTILE)

logins: $(VENV)/.ready-run ## measure how 1,000 logins at once delay messages; LOGINS=--help for less
	@$(BIN)/python -m bench.logins $(LOGINS)

faults: $(VENV)/.ready-test ## inject faults into servers and Redis under load; SEEDS=10 for ten runs
	@$(BIN)/python -m tests.end_to_end.faults --seeds $(SEEDS) --seconds $(SECONDS_EACH)

# Findings are written to standard output and to $(CORPUS)/results.txt; the log is that of libFuzzer.
fuzz: $(VENV)/.ready-test ## fuzz each parser for a minute; TARGET=websocket SECONDS_EACH=1800 for one
	@mkdir -p $(CORPUS); status=0; targets="$(TARGET)"; \
	if [ -z "$$targets" ]; then \
	    targets="$$($(BIN)/python -m tests.fuzz --list)"; \
	    if command -v node >/dev/null; then targets+=" $$(node $(PAGE_FUZZ))"; fi; \
	fi; \
	for target in $$targets; do \
	    log=$(CORPUS)/$$target.log; \
	    case $$target in \
	        page-*) command=(node $(PAGE_FUZZ) $$target $(SECONDS_EACH)) ;; \
	        *) command=($(BIN)/python -m tests.fuzz $$target --seconds $(SECONDS_EACH) --corpus $(CORPUS)) ;; \
	    esac; \
	    "$${command[@]}" 2>$$log | tee -a $(CORPUS)/results.txt || { [ $$? = 1 ] || tail -n 20 $$log; status=1; }; \
	done; exit $$status

coverage: $(VENV)/.ready-test ## statements and branches that the unit tests cover
	@$(BIN)/coverage run -m pytest $(PYTEST_FLAGS) --ignore tests/end_to_end tests
	@$(BIN)/coverage report

clean: ## remove everything that make and the tests created (not chat.sqlite, not .fuzz)
	@rm -rf $(VENV) build dist *.egg-info _trial_temp* .coverage .coverage.* htmlcov \
	    .mypy_cache .pytest_cache .ruff_cache .hypothesis $(NODE_DIR)/node_modules \
	    twisted/plugins/dropin.cache
	@find twisted_chat twisted tests bench -name __pycache__ -prune -exec rm -rf {} + 2>/dev/null || true

# The virtual environment, and one stamp for each set of packages installed into it.

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

# Vedette. `make help` lists what there is. Nothing here asks for root.
# The .venv is made by uv where it is on PATH, else by python3 -m venv and pip; both install exactly what uv.lock says.

PYTHON ?= python3
BIN := .venv/bin
STAMPS := .venv/.installed
SELECT := not long
PYTEST := $(BIN)/python -m pytest -p tests.plugin
SPREAD ?= -n 2 --dist loadfile --no-loadscope-reorder -q
PURE := $(wildcard vedette/clock.py vedette/reading vedette/formats vedette/places vedette/access/handling.py \
	vedette/warnings/content.py vedette/warnings/lint.py vedette/warnings/cap_languages.py vedette/warnings/words.py \
	vedette/warnings/phrases vedette/warnings/readers.py vedette/warnings/mending.py vedette/warnings/budgets.py vedette/warnings/types \
	vedette/ledger/merkle.py vedette/ledger/check.py \
	vedette/people/audience.py vedette/people/fixes.py vedette/people/overlap.py vedette/people/pairing_code.py vedette/people/quiet.py vedette/warnings/plans.py vedette/warnings/changes.py \
	vedette/threats/likelihood.py vedette/threats/scoring.py vedette/threats/hypotheses.py vedette/threats/rates.py \
	vedette/threats/judgement_lint.py vedette/reports/origins.py \
	vedette/dispatch/escalation.py vedette/dispatch/grounds.py vedette/dispatch/restraint.py vedette/dispatch/bounces.py \
	vedette/dispatch/mail_in.py vedette/dispatch/mail_parts.py vedette/dispatch/replies.py vedette/web/form_times.py)

.DEFAULT_GOAL := help
.PHONY: help demo test test-all lint types floors docs lock clean

help: ## say what there is to make
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | while IFS="$$(printf '\t')" read -r name does; do \
		printf '  make %-10s %s\n' "$$name" "$$does"; done

demo: $(STAMPS)/demo ## install, run the whole example case, print the address and the demo logins
	@$(BIN)/vedette demo $(ARGS)

test: $(STAMPS)/test ## install what tests need, run all tests but the long ones, on SQLite and on PostgreSQL
	@$(BIN)/python -m tests.servers.parts
	@if $(BIN)/python -m tests.servers.parts --can-run POSTGRESQL; then \
		echo "== On PostgreSQL: every test that touches a database"; \
		$(PYTEST) --database postgres --only-stored --ignore tests/bench -m "($(SELECT)) and not browser" \
			$(SPREAD) $(ARGS); fi
	@echo "== On SQLite: everything"
	@$(PYTEST) -m "$(SELECT)" $(SPREAD) $(ARGS)

test-all: SELECT := long or not long
test-all: ARGS += --hypothesis-profile long --timeout 3600
test-all: test ## the same with long fuzzing and large runs

lint: $(STAMPS)/lint floors types ## style, formatting, floors and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

floors: $(STAMPS)/lint ## which room may import which (.importlinter)
	$(BIN)/lint-imports

types: $(STAMPS)/lint ## mypy, strict, on the pure rooms
	$(BIN)/mypy --strict $(PURE)

docs: $(STAMPS)/docs ## build the manual into site/
	$(BIN)/mkdocs build --strict --quiet

lock: ## lock the dependencies again and export the hash-locked requirements (needs uv)
	$(PYTHON) tools/lock.py

clean: ## remove .venv and everything that was built
	rm -rf .venv site dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache

# One stamp per set of dependencies. `--inexact` keeps what another set has installed.
$(STAMPS)/test: requirements/readers.txt
$(STAMPS)/%: uv.lock pyproject.toml requirements/%.txt
	@PYTHON="$(PYTHON)" sh tools/install.sh $*
	@mkdir -p $(STAMPS) && touch $@

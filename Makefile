# Every door of Meldkring. `make` or `make help` lists them. Needs Python 3.11 or newer and make, nothing else.

VENV := .venv
BIN := $(VENV)/bin
PYTHON ?= $(shell command -v python3.11 || command -v python3)
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input
INSTALL := $(PIP) install --quiet --constraint constraints.txt --editable
TEMPLATES := $(wildcard src/meldkring/*/templates)

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo test peers check bench fmt docs vendor lock chromium clean

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' Makefile

# An environment is made once; what goes in is renewed only when pyproject.toml or constraints.txt changed.
$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Meldkring needs Python 3.11 or newer; set PYTHON=/path/to/python3.11"; exit 1; }
	@$(PYTHON) -m venv $(VENV) \
		|| { rm -rf $(VENV); echo "This Python cannot make an environment; on Debian and Ubuntu install python3-venv."; exit 1; }

$(VENV)/.runtime: pyproject.toml constraints.txt | $(BIN)/python
	@echo "Installing Meldkring in $(VENV) …"
	@$(INSTALL) .
	@touch $@

$(VENV)/.test: pyproject.toml constraints.txt | $(VENV)/.runtime
	@echo "Installing what the tests need …"
	@$(INSTALL) '.[test]'
	@touch $(VENV)/.runtime $@

$(VENV)/.check: pyproject.toml constraints.txt | $(VENV)/.test
	@echo "Installing what the checks need …"
	@$(INSTALL) '.[test,check]'
	@touch $(VENV)/.runtime $(VENV)/.test $@

demo: $(VENV)/.runtime ## show Meldkring on http://127.0.0.1:8000 (PORT= and HOST= change that)
	@exec $(BIN)/meldkring demo

test: $(VENV)/.test peers chromium ## run all tests, on SQLite and on PostgreSQL
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder
	MELDKRING_TEST_DATABASE=postgres $(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder -m postgres

# Programs of other people against which channels are tried (tests/peers). Without Node their tests are skipped, but never in CI.
peers: $(VENV)/.test ## put the test peers from npm in .venv/node
	@$(BIN)/python tests/peers/node.py || { [ -z "$$CI" ]; }

# The browser tests need a Chromium. Only root on a Debian-like machine gets one by itself; all others are told.
chromium:
	@if [ -n "$$MELDKRING_CHROMIUM$$(command -v chromium || command -v chromium-browser || command -v google-chrome)" ]; then :; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium fonts-noto-core; \
	else echo "NO CHROMIUM FOUND: the browser tests will be skipped. Install chromium to run them."; fi

check: $(VENV)/.check ## run the gates: style, types, layers, templates, spelling, migrations, translations, licences
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy src
	$(BIN)/lint-imports --no-logo
	$(if $(TEMPLATES),$(BIN)/djlint --quiet --lint $(TEMPLATES))
	$(BIN)/codespell
	DJANGO_SETTINGS_MODULE=meldkring.config.settings $(BIN)/python -m django makemigrations --check --dry-run
	$(BIN)/python scripts/translations.py --check
	$(BIN)/python scripts/requirements.py --check
	$(BIN)/python scripts/privacy.py --check
	$(BIN)/reuse lint --quiet || $(BIN)/reuse lint --lines

bench: $(VENV)/.test ## measure speed and scale (some minutes; a C compiler for the floor)
	@$(INSTALL) '.[test,bench]'
	$(BIN)/python bench/run.py
	$(BIN)/python bench/delivery.py
	$(BIN)/python bench/pages.py
	$(BIN)/python bench/phone.py

fmt: $(VENV)/.check ## put the code in shape
	$(BIN)/ruff check --fix-only --quiet .
	$(BIN)/ruff format .

docs: $(VENV)/.test ## renew docs/requirements.md, docs/privacy.md and the compiled translations
	$(BIN)/python scripts/requirements.py
	$(BIN)/python scripts/privacy.py
	$(BIN)/python scripts/translations.py --compile

vendor: $(VENV)/.runtime ## renew the front-end files listed in vendor.json
	$(BIN)/python scripts/vendor.py

lock: ## write down which versions we test with, in constraints.txt
	@rm -rf build/lock && $(PYTHON) -m venv build/lock
	build/lock/bin/python -m pip install --quiet --disable-pip-version-check '.[test,check,bench]'
	build/lock/bin/python -m pip freeze --exclude meldkring | grep -v ' @ ' > constraints.txt
	@rm -rf build/lock

clean: ## remove everything that was made, the environment and the demo data too
	rm -rf $(VENV) data dist build .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache

# Everything a person or CI does with a checkout. `make` alone lists it.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# One environment for each file of pins.
CLIENTS := $(basename $(notdir $(wildcard tests/clients/requirements/*.txt)))
# Those in JavaScript, one for each lock file; where node or npm is missing their tests say so.
ifneq ($(and $(shell command -v node),$(shell command -v npm)),)
CLIENTS += $(notdir $(patsubst %/package-lock.json,%,$(wildcard tests/clients/programs/*/package-lock.json)))
endif

.DEFAULT_GOAL := help

.PHONY: help
help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: run
run: $(VENV)/.run ## Install what is missing and serve on 127.0.0.1:3000
	@exec $(BIN)/sluice serve

.PHONY: test
test: $(VENV)/.dev clients ## Run all checks and tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/pytest --numprocesses auto --maxprocesses 4 --dist loadfile

.PHONY: clients
clients: $(CLIENTS:%=$(VENV)/clients/%/.installed) ## Install the clients of other people that the tests drive

.PHONY: bench
bench: $(VENV)/.dev ## Measure side by side with bare Flask, nginx and caddy (needs wrk, nginx, caddy)
	$(BIN)/python -m benchmarks

.PHONY: soak
soak: $(VENV)/.dev ## Write from 50 threads for a minute on each database, kill, restart, compare
	$(BIN)/python -m benchmarks.soak

.PHONY: format
format: $(VENV)/.dev ## Rewrite the source in the project's style
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

.PHONY: clean
clean: ## Remove the environment and build products; data under var/ stays
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .pytest_cache .ruff_cache

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit("Sluice needs Python 3.11 or newer, this is " + sys.version.split()[0]) if sys.version_info < (3, 11) else None'
	@$(PYTHON) -m venv $(VENV) || { echo "Python's venv module is missing: on Debian install python3-venv"; rm -rf $(VENV); exit 1; }

$(VENV)/.run: setup.cfg | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e .
	@touch $@

$(VENV)/.dev: setup.cfg | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev,postgres,mysql,aws]'
	@touch $@ $(VENV)/.run

$(VENV)/clients/%/.installed: tests/clients/requirements/%.txt | $(BIN)/python
	@rm -rf $(@D)
	$(BIN)/python -m venv $(@D)
	$(@D)/bin/python -m pip install --quiet --disable-pip-version-check --no-compile -r $<
	@touch $@

$(VENV)/clients/%/.installed: tests/clients/programs/%/package-lock.json
	@rm -rf $(@D) && mkdir -p $(@D)
	@cp $(<D)/package.json $< $(@D)
	cd $(@D) && npm ci --ignore-scripts --no-audit --no-fund --loglevel error
	@touch $@

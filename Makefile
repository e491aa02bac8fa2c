# What a newcomer types. `make help` lists it.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
SHELL := /bin/sh

.DEFAULT_GOAL := help
.PHONY: help demo test check lint types unit bench bench-start bench-large docs wheel clean

help:  ## Say what there is to make
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | awk -F '\t' '{printf "  make %-8s %s\n", $$1, $$2}'

demo: $(VENV)/installed  ## Run devopslint on the example project in fixtures/demo
	@$(BIN)/devopslint check fixtures/demo --exit-zero

test: lint types unit  ## Everything that must hold before a change goes in

check: $(VENV)/developed  ## Run devopslint on this repository, strictly
	@$(BIN)/devopslint check --profile strict

lint: $(VENV)/developed
	$(BIN)/ruff check
	$(BIN)/ruff format --check

types: $(VENV)/developed
	$(BIN)/mypy

unit: $(VENV)/developed
	$(BIN)/python -m pytest -n auto --dist loadgroup

bench: bench-start bench-large  ## Measure start-up, and a large repository made from a seed, cold and warm

# Start-up and small files, against bare Python.
bench-start: $(VENV)/developed
	@$(BIN)/python scripts/bench.py

# 5,000 files: against reading and hashing them, with one and two processes, and how the cost grows.
bench-large: $(VENV)/developed
	@$(BIN)/python scripts/bench_large.py --growth

docs: $(VENV)/developed  ## Make the generated pages in docs/ again
	@$(BIN)/python scripts/generate_docs.py

wheel: $(VENV)/developed  ## Build sdist and wheel into dist/
	$(BIN)/python -m build

clean:  ## Remove the environment and what was built
	rm -rf $(VENV) dist build .mypy_cache .pytest_cache .ruff_cache .hypothesis rules/.index

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "devopslint needs Python 3.11 or newer; say which with PYTHON=…")'
	@$(PYTHON) -m venv $(VENV)

# A file each says what the environment holds, so that nothing is installed twice.
$(VENV)/installed: $(VENV)/bin/python pyproject.toml
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(VENV)/developed: $(VENV)/bin/python pyproject.toml
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[test,lint]'
	@touch $@ $(VENV)/installed

# Everything one does with a checkout. Needs Python 3.11 or newer; brings the rest into .venv/ and $(HUIQUN_VAR).
.DEFAULT_GOAL := help
.PHONY: help setup demo test lint format types bench clean distclean
SHELL := /bin/sh
VENV := .venv/bin
RUN := $(VENV)/python
WORKERS ?= 2
CODE := procurement workflows cms tests manage.py

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile

setup: ## .venv, packages, libraries, fonts, translations; does only what is missing
	@for python in "$$PYTHON" python3 python3.13 python3.12 python3.11; do \
	  if test -n "$$python" && "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	    exec "$$python" -m procurement.common.setup; fi; done; \
	echo "Python 3.11 or newer is needed; install it, or name it: make PYTHON=/path/to/python3.11 $(MAKECMDGOALS)" >&2; exit 1

demo: setup ## the whole site with demo data on http://127.0.0.1:8000 (HUIQUN_PORT, HUIQUN_VAR); Ctrl-C stops it
	@HUIQUN_DEBUG=$${HUIQUN_DEBUG:-0} exec $(RUN) manage.py serve_demo

test: lint types ## lint, types, missing migrations, every test; then the language-dependent ones in English
	HUIQUN_ENV=test $(RUN) manage.py makemigrations --check --dry-run
	HUIQUN_ENV=test $(VENV)/pytest -n $(WORKERS)
	HUIQUN_ENV=test HUIQUN_LANGUAGE=en $(VENV)/pytest -n $(WORKERS) -m "both_languages and not benchmark"

lint: setup ## style and layering
	$(VENV)/ruff check $(CODE)
	$(VENV)/ruff format --check $(CODE)
	$(VENV)/lint-imports

types: setup ## types
	$(VENV)/mypy procurement workflows cms

format: setup ## puts the code into the house's style
	$(VENV)/ruff check --fix $(CODE)
	$(VENV)/ruff format $(CODE)

bench: setup ## how fast it is; figures and how to read them: docs/performance.md
	HUIQUN_ENV=test $(VENV)/pytest -n 0 -s -m benchmark

clean: ## removes what can be made again (caches, compiled files); keeps .venv/ and every datum
	@find . \( -path ./.venv -o -path ./var -o -path ./.git \) -prune -o \
	  \( -name __pycache__ -o -name '*.mo' \) -print0 | xargs -0 rm -rf
	@rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	@echo "Caches are gone. The data in $${HUIQUN_VAR:-var/} and the packages in .venv/ are untouched."

distclean: clean ## clean, and the packages in .venv/; the data stays
	@rm -rf .venv
	@echo "The packages in .venv/ are gone too. To lose the data as well, stop the site and remove $${HUIQUN_VAR:-var/} yourself."

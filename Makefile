# One file for people and for CI. `make` alone lists what there is.
PYTHON ?= python3
PY := .venv/bin/python
T ?=
# Shared out as tests/shares.py says.
PYTEST := -m pytest --numprocesses=auto --dist=loadfile
export SYGN_NO_INPUT = 1
# Tests and benches start many processes; without bytecode each would compile everything again.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help dev demo test coverage lint format types layers words package bench figures growth soak clean

help:                       ## list the targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1\t\2/' | expand -t 18

# The runtime only: what a user of the demo needs.
.venv/.demo: pyproject.toml
	$(PYTHON) -m venv .venv
	$(PY) -m pip install --quiet --upgrade "pip>=25.1"
	$(PY) -m pip install --quiet --editable .
	@touch $@

# Everything that tests and checks need besides.
.venv/.dev: .venv/.demo
	$(PY) -m pip install --quiet --editable . --group dev
	@touch $@

dev: .venv/.dev             ## set up .venv with all tools

demo: .venv/.demo           ## sign a sample contract from end to end, in ./demo
	@$(PY) -m fixtures.demo demo

test: dev                   ## run all tests (T="..." passes arguments to pytest)
	$(PY) $(PYTEST) $(T)

coverage: dev               ## run all tests and tell which lines none of them reaches
	rm -f .coverage .coverage.*
	$(PY) -m coverage run $(PYTEST) $(T)
	$(PY) -m coverage combine --quiet
	$(PY) -m coverage report --skip-covered

format: dev                 ## put the code into shape
	$(PY) -m ruff check --fix --quiet .
	$(PY) -m ruff format --quiet .

lint: dev types layers      ## check style, types and layers
	$(PY) -m ruff format --check .
	$(PY) -m ruff check .

types: dev
	$(PY) -m mypy

layers: dev
	.venv/bin/lint-imports

words: dev                  ## bring the catalogues up to what the code says, and compile them
	$(PY) -m fixtures.catalogues

package: dev                ## build sdist and wheel, and run the main job from the wheel
	rm -rf dist .venv-wheel
	$(PY) -m build --quiet
	$(PYTHON) -m venv .venv-wheel
	.venv-wheel/bin/python -m pip install --quiet --no-compile dist/*.whl
	.venv-wheel/bin/python -I fixtures/check_wheel.py .venv-wheel/bin/sygn

bench: dev                  ## print all figures (SYGN_BENCH_LARGE=1: with 100,000 documents)
	$(PY) -m bench

figures: dev                ## the same, and write the summary into README.md
	$(PY) -m bench --readme

growth: dev                 ## how the workspace grows to 100,000 documents, into README.md too
	$(PY) -m bench store --large --readme

# A judge that is absent must fail it, not pass unseen.
soak: dev                   ## long runs: the slow tests, with more of everything
	SYGN_REQUIRE_BROWSER=1 SYGN_REQUIRE_TOOLS=1 SYGN_SOAK=1 SYGN_MUTATIONS=1000 $(PY) $(PYTEST) $(T)

clean:                      ## remove everything that can be made again
	rm -rf .venv .venv-wheel dist build demo artefacts .coverage .coverage.* \
	  .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

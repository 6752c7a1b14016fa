# What people type. `make demo` and `make test` need only Python 3.11 or newer and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DEMO := demo-run

.PHONY: help demo test check format bench bench-truth clean

help:
	@echo "make demo    install into .venv and cluster the built-in catalogue"
	@echo "make test    install what tests need, then everything in make check"
	@echo "make check   format, lint, types, tests, documentation examples"
	@echo "make bench-truth  are known groups found? needs a generator of catalogues (hours; docs/judgement.md)"
	@echo "make bench   measure against other tools on this machine (hours; parts: docs/performance.md)"

$(VENV)/.installed: pyproject.toml constraints.txt
	$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11) and 'songatlas needs Python 3.11 or newer, this is ' + sys.version)"
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --only-binary :all: --constraint constraints.txt hatchling editables
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --prefer-binary --constraint constraints.txt --no-build-isolation --editable .
	@echo "Preparing the compiled loops (about ten seconds, once) …"
	$(BIN)/python -m songatlas.kernels.prepare
	@touch $@

$(VENV)/.installed-test: $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --prefer-binary --constraint constraints.txt --no-build-isolation --editable '.[test]'
	@touch $@

demo: $(VENV)/.installed
	$(BIN)/songatlas demo --output $(DEMO) --overwrite

test: $(VENV)/.installed-test
	$(MAKE) --no-print-directory check

check:
	$(BIN)/ruff format --check src tests benchmarks
	$(BIN)/ruff check src tests benchmarks
	$(BIN)/mypy
	$(BIN)/pytest

format:
	$(BIN)/ruff format src tests benchmarks
	$(BIN)/ruff check --fix src tests benchmarks

$(VENV)/.installed-bench: $(VENV)/.installed-test
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --prefer-binary --constraint constraints.txt --no-build-isolation --editable '.[bench]'
	@touch $@

bench: $(VENV)/.installed-bench
	$(BIN)/python -m benchmarks.ceiling --output docs/performance.md
	$(BIN)/python -m benchmarks.reading
	$(BIN)/python -m benchmarks

bench-truth: $(VENV)/.installed-test
	$(BIN)/python -m benchmarks.truth --output benchmarks/truth.md

clean:
	rm -rf $(VENV) $(DEMO) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis

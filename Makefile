# Everything a developer or CI does goes through here. Needs Python 3.11 or later and make; sets up the rest itself.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export UV_PYTHON_DOWNLOADS := never
UV := $(BIN)/uv
RUNTIME := $(VENV)/.runtime
DEV := $(VENV)/.dev

.PHONY: run test test-more test-all soak lint format check bench docs lock clean

run: $(RUNTIME)  ## Start the hub, the sandbox and the worker with demo data
	@$(BIN)/greenroom run

test: $(DEV)  ## Everything that needs no other server
	$(BIN)/pytest -n auto -m "not browser and not broker and not postgresql and not slow"

test-more: $(DEV) check  ## What needs PostgreSQL, Redis and Chromium, and the checks
	$(BIN)/python -m tests.servers

test-all: test test-more  ## test, then test-more

soak: $(DEV)  ## Two thousand random courses of events with faults, and a minute at GoTo's pace; hours
	GREENROOM_PACE_SECONDS=60 $(BIN)/pytest tests/processes/test_pace.py
	GREENROOM_SCENARIOS=2000 $(BIN)/pytest -n auto tests/hub/sync/test_random_scenarios.py

check: $(DEV) lint  ## Style, types and layers
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

lint: $(DEV)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

format: $(DEV)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(DEV)  ## One line for each claim of speed or memory; writes var/bench.json
	$(BIN)/python -m bench

docs: $(DEV)  ## Build the documentation into var/docs
	$(BIN)/sphinx-build -q -W -b html docs var/docs

$(UV): requirements/boot.lock
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/boot.lock
	@touch $(UV)

$(RUNTIME): requirements/runtime.lock pyproject.toml $(UV)
	$(UV) pip install --quiet --python $(BIN)/python --require-hashes -r requirements/runtime.lock
	$(UV) pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $(RUNTIME)

$(DEV): requirements/dev.lock $(RUNTIME)
	$(UV) pip install --quiet --python $(BIN)/python --require-hashes -r requirements/dev.lock
	@touch $(DEV)

COMPILE := $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header

lock: $(UV)  ## Renew the lock files from pyproject.toml and requirements/*.in
	$(COMPILE) requirements/boot.in -o requirements/boot.lock
	$(COMPILE) pyproject.toml requirements/build.in --extra sandbox --extra hub --extra celery -o requirements/runtime.lock
	$(COMPILE) requirements/dev.in -c requirements/runtime.lock -o requirements/dev.lock

clean:
	rm -rf $(VENV) var

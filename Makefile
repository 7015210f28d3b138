# Everything a person or CI runs. Needs Python 3.11+ (as python3, or PYTHON=…) and nothing else; uses uv where it is there.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8501
TESTS ?=

.PHONY: app test check bench eval lock recordings clean

app: $(VENV)/app.ready  ## serve the app with an example loaded: no key, no server
	$(BIN)/streamlit run app.py --server.port=$(PORT)

# A file's tests stay together, so that no worker has two browsers, or a browser and another event loop, at once.
test: $(VENV)/dev.ready  ## set up everything and run every test
	@sh tools/system_packages.sh
	$(BIN)/python -m pytest -n auto --dist loadfile $(TESTS)

check: $(VENV)/dev.ready  ## lint, types, layers
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/dev.ready  ## speed, as ratios within one run
	$(BIN)/python -m tests.benchmarks

eval: $(VENV)/dev.ready  ## play the recorded answers, measure them, hold them against the baseline
	$(BIN)/coach evals run
	$(BIN)/coach evals gate

lock: ## renew the locked packages (needs uv); what people install holds the versions that are tested
	uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --generate-hashes --no-header --no-annotate -q -o requirements-dev.lock
	uv pip compile pyproject.toml -c requirements-dev.lock --universal --python-version 3.11 --generate-hashes --no-header --no-annotate -q -o requirements.lock
	uv pip compile pyproject.toml --extra queue --extra crm -c requirements-dev.lock --universal --python-version 3.11 --generate-hashes --no-header --no-annotate -q -o requirements-server.lock

clean:
	rm -rf $(VENV)

$(VENV)/app.ready: requirements.lock pyproject.toml
	@PYTHON="$(PYTHON)" sh tools/install.sh $(VENV) requirements.lock && touch $@

$(VENV)/dev.ready: requirements-dev.lock pyproject.toml
	@PYTHON="$(PYTHON)" sh tools/install.sh $(VENV) requirements-dev.lock && touch $@ $(VENV)/app.ready

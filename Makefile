# Everything a fresh machine needs. `make help` says what there is.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

# Stamps stand for finished work, so that a second run is quick; a changed pyproject.toml
# is newer than they are and installs again.
CREATED := $(VENV)/.created
INSTALLED := $(VENV)/.installed
TEST_INSTALLED := $(VENV)/.installed-test

.PHONY: help lab quick test format clean

help:
	@echo "make lab      install into $(VENV) and open JupyterLab on the first notebook"
	@echo "make quick    check what needs neither a browser nor a class of submissions"
	@echo "make test     install what the tests need, then check everything"
	@echo "make format   put the code into its standard form"
	@echo "make clean    remove $(VENV) and all that was generated"
	@echo
	@echo "Another Python: make lab PYTHON=python3.12"

lab: $(INSTALLED)
	$(BIN)/backprop-lab lab

quick: $(TEST_INSTALLED)
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python -m pytest --quiet --hypothesis-profile=quick \
	  -m "not (browser or kernel or nbgrader or slow)"

test: $(TEST_INSTALLED)
	@.ci/install-tools
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	@.ci/test-javascript
	$(BIN)/python -m pytest

format: $(TEST_INSTALLED)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean:
	rm -rf $(VENV) build dist test-results .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(CREATED):
	@command -v $(PYTHON) >/dev/null || { \
	  echo "There is no program $(PYTHON). Install Python 3.11 or newer, or name it:"; \
	  echo "make lab PYTHON=/path/to/python3"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "Python 3.11 or newer is needed, but $(PYTHON) is $$($(PYTHON) --version 2>&1)."; \
	  echo "Name a newer one: make lab PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo "$(PYTHON) cannot make virtual environments."; \
	  echo "On Debian and Ubuntu: sudo apt-get install python3-venv"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(INSTALLED): $(CREATED) pyproject.toml
	$(BIN)/python -m pip install --editable .
	@touch $@

$(TEST_INSTALLED): $(CREATED) pyproject.toml
	$(BIN)/python -m pip install --editable '.[test]'
	@touch $@ $(INSTALLED)

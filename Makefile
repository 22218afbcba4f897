# TIS on managed services. `make help` lists the targets; the same ones run in CI.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := install

VENV := .venv
PYTHON := $(VENV)/bin/python
STACK ?= embedded
ONLY ?=
LIVE ?=
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: install
install: $(VENV)/installed ## install everything into .venv

$(VENV)/installed: requirements.lock pyproject.toml infra/build/install.sh infra/build/find_python.sh
	@bash infra/build/install.sh $(VENV)

.PHONY: run
run: install ## run the whole system on this machine (STACK=real: MariaDB; LIVE="reference profile")
	@STACK='$(STACK)' exec $(VENV)/bin/tis run $(LIVE:%=--live %)

.PHONY: aws
aws: install ## run a local AWS that answers from what is deployed to it (then: tis deploy --stage local)
	@STACK='$(STACK)' exec $(VENV)/bin/tis aws

.PHONY: test
test: install ## every test that needs no server
	@$(PYTHON) -m pytest -m "not real"

.PHONY: test-real
test-real: install ## every test, the same suites on MariaDB too
	@$(PYTHON) -c "import sys; from infra.local import mariadb; mariadb.available() or sys.exit(f'MariaDB is not installed here. This installs it: {mariadb.install_hint()}')"
	@$(PYTHON) -m pytest

.PHONY: check
check: install ## what CI runs beside the tests: format, lint, types, imports, generated files
	@$(VENV)/bin/ruff format --check .
	@$(VENV)/bin/ruff check .
	@$(VENV)/bin/mypy
	@$(VENV)/bin/lint-imports
	@$(PYTHON) -m infra.build --check
	@$(PYTHON) -m infra.build.openapi --check
	@$(PYTHON) -m infra.cost.document --check
	@$(PYTHON) -m infra.diagram --check
	@$(VENV)/bin/tis check

.PHONY: format
format: install ## format the code and write the generated files anew
	@$(VENV)/bin/ruff format .
	@$(VENV)/bin/ruff check --fix --quiet .
	@$(PYTHON) -m infra.build
	@$(PYTHON) -m infra.build.openapi
	@$(PYTHON) -m infra.cost.document
	@$(PYTHON) -m infra.diagram

.PHONY: build
build: install ## make the deployable projects and packages of all services
	@$(PYTHON) -m infra.build

.PHONY: bench
bench: install ## the benchmarks, one JSON object a line (ONLY=name for one)
	@$(PYTHON) -m tests.bench $(if $(ONLY),--only $(ONLY))

.PHONY: lock
lock: install ## pin the dependencies anew, with hashes (needs uv)
	@uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --python-version 3.11 \
		pyproject.toml --group local --group test --group bench --output-file requirements.lock

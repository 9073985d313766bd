# `make help` lists what there is. Python (3.11 or newer) and make are all it needs.

PORT ?= 8000
DATA_DIR ?= .data
SEED ?= 1
export PORT DATA_DIR

VENV := .venv
PY := $(VENV)/bin/python
COVERAGE := $(VENV)/coverage.json
export PATH := $(CURDIR)/$(VENV)/bin:$(PATH)
# Ready-made packages only: nothing is compiled here, so no compiler can be missing.
PIP_INSTALL := $(PY) -m pip install --quiet --disable-pip-version-check --only-binary :all: --require-hashes
NOT_INSTALLED := Packages could not be installed. They come ready-made for CPython 3.11 to 3.14 on Linux \
	(x86-64, ARM) and macOS: use one of these, and see that the package registry can be reached.
COMPILE := $(PY) -m uv pip compile --quiet --upgrade --universal --python-version 3.11 \
	--generate-hashes --no-header --no-emit-index-url
# Settings of a production machine, for the checks that depend on them. Nothing secret.
PRODUCTION := env DATA_DIR=/nonexistent DEBUG= PUBLIC_URL=https://influence.example \
	ALLOWED_HOSTS=influence.example SECRET_KEY=only-for-the-check-3f9Qw7Zx2Lk8Vn5Rb1Tc6Yh4Md0Ps-checks-nothing \
	TOKEN_KEYS=k1:MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE= EMAIL_URL=smtp+tls://localhost:587
FIND_PYTHON = $(firstword $(foreach p,python3 python3.14 python3.13 python3.12 python3.11,$(shell \
	$(p) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $(p))))
PYTHON ?= $(FIND_PYTHON)

.DEFAULT_GOAL := help
.PHONY: help run demo test check bench sandbox screenshot servers install vendor chromium lock clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: install ## start everything on http://localhost:8000 (PORT, DATA_DIR, DATABASE_URL, REDIS_URL)
	@exec $(PY) -m influence.embedded run

demo: install ## walk through the product over temporary services (LEGACY=file.csv JSON=out.json)
	@exec $(PY) -m influence.embedded demo $(if $(LEGACY),--legacy '$(LEGACY)') $(if $(JSON),--json '$(JSON)')

test: $(VENV)/.dev static/vendor/icons.svg chromium ## all tests and their coverage (ARGS='-k orders' narrows them)
	$(PY) -m pytest -n auto $(if $(ARGS),$(ARGS),-p tests.covering --covered=$(COVERAGE))
	@$(if $(ARGS),,$(PY) -m tests.floors $(COVERAGE))

check: $(VENV)/.dev static/vendor/icons.svg ## style, types, layers, migrations, API schema, deployment, every test can be loaded
	$(PY) -m ruff format --check .
	$(PY) -m ruff check .
	$(PY) -m mypy .
	$(VENV)/bin/python -c 'from importlinter.cli import lint_imports_command as check; check()'
	$(PY) -m djlint --quiet --lint templates
	$(PRODUCTION) $(PY) -W ignore::RuntimeWarning manage.py makemigrations --check --dry-run
	$(PRODUCTION) $(PY) manage.py spectacular --validate --fail-on-warn --file $(VENV)/schema.yml
	diff -u docs/api/schema.yml $(VENV)/schema.yml
	$(PRODUCTION) $(PY) manage.py check --deploy --fail-level WARNING
	@$(PY) -m pytest --collect-only -qq >$(VENV)/tests.txt || { cat $(VENV)/tests.txt; exit 1; }
	@! grep -nE '"resolved"|://[^"]*registry' package-lock.json
	@! grep -nE '^ *-(i|-(extra-)?index)|://' requirements/*.txt

bench: $(VENV)/.dev ## measure, print ratios against baselines
	@exec $(PY) -m benchmarks $(ARGS)

sandbox: install ## only the TikTok sandbox (SEED=1)
	@exec $(PY) -m tiktok.sandbox --port $(PORT) --seed $(SEED)

servers: $(VENV)/.run ## only PostgreSQL and Valkey, until Ctrl-C
	@exec $(PY) -m influence.embedded servers

install: $(VENV)/.run static/vendor/icons.svg ## what running needs; the other targets call it

vendor: static/vendor/icons.svg ## copy the front-end files that package.json lists

chromium: # for the browser tests
	@for browser in chromium chromium-browser google-chrome google-chrome-stable; do \
		command -v $$browser >/dev/null && exit 0; \
	done; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		echo 'Installing Chromium for the browser tests'; \
		apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium >/dev/null; \
	else \
		echo 'No Chromium here: install it for the browser tests (Debian: sudo apt-get install chromium).'; \
	fi

screenshot: $(VENV)/.dev ## take the README's picture of a running `make run`
	$(PY) docs/screenshot.py http://localhost:$(PORT)

lock: $(VENV)/.dev ## lock all packages again, newest versions that fit
	$(COMPILE) requirements/run.in -o requirements/run.txt
	$(COMPILE) requirements/dev.in -c requirements/run.txt -o requirements/dev.txt
	$(COMPILE) requirements/node.in -o requirements/node.txt
	npm install --package-lock-only --ignore-scripts

clean: ## forget what was installed; data stay
	rm -rf $(VENV) node_modules static/vendor staticfiles

$(VENV)/.created:
	@test -n "$(PYTHON)" || { \
		echo 'Python 3.11 or newer is needed: install it, or name it: make PYTHON=/path/to/python3' >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "This Python lacks the venv module: install it (Debian: apt-get install python3-venv)" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.run: requirements/run.txt | $(VENV)/.created
	@echo 'Installing packages (about a minute, once)'
	@$(PIP_INSTALL) -r $< || { echo '$(NOT_INSTALLED)' >&2; exit 1; }
	@touch $@

$(VENV)/.dev: requirements/dev.txt requirements/run.txt | $(VENV)/.created
	@echo 'Installing packages for tests and checks (about a minute, once)'
	@$(PIP_INSTALL) -r $< || { echo '$(NOT_INSTALLED)' >&2; exit 1; }
	@touch $@ $(VENV)/.run

node_modules/.installed: package-lock.json package.json requirements/node.txt | $(VENV)/.created
	@npm --version >/dev/null 2>&1 || { \
		echo 'Installing Node, since there is none'; $(PIP_INSTALL) -r requirements/node.txt; }
	@echo 'Installing front-end packages (once)'
	@npm ci --ignore-scripts --loglevel=error
	@touch $@

static/vendor/icons.svg: node_modules/.installed influence/vendoring.py
	@$(PY) influence/vendoring.py

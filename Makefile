# nltop: see README.md. `make help` lists the targets.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

GO      ?= go
# Scripts call go by its name: `make GO=/somewhere/bin/go test`.
ifneq ($(dir $(GO)),./)
export PATH := $(dir $(GO)):$(PATH)
endif
PREFIX  ?= /usr/local
VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)
LDFLAGS := -s -w -X main.version=$(VERSION)
# How long each fuzz target runs in `make test`, and in `make soak`.
FUZZTIME ?= 5s
SOAKTIME ?= 5m
# Kernels of the VM ring: the full workload, and a capture check.
VMFULL  ?= 6.1 6.12
VMCHECK ?= 5.10 newest

.PHONY: help go run build generate test unit fuzz vmtest race soak lint bench install clean

help: ## list the targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /\1\t/' | expand -t 12

go:
	@scripts/needgo $(GO)

build: go ## build bin/nltop
	@CGO_ENABLED=0 $(GO) build -trimpath -ldflags '$(LDFLAGS)' -o bin/nltop ./cmd/nltop

run: build ## build nltop and start the live view with the best source
	@scripts/run

generate: go ## compile bpf/ again (needs clang-14)
	@scripts/deps generate
	@$(GO) generate ./...

test: build ## every ring: unit, live on this kernel (root), fuzz, VM; then their times
	@scripts/deps test vm
	@scripts/rings all "$(VMFULL)" "$(VMCHECK)" $(FUZZTIME)

unit: build ## tests that need neither root nor this kernel
	@scripts/rings unit

fuzz: go
	@scripts/rings fuzz $(FUZZTIME)

vmtest: build ## the VM ring alone
	@scripts/deps vm
	@scripts/rings vm "$(VMFULL)" "$(VMCHECK)"

race: go ## unit and live tests with the race detector, nltop with it too
	@scripts/deps test race
	@scripts/rings race

soak: build ## an hour of traffic, floods, long fuzzing: an hour and more
	@scripts/rings soak $(SOAKTIME)

lint: go ## gofmt, go vet, staticcheck, shellcheck where it is installed
	@scripts/lint

bench: build ## overhead side by side and the live view in a VM, and benchmarks of every package
	@scripts/deps test vm
	@scripts/bench overhead
	@scripts/bench view
	@[ "$$(id -u)" != 0 ] || scripts/bench view syscall
	@NLTOP_BIN=$(CURDIR)/bin/nltop $(GO) test -run '^$$' -bench File -benchtime 1x -timeout 30m ./internal/e2e
	@$(GO) test -run '^$$' -bench . -benchmem $$($(GO) list ./internal/... | grep -v /e2e$$)

install: build ## install nltop below $(PREFIX)
	@install -D -m 0755 bin/nltop $(DESTDIR)$(PREFIX)/bin/nltop

clean: ## remove what build made
	@rm -rf bin

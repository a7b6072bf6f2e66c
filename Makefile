# Two commands for newcomers: `make demo` and `make test`. Both set up what they need and leave nothing running.
.PHONY: help demo test lint bench ci pictures dist toolchain
.DEFAULT_GOAL := help

help:
	@echo "make demo    build streamgauge and show it on a private Redis with a live workload"
	@echo "             ARGS=\"--scenario burst\" goes to \`streamgauge demo\`; q quits, nothing is left running"
	@echo "make test    run every test on real servers, fetching those that are missing; ends with the count"
	@echo "make lint    format, lints, documentation links"
	@echo "make bench   what operators wait for beside what they would use instead, and our own work"
	@echo "make pictures  draw the pictures of the documents anew, on demos"
	@echo "make dist    a static program, a .deb, checksums and a list of parts, into target/dist"
	@echo "make ci      lint and test, as before every change"

demo: toolchain
	@echo "demo: fetching a server if there is none, building (minutes the first time), then the console; q quits"
	@.ci/demo $(ARGS)

test: toolchain
	@echo "test: fetching the servers that are missing, then every test on real servers, each ended by its test"
	@.ci/tests $(ARGS)

lint: toolchain
	@.ci/lint

bench: toolchain
	@cargo bench $(ARGS)

pictures: toolchain
	@.ci/pictures

dist: toolchain
	@.ci/dist

ci:
	@.ci/run

toolchain:
	@command -v cargo >/dev/null 2>&1 || { \
	  echo "cargo is missing. Install Rust 1.89 or newer from https://rustup.rs, then open a new shell:" >&2; \
	  echo "  curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh" >&2; exit 1; }
	@command -v cc >/dev/null 2>&1 || command -v gcc >/dev/null 2>&1 || command -v clang >/dev/null 2>&1 || { \
	  echo "a C compiler is missing (Rust links with it):" >&2; \
	  echo "  Debian, Ubuntu: sudo apt-get install build-essential   Fedora: sudo dnf install gcc" >&2; \
	  echo "  Alpine: sudo apk add build-base   macOS: xcode-select --install" >&2; exit 1; }

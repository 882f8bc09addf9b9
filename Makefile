# filterd: sorts readers' comments for news publishers.
#
# Targets
#   make              build/filterd and build/libfilterd.a
#   make run          install what is missing, build, and serve with config.example.yaml
#   make test         build and run every test (unit, rules, bad, fuzz corpora, end to end)
#   make test-unit test-rules test-e2e test-inside test-layers     one kind of test
#   make deps         install the Debian packages that build and tests need
#   make lint         clang-tidy, cppcheck, format check, shipped rules
#   make format       clang-format all C files in place
#   make bench        speed against yardsticks, measured in one run
#   make quality      detection quality on labelled comments: CORPORA=DIR SCORE=score.py
#   make fuzz         each fuzz target for TIME seconds (60) under ASan and UBSan: TARGET=name for one
#   make cover        line coverage of the tests
#   make docs         write the references generated from the tables into the READMEs
#   make install      into DESTDIR and PREFIX (/usr/local)
#   make clean        remove build/
#
# Variables
#   DEV=1   warnings are errors, -Og            in build/dev
#   SAN=1   ASan and UBSan                      in build/san
#   TSAN=1  ThreadSanitizer                     in build/tsan
#   COV=1   gcov counters                       in build/cov
#   CC=clang  any of these with clang           in build/clang, build/clang-san, ...
#   V=1     show whole commands

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules

ifeq ($(origin CC),default)
CC := gcc
endif
PREFIX ?= /usr/local
PYTHON ?= /usr/bin/python3
PKG_CONFIG ?= pkg-config
TIME ?= 60
Q := $(if $(V),,@)

# --- variants -----------------------------------------------------------------------------------

VARIANT := $(strip $(if $(findstring clang,$(CC)),clang) $(if $(DEV),dev) $(if $(SAN),san) \
	$(if $(TSAN),tsan) $(if $(COV),cov))
EMPTY :=
B := build$(if $(VARIANT),/$(subst $(EMPTY) $(EMPTY),-,$(VARIANT)))

WARNINGS := -Wall -Wextra -Wshadow -Wvla -Wstrict-prototypes -Wmissing-prototypes \
	-Wpointer-arith -Wwrite-strings -Wformat=2 -fno-common
CFLAGS_ALL := -std=c11 -D_GNU_SOURCE -g -pthread -fPIE -fstack-protector-strong $(WARNINGS) \
	-Ifilterd -MMD -MP
LDFLAGS_ALL := -pthread -pie -Wl,-z,relro,-z,now
ifdef DEV
CFLAGS_ALL += -Og -Werror
else ifdef COV
CFLAGS_ALL += -O0 --coverage -fprofile-update=atomic
LDFLAGS_ALL += --coverage
else ifdef SAN
CFLAGS_ALL += -O1 -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all
LDFLAGS_ALL += -fsanitize=address,undefined
else ifdef TSAN
CFLAGS_ALL += -O1 -fsanitize=thread
LDFLAGS_ALL += -fsanitize=thread
else
CFLAGS_ALL += -O2 -D_FORTIFY_SOURCE=2
endif

# --- libraries ----------------------------------------------------------------------------------

LIB_PACKAGES := yaml-0.1 libpcre2-8 libcrypto
DAEMON_PACKAGES := libevent_core libevent_extra libevent_openssl libevent_pthreads libssl sqlite3
OPTIONAL_PACKAGES := libpq libseccomp libsystemd
FOUND := $(foreach p,$(OPTIONAL_PACKAGES),$(shell $(PKG_CONFIG) --exists $(p) 2>/dev/null && echo $(p)))
CPPFLAGS_ALL := $(if $(filter libsystemd,$(FOUND)),-DWITH_SYSTEMD) \
	$(if $(filter libseccomp,$(FOUND)),-DWITH_SECCOMP) \
	$(if $(filter libpq,$(FOUND)),-DWITH_POSTGRESQL) \
	$(if $(SAN)$(TSAN)$(COV),-DWITHOUT_SANDBOX)
LIB_CFLAGS := $(shell $(PKG_CONFIG) --cflags $(LIB_PACKAGES) $(DAEMON_PACKAGES) $(FOUND) 2>/dev/null)
LIB_LIBS := $(shell $(PKG_CONFIG) --libs $(LIB_PACKAGES) 2>/dev/null) -lm
DAEMON_LIBS := $(shell $(PKG_CONFIG) --libs $(DAEMON_PACKAGES) $(FOUND) 2>/dev/null)

DEB_BUILD := gcc make pkg-config libc6-dev libevent-dev libyaml-dev libpcre2-dev libssl-dev \
	libsqlite3-dev libicu-dev libpq-dev libseccomp-dev libsystemd-dev
DEB_TEST := libcmocka-dev libjansson-dev python3 python3-pytest python3-pytest-xdist \
	python3-yaml python3-hypothesis python3-jsonschema python3-selenium chromium \
	chromium-driver curl postgresql socat strace netcat-openbsd
DEB_TOOLS := clang clang-format clang-tidy cppcheck libclang-rt-14-dev gcovr

# --- sources ------------------------------------------------------------------------------------

LIB_LAYERS := base text match rules moderate
DAEMON_LAYERS := import store wire console server cli
LIB_SOURCES := $(filter-out filterd/text/gen_%,$(wildcard $(LIB_LAYERS:%=filterd/%/*.c)))
DAEMON_SOURCES := $(wildcard $(DAEMON_LAYERS:%=filterd/%/*.c))
LIB_GENERATED := build/gen/text_tables.c build/gen/ordinary_words.c
GENERATED := $(LIB_GENERATED) build/gen/console_files.c
CONSOLE_FILES := $(sort $(wildcard $(foreach kind,css html js,filterd/console/*.$(kind))))
ORDINARY := $(sort $(wildcard filterd/rules/ordinary/*.txt))
# Below obj/, for build/filterd is the program.
LIB_OBJECTS := $(LIB_SOURCES:%.c=$(B)/obj/%.o) $(LIB_GENERATED:build/%.c=$(B)/obj/%.o)
DAEMON_OBJECTS := $(DAEMON_SOURCES:%.c=$(B)/obj/%.o) $(B)/obj/gen/console_files.o
UNIT_TESTS := $(patsubst tests/unit/%.c,$(B)/tests/unit/%,$(wildcard tests/unit/test_*.c))
FUZZERS := $(patsubst tests/fuzz/fuzz_%.c,%,$(wildcard tests/fuzz/fuzz_*.c))
BENCHES := $(patsubst tests/bench/%.c,$(B)/tests/bench/%,$(wildcard tests/bench/bench_*.c))
C_FILES := $(wildcard filterd/*.[ch] filterd/*/*.[ch] tests/*/*.[ch])

.PHONY: all help run deps test test-unit test-rules test-e2e test-inside test-layers lint \
	format format-check bench quality fuzz fuzz-build cover docs install clean tests-build

all: $(B)/filterd $(B)/libfilterd.a

help:
	@sed -n '/^# Targets/,/^$$/s/^# \{0,1\}//p' Makefile

$(B)/filterd: $(B)/obj/filterd/main.o $(B)/libdaemon.a $(B)/libfilterd.a
	@echo "  LINK  $@"
	$(Q)$(CC) $(LDFLAGS_ALL) $(LDFLAGS) -o $@ $^ $(LIB_LIBS) $(DAEMON_LIBS)

$(B)/libfilterd.a: $(LIB_OBJECTS)
$(B)/libdaemon.a: $(DAEMON_OBJECTS)
$(B)/lib%.a:
	@echo "  AR    $@"
	$(Q)rm -f $@ && ar rcs $@ $^

$(B)/obj/%.o: %.c
	@echo "  CC    $@"
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS_ALL) $(CPPFLAGS_ALL) $(LIB_CFLAGS) $(CFLAGS) -c -o $@ $<

$(B)/obj/gen/%.o: build/gen/%.c
	@echo "  CC    $@"
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS_ALL) $(CFLAGS) -c -o $@ $<

# The generator runs on the build machine and is the only part that links ICU.
build/gen/gen_tables: filterd/text/gen_tables.c filterd/text/tables.h filterd/text/chars.h
	@mkdir -p $(@D)
	@echo "  CC    $@"
	$(Q)$(CC) -std=c11 -D_GNU_SOURCE -O1 -g $(WARNINGS) -Ifilterd -o $@ $< \
		$(shell $(PKG_CONFIG) --cflags --libs icu-uc icu-i18n 2>/dev/null)

build/gen/text_tables.c: build/gen/gen_tables
	@echo "  GEN   $@"
	$(Q)$< > $@

# Lint's lists of ordinary words: [class] lines, and words parted by blanks; _ is a space in one.
build/gen/ordinary_words.c: $(ORDINARY)
	@mkdir -p $(@D)
	@echo "  GEN   $@"
	$(Q)awk 'BEGIN { print "/* Made from filterd/rules/ordinary by the Makefile. */"; \
			print "#include \"rules/ordinary.h\""; print; \
			print "const struct ordinary_word ordinary_words[] = {" } \
		FNR == 1 { language = FILENAME; sub(/.*\//, "", language); sub(/\.txt$$/, "", language) } \
		/^#/ { next } \
		/^\[/ { class = toupper(substr($$1, 2, length($$1) - 2)); next } \
		{ for (i = 1; i <= NF; i++) { gsub(/_/, " ", $$i); \
			printf "\t{\"%s\", ORDINARY_%s, \"%s\"},\n", language, class, $$i } } \
		END { print "};"; print "const size_t ordinary_words_count = ARRAY_LEN(ordinary_words);" }' \
		$(ORDINARY) > $@

# The folder too, so that a file that was taken away is noticed.
build/gen/console_files.c: filterd/console/embed.sh $(CONSOLE_FILES) filterd/console
	@mkdir -p $(@D)
	@echo "  GEN   $@"
	$(Q)$< $(CONSOLE_FILES) > $@

# --- dependencies -------------------------------------------------------------------------------

# `apt-get install` needs root; without it and without sudo the one command to run is printed.
deps:
	$(Q)missing=$$(for p in $(DEB_BUILD) $(DEB_TEST) $(DEB_TOOLS); do \
		dpkg-query -W -f '$${db:Status-Status}' $$p 2>/dev/null | grep -qx installed || echo $$p; done); \
	if [ -z "$$missing" ]; then echo "All packages are installed."; exit 0; fi; \
	if ! command -v apt-get >/dev/null; then \
		echo "Install what corresponds to these Debian packages:" $$missing >&2; exit 1; fi; \
	if [ "$$(id -u)" = 0 ]; then run=; \
	elif sudo -n true 2>/dev/null; then run=sudo; \
	else echo "Please run: sudo apt-get update && sudo apt-get install -y" $$missing >&2; exit 1; fi; \
	$$run apt-get update -q && \
	DEBIAN_FRONTEND=noninteractive $$run apt-get install -y -q --no-install-recommends $$missing

# GNU make remakes this included file first and then starts over, so that the packages found above
# are those that `make deps` has just installed. A machine that has them runs one pkg-config call.
ifeq ($(filter help deps clean format format-check,$(MAKECMDGOALS)),)
include build/packages.mk
endif
build/packages.mk:
	@$(PKG_CONFIG) --exists $(LIB_PACKAGES) $(DAEMON_PACKAGES) icu-uc 2>/dev/null || { \
		echo "Packages are missing: make deps"; $(MAKE) --no-print-directory deps >&2; }
	@mkdir -p build && echo '# The packages that the build needs were found.' > $@

# --- running ------------------------------------------------------------------------------------

run: all
	$(Q)exec $(B)/filterd serve -c config.example.yaml

# --- tests --------------------------------------------------------------------------------------

$(B)/tests/unit/%: tests/unit/%.c $(B)/libdaemon.a $(B)/libfilterd.a
	@echo "  TEST  $@"
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS_ALL) $(CPPFLAGS_ALL) $(LIB_CFLAGS) $(CFLAGS) $(LDFLAGS_ALL) $(TEST_FLAGS) \
		-o $@ $< $(B)/libdaemon.a $(B)/libfilterd.a $(LIB_LIBS) $(DAEMON_LIBS) -lcmocka -ljansson

# Tests in which allocations fail: see tests/unit/failing_malloc.h.
FAILING := $(addprefix $(B)/tests/unit/,test_load_oom test_nomem test_server_oom)
ifneq ($(SAN)$(TSAN),)
$(FAILING): TEST_FLAGS := -DWRAP_MALLOC \
	-Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc,--wrap=aligned_alloc
endif

# The same fuzz entry with a plain driver replays corpus and repros in every test run.
$(B)/tests/fuzz/replay_%: tests/fuzz/fuzz_%.c tests/fuzz/replay.c $(B)/libdaemon.a $(B)/libfilterd.a
	@echo "  TEST  $@"
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS_ALL) $(CPPFLAGS_ALL) $(LIB_CFLAGS) $(CFLAGS) $(LDFLAGS_ALL) -o $@ \
		tests/fuzz/fuzz_$*.c tests/fuzz/replay.c \
		$(B)/libdaemon.a $(B)/libfilterd.a $(LIB_LIBS) $(DAEMON_LIBS) -ljansson

tests-build: all $(UNIT_TESTS) $(FUZZERS:%=$(B)/tests/fuzz/replay_%)

test: tests-build
	$(Q)$(PYTHON) tests/run.py --build $(B) all
test-unit: tests-build
	$(Q)$(PYTHON) tests/run.py --build $(B) unit
test-rules: all
	$(Q)$(PYTHON) tests/run.py --build $(B) rules
test-e2e: all
	$(Q)$(PYTHON) tests/run.py --build $(B) e2e
# All but end to end.
test-inside: tests-build
	$(Q)$(PYTHON) tests/run.py --build $(B) unit postgres fuzz rules
test-layers:
	$(Q)$(PYTHON) tests/run.py --build $(B) layers

# --- tools --------------------------------------------------------------------------------------

# How far clang's analyser follows each function. Its own default, 225000, takes three times as long;
# `make lint ANALYZER_NODES=225000` before a release.
ANALYZER_NODES ?= 75000
lint: format-check all
	$(Q)$(PYTHON) tests/tools/tidy.py $(LIB_SOURCES) $(DAEMON_SOURCES) filterd/main.c -- \
		-std=c11 -D_GNU_SOURCE $(CPPFLAGS_ALL) $(LIB_CFLAGS) -Ifilterd \
		-Xclang -analyzer-config -Xclang max-nodes=$(ANALYZER_NODES)
	$(Q)cppcheck -j $(shell nproc) --quiet --std=c11 --error-exitcode=1 --enable=warning,portability \
		--inline-suppr --suppress=missingIncludeSystem -Ifilterd filterd
	$(Q)$(B)/filterd lint -c config.example.yaml

format:
	$(Q)clang-format -i $(C_FILES)

format-check:
	$(Q)clang-format --dry-run -Werror $(C_FILES)

# synthetic.c makes the rules and comments that several benchmarks share.
$(B)/tests/bench/%: tests/bench/%.c tests/bench/synthetic.c tests/bench/synthetic.h \
		$(B)/libdaemon.a $(B)/libfilterd.a
	@echo "  BENCH $@"
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS_ALL) $(CPPFLAGS_ALL) $(LIB_CFLAGS) $(CFLAGS) $(LDFLAGS_ALL) -o $@ $< \
		tests/bench/synthetic.c $(B)/libdaemon.a $(B)/libfilterd.a $(LIB_LIBS) \
		$(DAEMON_LIBS) $(BENCH_LIBS_$*)
BENCH_LIBS_bench_server = -levent_extra
BENCH_LIBS_bench_fold = $(shell $(PKG_CONFIG) --libs icu-uc 2>/dev/null)

bench: all $(BENCHES)
	$(Q)$(PYTHON) tests/bench/run.py --build $(B)

quality: all
	$(Q)[ -n "$(CORPORA)" ] && [ -n "$(SCORE)" ] || { \
		echo "usage: make quality CORPORA=DIR SCORE=PATH/score.py" >&2; exit 2; }
	$(Q)$(PYTHON) $(SCORE) $(CORPORA) -- $(B)/filterd check --ndjson -c config.example.yaml

FUZZ_FLAGS := -O1 -fno-omit-frame-pointer -fsanitize=address,undefined,fuzzer-no-link \
	-fno-sanitize-recover=all
FUZZ_OBJECTS := $(patsubst $(B)/obj/%,build/fuzz/%,$(LIB_OBJECTS) $(DAEMON_OBJECTS))
build/fuzz/%.o: %.c
	@mkdir -p $(@D)
	$(Q)clang $(filter-out -O%,$(CFLAGS_ALL)) $(FUZZ_FLAGS) $(CPPFLAGS_ALL) $(LIB_CFLAGS) -c -o $@ $<
build/fuzz/gen/%.o: build/gen/%.c
	@mkdir -p $(@D)
	$(Q)clang $(filter-out -O%,$(CFLAGS_ALL)) $(FUZZ_FLAGS) -c -o $@ $<
build/fuzz/fuzz_%: tests/fuzz/fuzz_%.c $(FUZZ_OBJECTS)
	@echo "  FUZZ  $@"
	$(Q)clang $(filter-out -O%,$(CFLAGS_ALL)) $(FUZZ_FLAGS) -fsanitize=fuzzer $(CPPFLAGS_ALL) \
		$(LIB_CFLAGS) $(LDFLAGS_ALL) -o $@ $(filter %.c %.o,$^) $(LIB_LIBS) $(DAEMON_LIBS) -ljansson
fuzz-build: $(FUZZERS:%=build/fuzz/fuzz_%)
fuzz: fuzz-build
	$(Q)$(PYTHON) tests/fuzz/run.py --seconds $(TIME) $(or $(TARGET),$(FUZZERS))

cover:
	$(Q)$(MAKE) --no-print-directory COV=1 test
	$(Q)gcovr --root . --filter filterd/ build/cov --print-summary --sort-percentage

docs: all
	$(Q)$(PYTHON) tests/tools/docs.py --write --build $(B)

install: all
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/lib $(DESTDIR)$(PREFIX)/share/filterd
	install -m 755 $(B)/filterd $(DESTDIR)$(PREFIX)/bin/filterd
	install -m 644 $(B)/libfilterd.a $(DESTDIR)$(PREFIX)/lib/libfilterd.a
	cp -R rules config.example.yaml $(DESTDIR)$(PREFIX)/share/filterd/

clean:
	rm -rf build

.SECONDARY:
-include $(shell find build -name '*.d' 2>/dev/null)

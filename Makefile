# `make` lists the targets. The JDK is found by the launcher's own search: JAVA_HOME, PATH, the usual folders.

SOURCES := $(shell find pom.xml src/main $(wildcard sql))
JDK = $$(sh src/main/sh/musehub --print-java-home)
# The property silences what a recent Java has to say about Maven's own libraries.
MAVEN = JAVA_HOME="$(JDK)" MAVEN_OPTS="$$MAVEN_OPTS -Dsun.misc.unsafe.memory.access=allow" mvn -B -ntp
# Only warnings and errors, and what surefire says.
TEST_LOG = -q -Dorg.slf4j.simpleLogger.log.org.apache.maven.plugin.surefire=info

VERSION := $(shell sed -n 's:^  <version>\(.*\)</version>:\1:p' pom.xml)

# An archive is for one platform; PLATFORM is this machine's unless it is given.
PLATFORMS := linux-amd64 linux-arm64 darwin-amd64 darwin-arm64
ARCH := $(patsubst aarch64,arm64,$(patsubst x86_64,amd64,$(shell uname -m)))
THIS_PLATFORM := $(shell uname -s | tr A-Z a-z)-$(ARCH)
PLATFORM ?= $(THIS_PLATFORM)
DIST = musehub-$(VERSION)-$(PLATFORM)

# The folder of a platform in the jar of zstd, for example linux/aarch64.
zstd_folder = $(subst -,/,$(patsubst %-arm64,%-aarch64,$(patsubst darwin-amd64,darwin-x86_64,$(1))))
# Unpacks zstd's library for platform $(1) as the file $(2).
unpack_zstd = "$(JDK)/bin/jar" --extract --file target/lib/zstd-jni-*.jar --dir target/zstd $(zstd_folder) \
	&& mv target/zstd/$(zstd_folder)/libzstd-jni-* $(2) && rm -rf target/zstd

# The core: what one must have read to understand a push. It stays small enough for an afternoon.
CORE_MOST := 9000
CORE = $(shell find src/main/java/dev/musehub/core -name '*.java') $(addprefix src/main/java/dev/musehub/server/, \
	http/Exchange.java api/RepositoryRoutes.java)

.DEFAULT_GOAL := help
.PHONY: help build run dist dist-all image core test long check fuzz soak bench bench-compare compare growth crowd \
	ways java-options clean tools

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-13s %s\n", $$1, $$2 }' Makefile

build: target/built ## build target/musehub, if anything changed

run: build ## build, then run the hub (target/musehub serve)
	target/musehub serve

dist: target/built ## an archive to unpack and run anywhere, for this machine or PLATFORM=darwin-arm64
	@case " $(PLATFORMS) " in *" $(PLATFORM) "*) ;; *) \
		echo "make dist: there is no PostgreSQL for $(PLATFORM); choose PLATFORM from $(PLATFORMS)" >&2; exit 3 ;; esac
	@rm -rf target/$(DIST) && mkdir -p target/$(DIST)/etc target/$(DIST)/lib
	@cp target/musehub target/musehub.jar target/build src/install/README.md target/$(DIST)
	@cp src/install/musehub.service src/install/musehub.env src/install/nginx.conf src/install/Caddyfile target/$(DIST)/etc
	@cp $$(ls target/lib/*.jar | grep -v /embedded-postgres-binaries-) \
		target/lib/embedded-postgres-binaries-$(subst arm64,arm64v8,$(PLATFORM))-*.jar target/$(DIST)/lib
	@$(call unpack_zstd,$(PLATFORM),target/$(DIST)/libzstd-jni)
	@chmod -R u=rwX,go=rX target/$(DIST)
	@$$(command -v gtar || command -v tar) -C target --sort=name --mtime='2026-01-01 00:00:00 UTC' --owner=0 --group=0 \
		--numeric-owner --format=ustar -cf - $(DIST) | gzip -n > target/$(DIST).tar.gz
	@rm -rf target/$(DIST) && ls -l target/$(DIST).tar.gz

dist-all: target/built ## the archives for all platforms
	@for platform in $(PLATFORMS); do $(MAKE) --no-print-directory dist PLATFORM=$$platform || exit; done

image: PLATFORM = linux-$(ARCH)
image: ## a container image musehub:VERSION, where docker or podman is there
	@engine=; for e in docker podman; do $$e info > /dev/null 2>&1 && engine=$$e && break; done; \
	[ -n "$$engine" ] || { echo "make image: neither docker nor podman answers here; nothing was built" >&2; exit 3; }; \
	$(MAKE) dist PLATFORM=$(PLATFORM) && rm -rf target/image && mkdir target/image && \
	ln target/$(DIST).tar.gz target/image && \
	$$engine build -t musehub:$(VERSION) --build-arg DIST=$(DIST) -f src/install/Containerfile target/image

core: ## list the files of the core with their lines; at most 9,000 in all
	@ls $(CORE) > /dev/null
	@wc -l $(CORE) | sort -k 2 | awk '$$2 != "total" { print; sum += $$1 } \
		END { print sum " lines in " NR - 1 " files; at most $(CORE_MOST)"; exit sum > $(CORE_MOST) }'

test: tools ## run the tests, some minutes; TESTS=NamesT8Test,OtherT1Test only these, TIER=T5 only one tier
	@$(MAVEN) $(TEST_LOG) test $(if $(TESTS),-Dtest='$(TESTS)' -DexcludedGroups=) $(if $(TIER),-Dgroups='$(TIER)')

long: tools ## run the long tests only, those that make test leaves out
	@$(MAVEN) $(TEST_LOG) test -DexcludedGroups= -Dgroups=long

check: ## run all tests: make test, then make long
	@$(MAKE) test
	@$(MAKE) long

fuzz: target/tests.classpath ## feed N=1000000 mutated streams to a hub (bounded, prints what came out)
	@$(TEST_JAVA) dev.musehub.testing.fuzz.Fuzz $(or $(N),1000000) $(SEED)

soak: target/tests.classpath ## SECONDS=300: pushes over breaking lines, then races with collections (prints what came out)
	@$(TEST_JAVA) dev.musehub.testing.FaultSoak $$(( $(or $(SECONDS),300) / 2 )) $(SEED)
	@$(TEST_JAVA) dev.musehub.testing.GcSoak $$(( $(or $(SECONDS),300) / 2 )) $(SEED)

# 67 of them, 6 s of measuring each, and as long again for databases and JVMs: a quarter of an hour, or BENCH=Hash.
bench: target/bench ## run the benchmarks that match BENCH=., 15 minutes for all, results in target/bench.json
	@$(BENCH_JAVA) org.openjdk.jmh.Main '$(or $(BENCH),.)' -rf json -rff target/bench.json -prof gc \
		$(or $(BENCH_OPTS),-f 1 -wi 2 -w 1 -i 4 -r 1 -to 60s -foe true)

bench-compare: target/bench ## compare target/bench.json with BASE=file, normalised by the speed of the machine
	@$(BENCH_JAVA) dev.musehub.bench.Compare $(BASE) target/bench.json

compare: target/built target/bench ## musehub beside git: ROUNDS=5 at full speed, SLOW=3 over 100 Mbit/s and 20 ms
	@$(BENCH_JAVA) $(LAUNCHER) dev.musehub.bench.SideBySide $(or $(ROUNDS),5) $(or $(SLOW),3)

growth: target/built target/bench ## twice the commits, twice the objects: DOUBLINGS=3 leads to 10,000 and to 100,000
	@$(BENCH_JAVA) $(LAUNCHER) dev.musehub.bench.GrowthTable $(or $(DOUBLINGS),3)

crowd: target/built target/bench ## 16 clients at once, OBJECTS=600 each; STRANGERS=16: 4, alone and beside so many slow ones
	@$(BENCH_JAVA) $(LAUNCHER) dev.musehub.bench.$(if $(STRANGERS),Strangers $(STRANGERS),Crowd) $(or $(OBJECTS),600)

ways: target/built target/bench ## OBJECTS=4000 through a hub with a bucket and past it, private and public: ROUNDS=3
	@$(BENCH_JAVA) $(LAUNCHER) dev.musehub.bench.Ways $(or $(OBJECTS),4000) $(or $(ROUNDS),3)

# Without OPTIONS: the compiler's thresholds as java has them, which the launcher sets ten times as high.
OPTIONS ?= -XX:Tier4InvocationThreshold=5000 -XX:Tier4MinInvocationThreshold=600 \
	-XX:Tier4CompileThreshold=15000 -XX:Tier4BackEdgeThreshold=40000
java-options: target/built target/bench ## what OPTIONS='-XX:...' of java give to commands: ROUNDS=15 of workload SIZE=M41
	@$(BENCH_JAVA) $(LAUNCHER) dev.musehub.bench.JavaOptions '$(OPTIONS)' $(or $(ROUNDS),15) $(or $(SIZE),M41)

clean: ## delete what was built
	rm -rf target

# Directories are among the sources, so that a deleted file counts as a change.
target/built: $(SOURCES) | tools
	@rm -rf target/musehub-*.aot target/libzstd-jni
	@echo "make: compile and pack target/musehub.jar, copy its libraries (the first time Maven fetches them, some 250 MB)"
	@$(MAVEN) -q -Dmaven.test.skip package
	@cp src/main/sh/musehub target/musehub && chmod 755 target/musehub
	@cksum < target/musehub.jar | tr ' ' - > target/build
ifneq ($(filter $(THIS_PLATFORM),$(PLATFORMS)),)
	@echo "make: unpack the library of zstd for $(THIS_PLATFORM)"
	@$(call unpack_zstd,$(THIS_PLATFORM),target/libzstd-jni)
endif
	@echo "make: make the cache of classes, for a fast start (target/musehub --prepare)"
	@target/musehub --prepare > target/prepare.log 2>&1 || { cat target/prepare.log >&2; exit 1; }
	@touch $@

# What runs the main classes among the tests and benchmarks. There is no manifest that says it, as in musehub.jar.
CLASSES_JAVA = "$(JDK)/bin/java" --enable-native-access=ALL-UNNAMED
TEST_JAVA = $(CLASSES_JAVA) -Xmx256m -cp target/classes:target/test-classes:$$(cat target/tests.classpath)
BENCH_JAVA = $(CLASSES_JAVA) -Xmx1g -cp target/bench:target/classes:target/test-classes:$$(cat target/bench.classpath)
LAUNCHER = -Dmusehub.command=target/musehub

# The tests hold the classes of bench/ too; JMH needs those that its annotation processor adds.
target/bench: $(SOURCES) $(shell find src/test bench -name '*.java') | tools
	@$(MAVEN) -q -Pbench test-compile dependency:build-classpath -Dmdep.outputFile=target/bench.classpath \
		-Dmdep.includeScope=test
	@rm -rf $@ && mkdir -p $@
	@"$(JDK)/bin/javac" -proc:full -nowarn -d $@ \
		-cp target/classes:target/test-classes:$$(cat target/bench.classpath) $$(find bench -name '*.java')
	@touch $@

target/tests.classpath: $(SOURCES) $(shell find src/test bench -type f) | tools
	@$(MAVEN) -q test-compile dependency:build-classpath -Dmdep.outputFile=$@ -Dmdep.includeScope=test
	@touch $@

tools:
	@sh src/main/sh/musehub --print-java-home > /dev/null
	@command -v mvn > /dev/null || { echo "make: mvn not found on PATH; install Maven 3.8 or newer" >&2; exit 3; }

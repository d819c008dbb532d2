# `make` lists the targets. The JDK is found by the launcher's own search: JAVA_HOME, PATH, the usual folders.

SOURCES := $(shell find pom.xml src/main $(wildcard sql))
# The option silences what a recent Java has to say about Maven's own libraries.
MAVEN = JAVA_HOME="$$(sh src/main/sh/musehub --print-java-home)" \
	MAVEN_OPTS="$$MAVEN_OPTS --sun-misc-unsafe-memory-access=allow" mvn -B -ntp
# Only warnings and errors, and what surefire says.
TEST_LOG = -q -Dorg.slf4j.simpleLogger.log.org.apache.maven.plugin.surefire=info

VERSION := $(shell sed -n 's:^  <version>\(.*\)</version>:\1:p' pom.xml)
DIST := musehub-$(VERSION)

.DEFAULT_GOAL := help
.PHONY: help build run dist image test long check fuzz soak bench bench-compare compare growth crowd clean tools

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-13s %s\n", $$1, $$2 }' Makefile

build: target/built ## build target/musehub, if anything changed

run: build ## build, then run the hub (target/musehub serve)
	target/musehub serve

dist: target/built ## one archive to unpack and run anywhere: target/musehub-VERSION.tar.gz
	@rm -rf target/$(DIST) && mkdir -p target/$(DIST)/etc
	@cp -R target/musehub target/musehub.jar target/lib src/install/README.md target/$(DIST)
	@cp src/install/musehub.service src/install/musehub.env src/install/nginx.conf src/install/Caddyfile target/$(DIST)/etc
	@chmod -R u=rwX,go=rX target/$(DIST)
	@$$(command -v gtar || command -v tar) -C target --sort=name --mtime='2026-01-01 00:00:00 UTC' --owner=0 --group=0 \
		--numeric-owner --format=ustar -cf - $(DIST) | gzip -n > target/$(DIST).tar.gz
	@rm -rf target/$(DIST) && ls -l target/$(DIST).tar.gz

image: ## a container image musehub:VERSION, where docker or podman is there
	@engine=; for e in docker podman; do $$e info > /dev/null 2>&1 && engine=$$e && break; done; \
	[ -n "$$engine" ] || { echo "make image: neither docker nor podman answers here; nothing was built" >&2; exit 3; }; \
	$(MAKE) dist && rm -rf target/image && mkdir target/image && ln target/$(DIST).tar.gz target/image && \
	$$engine build -t musehub:$(VERSION) --build-arg DIST=$(DIST) -f src/install/Containerfile target/image

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
	@$(BENCH_JAVA) -Dmusehub.command=target/musehub dev.musehub.bench.SideBySide $(or $(ROUNDS),5) $(or $(SLOW),3)

growth: target/built target/bench ## twice the commits, twice the objects: DOUBLINGS=3 leads to 10,000 and to 100,000
	@$(BENCH_JAVA) -Dmusehub.command=target/musehub dev.musehub.bench.GrowthTable $(or $(DOUBLINGS),3)

crowd: target/built target/bench ## 16 clients at once, OBJECTS=600 each, to 16 repositories and to one
	@$(BENCH_JAVA) -Dmusehub.command=target/musehub dev.musehub.bench.Crowd $(or $(OBJECTS),600)

clean: ## delete what was built
	rm -rf target

# Directories are among the sources, so that a deleted file counts as a change. The cache of loaded classes is made by
# the launcher itself, because java accepts it only for the same options; without it everything works, only slower.
target/built: $(SOURCES) | tools
	@rm -rf target/musehub.aot target/libzstd-jni target/training
	@$(MAVEN) -q -DskipTests package
	@cp src/main/sh/musehub target/musehub && chmod 755 target/musehub
	@"$$(sh src/main/sh/musehub --print-java-home)/bin/java" -cp target/musehub.jar src/main/aot/Training.java \
		target/training target/musehub target/libzstd-jni target/musehub.aot > target/aot.log 2>&1 \
		|| echo "make: no cache of classes, commands will start slower; see target/aot.log" >&2
	@touch $@

# What runs the main classes among the tests.
TEST_JAVA = "$$(sh src/main/sh/musehub --print-java-home)/bin/java" -Xmx256m -Dmsgpack.universal-buffer=true \
	--enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow \
	-cp target/classes:target/test-classes:$$(cat target/tests.classpath)

BENCH_JAVA = "$$(sh src/main/sh/musehub --print-java-home)/bin/java" -Xmx1g -Dmsgpack.universal-buffer=true \
	--enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow \
	-cp target/bench:target/classes:target/test-classes:$$(cat target/bench.classpath)

target/bench: $(SOURCES) $(shell find src/test bench -name '*.java') | tools
	@$(MAVEN) -q -Pbench test-compile dependency:build-classpath -Dmdep.outputFile=target/bench.classpath \
		-Dmdep.includeScope=test
	@rm -rf $@ && mkdir -p $@
	@"$$(sh src/main/sh/musehub --print-java-home)/bin/javac" -proc:full -nowarn -d $@ \
		-cp target/classes:target/test-classes:$$(cat target/bench.classpath) $$(find bench -name '*.java')
	@touch $@

target/tests.classpath: $(SOURCES) $(shell find src/test) | tools
	@$(MAVEN) -q test-compile dependency:build-classpath -Dmdep.outputFile=$@ -Dmdep.includeScope=test
	@touch $@

tools:
	@sh src/main/sh/musehub --print-java-home > /dev/null
	@command -v mvn > /dev/null || { echo "make: mvn not found on PATH; install Maven 3.8 or newer" >&2; exit 3; }

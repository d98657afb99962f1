# make run    the main job on the sample town, then the map on http://127.0.0.1:8080
# make test   everything that CI runs
# make look   QGIS and Chromium open what the program makes; pictures in target/look
# make notebooks  runs the notebooks on the sample town; pictures in target/notebooks
# make oracles  recompute the stored numbers of independent programs; make oracle: of one of them, drawn
# make peers  times this program and those that people would use instead, in one run; writes target/peers.json
# make bench  times the parts by themselves (BENCH=place for those of benches/place.rs)
# make calibrate  counts false alarms of every testing method on 2,000 maps each (ten minutes)
# make fuzz   a minute of damaged files for each reader; findings go to tests/findings
# Both of the first install what is missing (Debian packages, as root or through sudo) and do so only once.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:

OUT := $(or $(CARGO_TARGET_DIR),target)
BIN := $(OUT)/debug/lagesbild
TOWN := target/town
LOOK := target/look
TOOLS := $(OUT)/tools
SYSTEM_PYTHON := /usr/bin/python3
DENY_VERSION := 0.20.2

BUILD_PACKAGES := build-essential pkg-config cmake ca-certificates libgdal-dev libsqlite3-dev sqlite3 gdal-bin python3-gdal
LOOK_PACKAGES := qgis python3-qgis qgis-providers chromium fonts-dejavu-core poppler-utils python3-venv

.PHONY: run test setup web build town fmt lint unit docs licences look notebooks notebook-libraries oracle oracles peers bench calibrate fuzz clean

run: town
	@echo "Databas: $(TOWN)/lagesbild.gpkg. Lager att öppna i QGIS: $(TOWN)/olyckor.gpkg, $(TOWN)/olyckor_vag.gpkg och $(TOWN)/skador.gpkg. Blad: $(TOWN)/platsutdrag.pdf och $(TOWN)/olycksrapport.pdf"
	$(BIN) serve --store $(TOWN)/lagesbild.gpkg --bind 127.0.0.1:8080

test: fmt lint unit docs licences notebooks oracle look
	@echo "make test: allt gick igenom"

# --- set-up: done once ---------------------------------------------------------------------------------------------
setup: target/.setup-build
target/.setup-build: .ci/packages Makefile
	@mkdir -p target
	.ci/packages $(BUILD_PACKAGES)
	@touch $@

target/.setup-look: .ci/packages Makefile
	@mkdir -p target
	.ci/packages $(LOOK_PACKAGES)
	@touch $@

# --- the page: bundled before cargo embeds it ----------------------------------------------------------------------
WEB_SOURCES := $(wildcard src/web/*.json src/web/*.mjs src/web/*.html src/web/*.svg src/web/.npmrc) \
  $(shell find src/web/page src/web/styles -type f) data/texts/page.toml
web: src/web/dist/manifest.json
src/web/node_modules/.package-lock.json: src/web/package.json src/web/package-lock.json
	cd src/web && npm ci --no-audit --no-fund --loglevel=error
	@touch $@
src/web/dist/manifest.json: src/web/node_modules/.package-lock.json $(WEB_SOURCES)
	cd src/web && npm run --silent build

# --- the program ---------------------------------------------------------------------------------------------------
build: setup web
	cargo build --locked

# The main job: files in, hotspots out.
town: build
	@mkdir -p $(TOWN)
	@rm -f $(TOWN)/lagesbild.gpkg
	$(BIN) sample $(TOWN)
	$(BIN) init $(TOWN)/lagesbild.gpkg --name Provsund --home $(TOWN)/hemomrade.gpkg
	$(BIN) import roads $(TOWN)/stad.gpkg --layer streets --store $(TOWN)/lagesbild.gpkg
	$(BIN) import ground $(TOWN)/stad.gpkg --layer buildings --store $(TOWN)/lagesbild.gpkg
	$(BIN) import events $(TOWN)/olyckor_strada.xlsx --store $(TOWN)/lagesbild.gpkg --quarantine $(TOWN)/karantan_olyckor.csv
	$(BIN) import events $(TOWN)/skaderapporter.csv --store $(TOWN)/lagesbild.gpkg --quarantine $(TOWN)/karantan_skador.csv
	$(BIN) import places $(TOWN)/platsregister.xlsx --store $(TOWN)/lagesbild.gpkg
	$(BIN) import areas $(TOWN)/omraden.gpkg --store $(TOWN)/lagesbild.gpkg
	$(BIN) import exposure $(TOWN)/omraden.gpkg --store $(TOWN)/lagesbild.gpkg
	$(BIN) import counts $(TOWN)/brott_per_omrade.xlsx --store $(TOWN)/lagesbild.gpkg
	$(BIN) import measures $(TOWN)/atgarder.xlsx --store $(TOWN)/lagesbild.gpkg
	$(BIN) import conditions $(TOWN)/hastighetsmatningar.csv --kind speed --store $(TOWN)/lagesbild.gpkg
	$(BIN) import conditions $(TOWN)/halka.csv --kind surface --store $(TOWN)/lagesbild.gpkg
	$(BIN) import conditions $(TOWN)/felanmalan.csv --kind fault --store $(TOWN)/lagesbild.gpkg
	$(BIN) analyse dbscan --store $(TOWN)/lagesbild.gpkg --kind accident --min-points 8 --output $(TOWN)/olyckor.gpkg
	$(BIN) analyse dbscan --store $(TOWN)/lagesbild.gpkg --kind damage --min-points 8 --output $(TOWN)/skador.gpkg
	$(BIN) analyse counts --store $(TOWN)/lagesbild.gpkg --kind accident --no-keep --output $(TOWN)/olyckor_per_ruta.gpkg
	$(BIN) analyse network-counts --store $(TOWN)/lagesbild.gpkg --kind accident --no-keep --output $(TOWN)/olyckor_vag.gpkg
	$(BIN) analyse area-counts --store $(TOWN)/lagesbild.gpkg --category alla --exposure population --no-keep --output $(TOWN)/brott_per_omrade.gpkg
	$(BIN) place --street Storgatan --store $(TOWN)/lagesbild.gpkg --output $(TOWN)/platsutdrag.pdf
	$(BIN) report accidents --store $(TOWN)/lagesbild.gpkg --output $(TOWN)/olycksrapport.pdf

# --- checks --------------------------------------------------------------------------------------------------------
fmt:
	cargo fmt --check

lint: setup web
	cargo clippy --locked --all-targets -- -D warnings
	cd src/web && npm run --silent check && npm test --silent

unit: build
	cargo test --locked

docs: setup web
	RUSTDOCFLAGS="-D warnings" cargo doc --locked --no-deps --document-private-items

$(TOOLS)/bin/cargo-deny:
	cargo install cargo-deny --version $(DENY_VERSION) --locked --root $(TOOLS)

licences: $(TOOLS)/bin/cargo-deny
	$(TOOLS)/bin/cargo-deny --all-features check licenses bans sources
	@$(TOOLS)/bin/cargo-deny check advisories 2>$(OUT)/advisories.log && echo "advisories: ok" \
	  || { grep -q "failed to fetch\|unable to\|failed to clone\|failed to load" $(OUT)/advisories.log \
	       && echo "NOT RUN: advisories (their database cannot be reached from here)" \
	       || { cat $(OUT)/advisories.log; exit 1; }; }

look: town target/.setup-look
	@mkdir -p $(LOOK)
	tests/look/run.sh $(BIN) $(TOWN) $(LOOK) $(SYSTEM_PYTHON)

# One drawn each time, in the notebooks' libraries.
oracle: notebook-libraries
	$(OUT)/notebooks/bin/python tests/oracles/again.py

# Those that print or compare for themselves; the others are in the list of again.py.
ORACLES := timeline_python count_tails_scipy knox_pointpats
R_ORACLES := local_spdep kde_spatstat kde_sparr clusters_dbscan
R_PACKAGES := r-base-core r-cran-spdep r-cran-spatstat.explore r-cran-sparr r-cran-dbscan
oracles:
	@python3 -m venv $(OUT)/oracles && $(OUT)/oracles/bin/pip install -q scikit-learn scipy numpy mpmath esda libpysal hdbscan pointpats pymannkendall
	$(OUT)/oracles/bin/python tests/oracles/again.py all
	for oracle in $(ORACLES); do $(OUT)/oracles/bin/python tests/oracles/$$oracle.py; done
	@mkdir -p $(OUT)/oracles/r
	@if command -v Rscript >/dev/null; then for oracle in $(R_ORACLES); do \
	  Rscript tests/oracles/$$oracle.R >$(OUT)/oracles/r/$$oracle.json; \
	  cmp -s $(OUT)/oracles/r/$$oracle.json tests/oracles/$$oracle.json && echo "$$oracle.R: as stored" \
	    || echo "$$oracle.R: differs from what is stored, see $(OUT)/oracles/r/$$oracle.json"; done; \
	else echo "NOT RUN: the oracles in R (Debian packages: $(R_PACKAGES))"; fi

# Notebooks (jupytext percent format): each runs the program on the sample town and recomputes what it says.
NOTEBOOKS := hotspots near_repeat emerging backtest
notebook-libraries: target/.setup-look
	@[ -x $(OUT)/notebooks/bin/python ] || python3 -m venv $(OUT)/notebooks
	@$(OUT)/notebooks/bin/pip install -q --disable-pip-version-check -r notebooks/requirements.txt

notebooks: town notebook-libraries
	@for notebook in $(NOTEBOOKS); do \
	  LAGESBILD=$(abspath $(BIN)) $(OUT)/notebooks/bin/python notebooks/$$notebook.py; done

# The libraries are those of the ordinary build, and this program's own code is optimised as what ships.
OPTIMISED := --config profile.dev.package.lagesbild.opt-level=3 \
  --config profile.dev.package.lagesbild.debug-assertions=false --config profile.dev.package.lagesbild.overflow-checks=false
peers: setup web
	cargo build --locked $(OPTIMISED)
	@python3 -m venv $(OUT)/oracles && $(OUT)/oracles/bin/pip install -q scikit-learn numpy esda libpysal KDEpy hdbscan pointpats
	$(OUT)/oracles/bin/python tests/peers/peers.py $(BIN) $(OUT)/peers $(OUT)/oracles/bin/python target/peers.json

bench: setup web
	cargo bench --locked --profile dev $(OPTIMISED) $(addprefix --bench ,$(or $(BENCH),$(basename $(notdir $(wildcard benches/*.rs))))) -- --noplot

# Every testing method on 2,000 maps that hold nothing; the table goes to target/calibration.md.
calibrate: setup web
	cargo test --locked $(OPTIMISED) --lib -- --ignored --exact analysis::calibration::calibrate

fuzz: build
	LAGESBILD_FUZZ_SECONDS=60 cargo test --locked --test it fuzz::mutants -- --nocapture

clean:
	rm -rf target src/web/dist src/web/node_modules

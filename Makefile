# The short front of the Meson build: `make`, `make run`, `make test`, `make install [prefix=DIR] [DESTDIR=DIR]`.
BUILD := build
PYTHON ?= /usr/bin/python3.11
EXAMPLE ?= borrowed-item
prefix ?=

all: $(BUILD)/build.ninja
	@ninja -C $(BUILD) --quiet

$(BUILD)/build.ninja:
	@mkdir -p $(BUILD)
	@meson setup $(BUILD) $(if $(prefix),--prefix=$(prefix)) >$(BUILD)/setup.log 2>&1 || { tail -n 20 $(BUILD)/setup.log; exit 1; }

# Builds a buggy extension on the spot and runs refsan on it. Status 66 is refsan's word for "proven": here it is success.
run:
	@tools/install-deps.sh build
	@$(MAKE) --no-print-directory all
	@tools/run-example.py --python $(PYTHON) $(EXAMPLE)

# What was configured before LLVM was installed learns of it here.
test:
	@tools/install-deps.sh test
	@test ! -e $(BUILD)/build.ninja || grep -q 'refsan-check\.p' $(BUILD)/build.ninja || meson setup --reconfigure $(BUILD) >$(BUILD)/setup.log 2>&1 || true
	@$(MAKE) --no-print-directory all
	@python3 tests/run.py test

bench: all
	@tools/install-deps.sh bench
	@python3 bench/run.py

# What takes too long for every day: the contract table's harness against planted lies, and the imports of ten current wheels.
nightly:
	@python3 tools/measure_contracts.py --mutate 50 --seed 20261128 $(PYTHON)
	@python3 tools/wheel_imports.py

install: all
	@$(if $(prefix),meson configure $(BUILD) -Dprefix=$(prefix))
	@meson install -C $(BUILD) --quiet $(if $(DESTDIR),--destdir=$(abspath $(DESTDIR)))

clean:
	@rm -rf $(BUILD)

.PHONY: all run test bench nightly install clean

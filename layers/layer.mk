# Shared by the layers' Makefiles, which `sam build` runs with ARTIFACTS_DIR set (BuildMethod: makefile).

ROOT := $(realpath $(dir $(lastword $(MAKEFILE_LIST)))..)
PYTHON := python3.13

# Lambda cannot write compiled files beside the code, so they are made here. Unchecked hash: nothing compares times or sources
# at import. Paths in tracebacks are those of the running function.
define compile
$(PYTHON) -m compileall -q -f --invalidation-mode unchecked-hash -s "$(ARTIFACTS_DIR)" -p /opt "$(ARTIFACTS_DIR)/python"
endef

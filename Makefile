# Thin: everything is in workbench/, run by the system's Python. Variables such as DB=, ARGS=, PORT= reach it in the environment.
PYTHON ?= python3
COMMANDS := setup test test-all test-core test-odoo test-modules test-lifecycle test-demo test-data test-host test-crash test-upgrade keep-release lint format dev-db update shell serve demo demo-check bench screenshots readme translations stop clean lock

.PHONY: help $(COMMANDS)
help:
	@$(PYTHON) -m workbench help
$(COMMANDS):
	@$(PYTHON) -m workbench $@

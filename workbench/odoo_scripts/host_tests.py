"""Odoo's server with its own test runner, which also writes down how each test ended: HOST_RESULTS names the file.

Odoo runs the tests marked at_install only while it installs their module, when addons that depend on it are not
loaded yet. Here they run with everything loaded, like the others.
"""

import json
import os
import sys
from pathlib import Path

from odoo.cli.command import main
from odoo.tests import loader
from odoo.tests.case import _SubTest
from odoo.tests.result import OdooTestResult
from odoo.tests.suite import OdooSuite

outcomes = {}


class Recorder(OdooTestResult):
    """Odoo's own result, with the outcome of each test kept: None when it passed, else what went wrong."""

    def startTest(self, test):
        super().startTest(test)
        outcomes[test.id()] = None

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        outcomes[test.id()] = f"skipped: {reason}"

    def logError(self, flavour, test, error):
        # Failures that Odoo tries again after are not logged as errors and do not count.
        super().logError(flavour, test, error)
        if not self._soft_fail:
            whole = test.test_case if isinstance(test, _SubTest) else test
            outcomes[whole.id()] = f"{error[0].__name__}: {(str(error[1]).strip().splitlines() or [''])[0]}"


def make_suite(modules, position):
    """Nothing while modules are being loaded, and everything when they are."""
    if position == "at_install":
        return OdooSuite()
    parts = [original_make_suite(modules, each) for each in ("at_install", "post_install")]
    tests = [test for part in parts for test in part]
    return OdooSuite(sorted(tests, key=lambda test: getattr(test, "test_sequence", 0)))


original_make_suite, loader.make_suite = loader.make_suite, make_suite
loader.OdooTestResult = Recorder
try:
    main()
except SystemExit:
    # Failed tests are for the caller to judge; what broke before any test ran is not.
    if not outcomes:
        raise
Path(os.environ["HOST_RESULTS"]).write_text(json.dumps(outcomes, indent=1))
sys.exit(0)

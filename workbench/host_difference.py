"""Two runs of the same tests compared."""

import re
from dataclasses import dataclass

# "odoo.addons.sale.tests.test_sale_flow.TestSaleFlow.test_x", or "setUpClass (odoo.addons.….TestSaleFlow)".
TEST = re.compile(r"odoo\.addons\.(?P<module>\w+)\.tests\.\w+\.(?P<case>\w+)(?:\.(?P<method>\w+))?")
ABSENT = "did not run"


@dataclass
class Difference:
    """Outcomes by test on both sides; None is a test that passed."""

    without: dict
    with_addon: dict

    def __post_init__(self):
        self.tests = sorted({*self.without, *self.with_addon})
        self.differing = [test for test in self.tests if len(set(self._kinds(test))) > 1]
        self.same = sorted({*self.tests} - {*self.differing})
        self.settled = []

    def _both(self, test):
        return self.without.get(test, ABSENT), self.with_addon.get(test, ABSENT)

    def _kinds(self, test):
        """Messages may carry ids, so only the kind of end counts: passed, skipped, did not run, or the exception."""
        return [outcome and outcome.partition(":")[0] for outcome in self._both(test)]

    def tags(self):
        """What runs the differing tests, as Odoo's --test-tags."""
        found = (TEST.search(test).groupdict() for test in self.differing)
        return sorted(
            {f"/{test['module']}:" + ".".join(filter(None, (test["case"], test["method"]))) for test in found}
        )

    def confirmed_by(self, without, with_addon):
        """What differs in a second run as well. What ended alike then is told, too."""
        again = Difference(without, with_addon)
        settled = [test for test in self.differing if test in again.same]
        confirmed = Difference(
            self.without | {test: again.without[test] for test in settled},
            self.with_addon | {test: again.with_addon[test] for test in settled},
        )
        confirmed.settled = settled
        return confirmed

    def lines(self):
        """For people: differences last, where they are seen."""
        failed = [test for test in self.same if self.without[test] and not self.without[test].startswith("skipped")]
        skipped = [test for test in self.same if (self.without[test] or "").startswith("skipped")]
        yield f"{len(self.same)} of Odoo's tests end alike without and with the addon"
        yield from self._list("fail on both sides, so they tell nothing", failed)
        yield from self._list("are skipped on both sides", skipped)
        yield from self._list("differed once, but not when run again", self.settled)
        yield f"difference: {len(self.differing) or 'none'}"
        for test in self.differing:
            without, with_addon = (outcome or "passed" for outcome in self._both(test))
            yield from (f"  {test}", f"    without: {without}", f"    with:    {with_addon}")

    def _list(self, what, tests):
        if tests:
            yield f"  {len(tests)} {what}:"
            yield from (f"    {test}: {self.with_addon[test] or 'passed'}" for test in tests)

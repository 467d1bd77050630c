"""How many checks passed and failed."""

import re
from dataclasses import dataclass


@dataclass
class Tally:
    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def __add__(self, other):
        return Tally(self.passed + other.passed, self.failed + other.failed, self.skipped + other.skipped)

    def __str__(self):
        text = f"{self.passed} passed, {self.failed} failed"
        return f"{text}, {self.skipped} skipped" if self.skipped else text

    def count(self, good):
        """One more check."""
        self.passed += bool(good)
        self.failed += not good
        return good

    @property
    def exit_code(self):
        return 1 if self.failed else 0


def of_pytest(output, exit_code):
    """From pytest's closing line. A failure without a failed test, such as low coverage, counts as one."""
    lines = [line for line in output.splitlines() if re.search(r" in \d+\.\d+s", line)]
    numbers = {word: int(number) for number, word in re.findall(r"(\d+) (\w+)", lines[-1] if lines else "")}
    failed = numbers.get("failed", 0) + numbers.get("error", 0) + numbers.get("errors", 0)
    return Tally(numbers.get("passed", 0), failed or int(exit_code != 0), numbers.get("skipped", 0))

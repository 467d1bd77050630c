"""What is wrong with a file of invoices: every broken row with its line number."""

from dataclasses import dataclass

SHOWN = 20


@dataclass(frozen=True)
class RowProblem:
    line: int
    reason: str

    def __str__(self):
        return f"line {self.line}: {self.reason}"


class CsvError(Exception):
    """The file cannot be used. `problems` has all its broken rows; nothing of the file is loaded."""

    def __init__(self, path, problems):
        super().__init__(path, problems)
        self.path, self.problems = path, problems

    def __str__(self):
        count = len(self.problems)
        head = f"{self.path} has {count} broken {'row' if count == 1 else 'rows'}; nothing was loaded"
        shown = [f"  {problem}" for problem in self.problems[:SHOWN]]
        more = [f"  and {count - SHOWN} more"] if count > SHOWN else []
        return "\n".join([head, *shown, *more])

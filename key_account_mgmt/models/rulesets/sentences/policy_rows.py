class PolicyRows:
    """The rows of a policy as a file has them, each column and each name looked up once: a file may have thousands of
    rows, and each of them something wrong."""

    def __init__(self, values):
        self.values = values if isinstance(values, dict) else {}
        self._rows = {}
        self._names = {}
        self._rules = {}

    def get(self, column):
        """The rows in a column of the policy."""
        if column not in self._rows:
            self._rows[column] = get_rows(self.values, column)
        return self._rows[column]

    def get_rules(self, kind):
        """The rules of the first table of that kind."""
        if kind not in self._rules:
            tables = [table for table in self.get("tables") if table.get("kind") == kind]
            self._rules[kind] = get_rows(tables[0], "rules") if tables else []
        return self._rules[kind]

    def find_name(self, rows, column, label):
        """The name of the row with that key, or its number where it has none.

        :param rows: as ``get`` and ``get_rules`` give them
        """
        if isinstance(label, int):
            row = rows[label] if label < len(rows) else {}
            return row.get("name") or str(label + 1)
        if id(rows) not in self._names:
            # Of several rows with one key the first counts; keys of broken rows may be anything.
            named = {row[column]: row.get("name") for row in reversed(rows) if isinstance(row.get(column), str)}
            self._names[id(rows)] = named
        return self._names[id(rows)].get(label) or label


def get_rows(values, column):
    """The rows in a column of a policy, or of a row; a file may have anything in their place.

    What is no row is one without columns, since problems name rows by their number too.
    """
    rows = values.get(column)
    return [row if isinstance(row, dict) else {} for row in rows] if isinstance(rows, list) else []

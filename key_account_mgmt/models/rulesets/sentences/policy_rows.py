class PolicyRows:
    """The rows of a policy as they are in a file; each column and each name is looked up once.

    A file may have thousands of rows, each with an error.
    """

    def __init__(self, values):
        self.values = values if isinstance(values, dict) else {}
        self._rows = {}
        self._names = {}
        self._rules = {}

    def get(self, column):
        """Return the rows in a column of the policy."""
        if column not in self._rows:
            self._rows[column] = get_rows(self.values, column)
        return self._rows[column]

    def get_rules(self, kind):
        """Return the rules of the first table of that kind."""
        if kind not in self._rules:
            tables = [table for table in self.get("tables") if table.get("kind") == kind]
            self._rules[kind] = get_rows(tables[0], "rules") if tables else []
        return self._rules[kind]

    def find_name(self, rows, column, label):
        """Return the name of the row with that key, or its number if it has none.

        :param rows: as returned by ``get`` and ``get_rules``
        """
        if isinstance(label, int):
            row = rows[label] if label < len(rows) else {}
            return row.get("name") or str(label + 1)
        if id(rows) not in self._names:
            # If several rows share a key, the first counts; keys of broken rows may have any type.
            named = {row[column]: row.get("name") for row in reversed(rows) if isinstance(row.get(column), str)}
            self._names[id(rows)] = named
        return self._names[id(rows)].get(label) or label


def get_rows(values, column):
    """Return the rows in a column of a policy, or of a row; a file may contain any value there.

    An invalid row counts as a row without columns, since problems also refer to rows by number.
    """
    rows = values.get(column)
    return [row if isinstance(row, dict) else {} for row in rows] if isinstance(rows, list) else []

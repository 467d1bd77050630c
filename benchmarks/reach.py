"""How much of a folder's code a journey runs through: its distinct files and functions.

    reach = Reach(folder)
    with reach.watching():
        ...
    reach.count()              # {"files": 3, "functions": 17}
    reach.count("models")      # those in that part of the folder

Lambdas and comprehensions belong to the function that they stand in. What starts no Python function of its own, such as
a field's declaration, does not count.
"""

import contextlib
import os
import sys


class Reach:
    def __init__(self, folder):
        self.folder = os.path.join(os.path.realpath(folder), "")
        # Code objects by their identity: two that are equal may stand in different files.
        self._codes = {}

    @contextlib.contextmanager
    def watching(self):
        earlier = sys.getprofile()
        sys.setprofile(self._note)
        try:
            yield self
        finally:
            sys.setprofile(earlier)

    def _note(self, frame, event, _arg):
        if event == "call":
            code = frame.f_code
            self._codes[id(code)] = code

    def functions(self):
        """Return ``{(path in the folder, first line)}`` of the functions that ran."""
        return {
            (os.path.realpath(code.co_filename).removeprefix(self.folder), code.co_firstlineno)
            for code in self._codes.values()
            if not code.co_name.startswith("<") and os.path.realpath(code.co_filename).startswith(self.folder)
        }

    def count(self, part=""):
        found = [one for one in self.functions() if one[0].startswith(os.path.join(part, ""))]
        return {"files": len({path for path, _line in found}), "functions": len(found)}

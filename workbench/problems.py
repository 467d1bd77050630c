"""What can go wrong, told in one line."""


class Problem(Exception):
    """Something the reader can act on. Shown as one line, without a traceback."""

    def __init__(self, message, hint=""):
        super().__init__(message)
        self.hint = hint

    def __str__(self):
        text = " ".join(str(self.args[0]).split())
        hint = " ".join(str(self.hint).split())
        return f"{text} ({hint})" if hint else text

"""`python3 -m workbench <command>`: one clear line and exit code 1 when something is wrong."""

import sys

from . import console
from .commands import COMMANDS
from .problems import Problem
from .tally import Tally


def main(words):
    name = words[0] if words else "help"
    if name == "help" or name not in COMMANDS:
        _help()
        return 0 if name == "help" else 2
    try:
        return _exit_code(name, COMMANDS[name](*words[1:]))
    except Problem as problem:
        print(f"make {name}: {problem}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return 130


def _exit_code(name, result):
    if not isinstance(result, Tally):
        return result or 0
    console.say(f"{name}: {result}")
    return result.exit_code


def _help():
    for name, function in COMMANDS.items():
        console.say(f"  make {name:<16}{' '.join(function.__doc__.split())}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

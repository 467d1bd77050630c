"""`python3 -m workbench <command>`: one clear line and exit code 1 when something is wrong."""

import sys

from . import console
from .commands import COMMANDS
from .problems import Problem
from .tally import Tally


def main(words):
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")
    name = words[0] if words else "help"
    if name == "help" or name not in COMMANDS:
        _help()
        return 0 if name == "help" else 2
    try:
        return _exit_code(name, COMMANDS[name](*words[1:]))
    except Problem as problem:
        return _fail(f"make {name}: {problem}")
    except OSError as error:
        # A full disk, a folder that may not be written.
        return _fail(f"make {name}: {error}")
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return 130


def _fail(line):
    print(line, file=sys.stderr)
    return 1


def _exit_code(name, result):
    if not isinstance(result, Tally):
        return result or 0
    console.say(f"{name}: {result}")
    return result.exit_code


def _help():
    console.say("make <command>; variables as in make test-odoo DB=name are in docs/reference/workbench.md\n")
    for name, function in COMMANDS.items():
        console.say(f"  {name:<16}{' '.join(function.__doc__.split())}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

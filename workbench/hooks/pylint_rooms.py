"""Run pylint-odoo's check for classes to merge on each room by itself.

A model may be extended once in each room. Two classes of one model within a room are to be merged.
"""

import sys
from pathlib import Path

from pylint.lint import Run

CHECK = ["--disable=all", "--enable=consider-merging-classes-inherited"]


def main():
    files = [file for addon in sys.argv[1:] for file in Path(addon).rglob("*.py")]
    rooms = {file.parent for file in files if {"models", "wizard"} & set(file.parts)}
    return max(_check(sorted(map(str, room.glob("*.py")))) for room in sorted(rooms))


def _check(room):
    return Run([*CHECK, *room], exit=False).linter.msg_status


if __name__ == "__main__":
    sys.exit(main())

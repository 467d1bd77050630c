"""Our small addons beside the main one: each is installed by itself where Odoo has what it bridges to (`auto_install`).

A bridge is a folder `key_account_mgmt_<app>` with a manifest; nothing else has to know its name.
"""

import ast

from . import paths


def names():
    """The folders of all bridges."""
    return tuple(sorted(manifest.parent.name for manifest in paths.ROOT.glob(f"{paths.ADDON}_*/__manifest__.py")))


def dependencies():
    """The modules of Odoo's that bridges bridge to: where they are, all bridges install."""
    wanted = {name for bridge in names() for name in _manifest(bridge)["depends"]}
    return tuple(sorted(wanted - {paths.ADDON, *names()}))


def tests():
    """The folders of their tests."""
    return tuple(f"{name}/tests" for name in names() if (paths.ROOT / name / "tests").is_dir())


def _manifest(name):
    return ast.literal_eval((paths.ROOT / name / "__manifest__.py").read_text())

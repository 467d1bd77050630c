"""Bridges: small addons of ours beside the main one, found by their folders."""

import re

import pytest

from workbench import bridges, paths


def test_each_installs_itself_beside_the_addon():
    for name in bridges.names():
        manifest = bridges._manifest(name)
        assert paths.ADDON in manifest["depends"], name
        assert manifest["auto_install"], name


def test_what_they_bridge_to_is_odoos():
    assert not [name for name in bridges.dependencies() if name.startswith(paths.ADDON)]


@pytest.mark.parametrize("name", bridges.names())
def test_the_wheel_has_it(name):
    project = (paths.ROOT / "pyproject.toml").read_text()
    [included] = re.findall(r"^only-include = \[(.*?)\]", project, re.MULTILINE | re.DOTALL)
    assert f'"{name}"' in included
    assert f'{name} = "odoo/addons/{name}"' in project

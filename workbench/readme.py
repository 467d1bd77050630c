"""The README.rst of our addon and its page in the list of apps, generated from the fragments in its folder readme/.

The fragments have the names and the order of the OCA's ``oca-gen-addon-readme``, which is on no package index.
"""

import re

from . import paths, process, setup

# File name and title, in the order of the pages.
FRAGMENTS = {
    "DESCRIPTION": None,
    "INSTALL": "Installation",
    "CONFIGURE": "Configuration",
    "USAGE": "Usage",
    "ROADMAP": "Known Limits",
    "CREDITS": "Credits",
}
PICTURES = "static/description/"
README = paths.ADDON_DIR / "README.rst"
PAGE = paths.ADDON_DIR / "static" / "description" / "index.html"
NOTE = "Generated from readme/*.rst by `make readme`: change those."


def run():
    """write the addon's README.rst and its page in the list of apps from readme/*.rst"""
    setup.core()
    # docutils is in the environment, and not in the Python that runs this.
    return process.show([paths.VENV_PYTHON, "-m", "workbench.readme"], cwd=paths.ROOT)


def write():
    README.write_text(make_readme(), encoding="utf8")
    PAGE.write_text(make_page(), encoding="utf8")


def make_readme():
    """Return README.rst; its pictures are found from the addon's folder."""
    return "\n".join([_title(_name(), over=True), f"..\n   {NOTE}\n", _body().replace(f"../{PICTURES}", PICTURES)])


def make_page():
    """Return the page as Odoo shows it: a section without a head; its pictures lie beside it."""
    from docutils.core import publish_parts

    source = f"{_title(_name(), over=True)}\n{_body()}".replace(f"../{PICTURES}", "")
    settings = {"halt_level": 2, "file_insertion_enabled": False, "raw_enabled": False, "initial_header_level": 2}
    parts = publish_parts(source, writer_name="html4css1", settings_overrides=settings)
    return f'<!-- {NOTE} -->\n<section class="oe_container">\n{parts["html_body"].strip()}\n</section>\n'


def _body():
    return "\n".join(_section(name, title) for name, title in FRAGMENTS.items())


def _section(name, title):
    text = (paths.ADDON_DIR / "readme" / f"{name}.rst").read_text(encoding="utf8")
    return f"{_title(title)}\n{text}" if title else text


def _title(text, over=False):
    line = "=" * len(text)
    return f"{line}\n{text}\n{line}\n" if over else f"{text}\n{line}\n"


def _name():
    manifest = (paths.ADDON_DIR / "__manifest__.py").read_text(encoding="utf8")
    return re.search(r'"name": "(.+?)"', manifest).group(1)


if __name__ == "__main__":
    write()

"""apt with folders of its own: finds, checks and downloads packages without touching the system and without root."""

import shutil
import subprocess
import tempfile
from pathlib import Path

from . import paths, process
from .problems import Problem

COMMON = (
    # The download helper user may not enter the folder of the clone.
    "APT::Sandbox::User=root",
    "Acquire::Retries=3",
    "Acquire::Languages=none",
    "Acquire::IndexTargets::deb::Contents-deb::DefaultEnabled=false",
    "Acquire::IndexTargets::deb::DEP-11::DefaultEnabled=false",
    "Acquire::IndexTargets::deb::DEP-11-icons-small::DefaultEnabled=false",
)


class Private:
    """One set of sources, lists and caches below a folder of ours."""

    def __init__(self, folder, mirror, keyring, suites):
        self.folder = paths.folder(folder)
        self.sources = self.folder / "sources.list"
        self.archives = paths.folder(self.folder / "archives")
        options = f"arch={_architecture()} signed-by={keyring}"
        self.sources.write_text("".join(f"deb [{options}] {mirror} {suite} main\n" for suite in suites))

    def update(self):
        paths.folder(self.folder / "lists/partial")
        process.step("Debian package lists", self._apt("update", "--error-on=any"), "debian-lists")

    def unpack(self, packages, root):
        """Download packages (`name` or `name/suite`) and unpack them into a root folder."""
        names = [package.split("/")[0] for package in packages]
        title = f"Debian packages {names[0]}{f' and {len(names) - 1} more' if names[1:] else ''}"
        process.step(title, self._apt("download", *packages), "debian-download", cwd=self.archives)
        for name in names:
            unpack(newest(self.archives, name), root)

    def _apt(self, *command):
        private = (
            f"Dir::Etc::sourcelist={self.sources}",
            "Dir::Etc::sourceparts=-",
            f"Dir::State::Lists={self.folder / 'lists'}",
            f"Dir::Cache={paths.folder(self.folder / 'cache')}",
        )
        _need("apt-get")
        return ["apt-get", *(word for option in (*COMMON, *private) for word in ("-o", option)), *command]


def download_with_system_sources(packages, root):
    """From the machine's own distribution, with its own lists."""
    _need("apt-get")
    archives = paths.folder(paths.DEBIAN / "tools-archives")
    command = ["apt-get", "-o", COMMON[0], "download", *packages]
    try:
        process.step(f"download {' '.join(packages)}", command, "debian-tools", cwd=archives)
    except Problem as problem:
        raise Problem(f"{problem}", "apt-get update may help; or use ODOO_SRC=/path/to/odoo") from problem
    for package in packages:
        unpack(newest(archives, package), root)


def newest(archives, package):
    found = sorted(archives.glob(f"{package}_*.deb"), key=lambda path: path.stat().st_mtime)
    if not found:
        raise Problem(f"the Debian package {package} was not downloaded", f"see {process.log_path('debian-download')}")
    return found[-1]


def unpack(archive, root):
    """A broken archive is removed, so that the next run fetches it again."""
    _need("dpkg")
    try:
        process.run(["dpkg", "-x", archive, paths.folder(root)], "debian-unpack", f"unpacking {archive.name}")
    except Problem:
        archive.unlink()
        raise


def swap_in(build, target):
    """Build a folder aside and put it in place whole: a broken run leaves nothing half made, others see old or new."""
    with tempfile.TemporaryDirectory(prefix=f".{target.name}-", dir=paths.folder(target.parent)) as scratch:
        draft, old = Path(scratch, "new"), Path(scratch, "old")
        build(paths.folder(draft))
        if target.exists():
            target.rename(old)
        draft.rename(target)


def _architecture():
    _need("dpkg")
    return subprocess.run(["dpkg", "--print-architecture"], capture_output=True, text=True, check=True).stdout.strip()


def _need(tool):
    if not shutil.which(tool):
        raise Problem(f"{tool} is missing", "on other systems than Debian and Ubuntu use ODOO_SRC=/path/to/odoo")

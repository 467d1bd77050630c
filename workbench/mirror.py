"""Which Debian mirror to use, and the keys to check it by."""

import os
import re
from pathlib import Path

from . import apt, apt_sources, paths
from .problems import Problem

KEYRING = "usr/share/keyrings/debian-archive-keyring.gpg"
# Its release file is signed by older keys too, so an older keyring can fetch a newer one from it.
STABLE = "bookworm"


def find():
    """(address, keyring): from DEBIAN_MIRROR, else the machine's own sources, else what Debian's debootstrap says."""
    named = os.environ.get("DEBIAN_MIRROR")
    system_keyring = Path("/") / KEYRING
    if is_debian():
        address = named or apt_sources.mirror(apt_sources.of_machine())
        if address and system_keyring.is_file():
            return address, system_keyring
    root = _tools_from_this_distribution()
    address = named or _debootstrap_default(root)
    return address, _current_keyring(address, root)


def is_debian(release=Path("/etc/os-release")):
    return bool(release.is_file() and re.search(r"^ID=\"?debian\"?$", release.read_text(), re.MULTILINE))


def _tools_from_this_distribution():
    """Ubuntu packages debootstrap and Debian's keys; unpacked into the workbench, not installed."""
    root = paths.DEBIAN / "tools"
    if not (root / KEYRING).is_file():
        apt.download_with_system_sources(["debootstrap", "debian-archive-keyring"], root)
    return root


def _debootstrap_default(root):
    script = root / "usr/sbin/debootstrap"
    match = re.search(r'^DEF_MIRROR="?([^"\s]+)"?', script.read_text(), re.MULTILINE) if script.is_file() else None
    if not match:
        raise Problem("no Debian mirror found", "name one: DEBIAN_MIRROR=http://… make …")
    return match[1].rstrip("/")


def _current_keyring(address, root):
    newer = paths.DEBIAN / "keyring"
    if not (newer / KEYRING).is_file():
        private = apt.Private(paths.DEBIAN / "apt-keyring", address, root / KEYRING, [STABLE])
        private.update()
        private.unpack(["debian-archive-keyring"], newer)
    return newer / KEYRING

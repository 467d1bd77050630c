"""Stamps remember from which content something was made, so that it is made again only when that changes."""

import hashlib
import os

from . import paths


def fingerprint(*parts):
    """A short stable hash of texts and files."""
    digest = hashlib.sha256()
    for part in parts:
        data = part.read_bytes() if hasattr(part, "read_bytes") else str(part).encode()
        digest.update(len(data).to_bytes(8, "big") + data)
    return digest.hexdigest()[:16]


def is_fresh(name, content):
    path = paths.STAMPS / name
    return path.is_file() and path.read_text() == content


def write(name, content):
    """Written last and whole: a run that breaks before leaves no stamp, and the next one does the work again."""
    path = paths.folder(paths.STAMPS) / name
    draft = path.with_name(f"{name}.{os.getpid()}")
    draft.write_text(content)
    draft.replace(path)


def drop(name):
    (paths.STAMPS / name).unlink(missing_ok=True)

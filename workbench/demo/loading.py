"""A book into a database, by workers on all cores; a database that holds the whole book is kept for the next run."""

import os

from workbench import database, paths, postgres, stamps, templates

from .workers import run_script, run_workers

FOLDER = paths.BENCH / "demo"
SCRIPTS = paths.ROOT / "workbench" / "demo" / "scripts"
MOST_WORKERS = 4


def loaded_database(book):
    """The name of a database that holds the book and no addon of ours. A load that broke goes on where it stopped."""
    name = _name(book)
    if not database.exists(name):
        workers = min(os.cpu_count() or 1, MOST_WORKERS)
        # Each worker has journals of its own, so the number of workers is part of a half-loaded database.
        draft = f"{name}_loading_{workers}"
        _load(book, draft, workers)
        database.rename(draft, name)
    return name


def _name(book):
    """Named by all that it is made from: the base, the book, and how it is loaded."""
    how = [SCRIPTS / "prepare.py", SCRIPTS / "load.py", SCRIPTS.parent / "shares.py"]
    return f"demo_book_{stamps.fingerprint(templates.ensure(), book.content_hash, *how)}"


def _load(book, draft, workers):
    path = paths.folder(FOLDER) / f"{draft}.json"
    path.write_text(book.dump(), encoding="utf-8")
    if not database.exists(draft):
        _prepare(draft, path, workers)
    run_workers(draft, SCRIPTS / "load.py", path, workers, len(book.documents) - _count_loaded(draft))
    # The database would come to it by itself, but later than the evaluation.
    postgres.query("ANALYZE", draft)
    path.unlink()


def _count_loaded(draft):
    """Documents that a broken run left behind, each chunk whole."""
    condition = "move_type IN ('out_invoice', 'out_refund') AND state = 'posted'"
    return int(postgres.query(f"SELECT count(*) FROM account_move WHERE {condition}", draft)[0])


def _prepare(draft, path, workers):
    """Under another name until it is whole."""
    fresh = f"{draft}_new"
    templates.fresh_database(fresh)
    title = "company, products and customers"
    run_script(title, fresh, SCRIPTS / "prepare.py", DEMO_BOOK=path, DEMO_WORKERS=workers)
    database.rename(fresh, draft)

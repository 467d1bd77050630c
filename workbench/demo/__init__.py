"""`make demo`: a book of customers loaded into Odoo, evaluated, applied and shown.

Pure, standard library only: `book`, `generate` with what it names, `csv_reader` with what it names.
Run inside Odoo: the files of `scripts/`. Everything else runs outside and drives them.
"""

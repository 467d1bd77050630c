from odoo import fields


class OptionalFloat(fields.Float):
    """A number that stays empty until a user enters one; Odoo's own numbers cannot tell 0 from nothing.

    A new discount cap must not be one of 0 % before its user decides so. Empty is NULL in the database and False on
    records; the client shows it as an empty cell.
    """

    def convert_to_column(self, value, record, values=None, validate=True):
        return None if _is_empty(value) else super().convert_to_column(value, record, values, validate)

    def convert_to_cache(self, value, record, validate=True):
        return None if _is_empty(value) else super().convert_to_cache(value, record, validate)

    def convert_to_record(self, value, record):
        return False if value is None else value

    def convert_to_export(self, value, record):
        return "" if _is_empty(value) else value


def _is_empty(value):
    return value is None or value is False or value == ""

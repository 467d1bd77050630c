import re
from datetime import timedelta

from odoo import fields


def get_overlap_message(env, diagnostics):
    """Return which existing row overlaps the new one, from the diagnostics of the database.

    :param diagnostics: of the violated constraint ``_no_overlap``
    """
    partner_ids = re.findall(r"\[(\d+),\d+\)", diagnostics.message_detail or "")
    days = [
        (fields.Date.to_date(first), fields.Date.to_date(after) - timedelta(days=1))
        for first, after in re.findall(r"\[(\d{4}-\d\d-\d\d),(\d{4}-\d\d-\d\d)\)", diagnostics.message_detail or "")
    ]
    if not partner_ids or len(days) != 2:
        return env._("A customer has a row for these months already. A year cannot be combined with its quarters.")
    (date_from, date_to), (other_from, other_to) = days
    return env._(
        "%(customer)s has a row from %(other_from)s to %(other_to)s already: another one from %(date_from)s to"
        " %(date_to)s would count the same months twice. Change that row, or delete it first. A year cannot be"
        " combined with its quarters.",
        customer=env["res.partner"].browse(int(partner_ids[0])).display_name,
        other_from=other_from,
        other_to=other_to,
        date_from=date_from,
        date_to=date_to,
    )

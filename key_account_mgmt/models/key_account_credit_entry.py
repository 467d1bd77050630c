from collections import defaultdict
from decimal import Decimal
from typing import Any, NamedTuple

from odoo import api, fields, models

from .key_account_approval import clean

SOURCES = [
    ("award", "Award"),
    ("revert", "Award Reverted"),
    ("expiry", "Award Expired"),
    ("manual", "By Hand"),
    ("left", "Left Its Company"),
]


class LimitChange(NamedTuple):
    """What somebody did to the limit of a customer in a company.

    ``old``, ``new``: in company currency; None where there is no limit, which is not the same as a limit of zero.
    """

    customer: Any
    company: Any
    old: Decimal | None
    new: Decimal | None
    source: str = "manual"
    user: Any = None
    award: Any = None


class KeyAccountCreditEntry(models.Model):
    """The ledger of credit limits: one entry per change, by whatever way; the last one says who is to be asked."""

    _name = "key.account.credit.entry"
    _description = "Change of a Credit Limit"
    _inherit = "key.account.frozen.mixin"
    _order = "id desc"
    _rec_name = "partner_name"

    # A customer may be deleted; what was decided about it stays.
    partner_id = fields.Many2one("res.partner", "Customer", readonly=True, ondelete="set null")
    partner_name = fields.Char("Customer Name", readonly=True, help="As it was when the limit was changed.")
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    date = fields.Datetime(required=True, readonly=True)
    user_id = fields.Many2one("res.users", "Changed by", required=True, readonly=True, ondelete="restrict")
    old_limit = fields.Monetary(readonly=True, aggregator=None)
    was_limited = fields.Boolean("Had a Limit", readonly=True)
    new_limit = fields.Monetary(readonly=True, aggregator=None)
    is_limited = fields.Boolean("Has a Limit", readonly=True)
    source = fields.Selection(SOURCES, required=True, readonly=True)
    award_id = fields.Many2one("key.account.award", readonly=True, index="btree_not_null", ondelete="restrict")

    _customer = models.Index("(partner_id, company_id, id)")
    # An award is posted once, whatever happens.
    _posted_once = models.UniqueIndex("(award_id) WHERE source = 'award'", "The award was posted already.")

    @api.model
    def _get_frozen_message(self, action):
        return self.env._(
            "The ledger of credit limits is written by Odoo alone. Change the limit by an award, or on the customer."
        )

    def _get_old(self):
        return Decimal(repr(self.old_limit)) if self.was_limited else None

    def _get_new(self):
        return Decimal(repr(self.new_limit)) if self.is_limited else None

    @api.model
    def _record_changes(self, changes):
        """Put changes into the ledger and the customers' chatter.

        :param list[LimitChange] changes: what was written already, one per customer and company
        :return: the entries, in the same order
        """
        entries = self._record([self._prepare_entry(change) for change in changes])
        notes = defaultdict(list)
        for change in changes:
            notes[change.user or self.env.user, change.company].append(change)
        for (user, _company), noted in notes.items():
            self._log_changes(noted, user)
        return entries

    @api.model
    def _prepare_entry(self, change):
        """Every stored field, so that no default of the context or of a user gets in."""
        return {
            "partner_id": change.customer.id,
            "partner_name": change.customer.name,
            "company_id": change.company.id,
            "date": fields.Datetime.now(),
            "user_id": (change.user or self.env.user).id,
            "old_limit": float(change.old or 0),
            "was_limited": change.old is not None,
            "new_limit": float(change.new or 0),
            "is_limited": change.new is not None,
            "source": change.source,
            "award_id": change.award.id if change.award else False,
        }

    # -------------------------------------------------------------------------
    # The customers' chatter
    # -------------------------------------------------------------------------

    @api.model
    def _log_changes(self, changes, user):
        """One note per customer, like tracking makes them, in two statements for all; core does not track limits.

        :param changes: of one company, by one user
        """
        # sudo: whoever may change a limit need not be allowed to write on the customer's chatter
        customers = clean(self.env["res.partner"]).sudo()
        bodies = {change.customer.id: self._get_log_text(change) for change in changes}
        customers = customers.browse(bodies)
        messages = customers._message_log_batch(bodies, author_id=user.sudo().partner_id.id)
        by_customer = dict(zip(customers.ids, messages, strict=True))
        described = customers.fields_get(["credit_limit", "key_account_zero_limit"], ["string", "type"])
        self.env["mail.tracking.value"].sudo().create(
            [
                values
                for change in changes
                for values in self._prepare_trackings(change, by_customer[change.customer.id], described)
            ]
        )

    @api.model
    def _prepare_trackings(self, change, message, described):
        """The limit, and whether there is nothing on credit: as far as they changed."""
        tracking = self.env["mail.tracking.value"].sudo()
        old, new = (change.customer._prepare_key_account_limit(limit) for limit in (change.old, change.new))
        return [
            {
                "mail_message_id": message.id,
                **tracking._create_tracking_values(old[name], new[name], name, description, change.customer),
            }
            for name, description in described.items()
            if old[name] != new[name]
        ]

    @api.model
    def _get_log_text(self, change):
        values = {"company": change.company.name, "award": change.award.name if change.award else ""}
        if change.source == "award":
            return self.env._("Credit limit in %(company)s by award %(award)s", **values)
        if change.source == "revert":
            return self.env._("Credit limit in %(company)s as before: award %(award)s was reverted", **values)
        if change.source == "expiry":
            return self.env._("Credit limit in %(company)s as before: award %(award)s expired", **values)
        if change.source == "left":
            return self.env._(
                "The contact left its company, whose credit limit in %(company)s stays there: it gets nothing on credit"
                " until somebody with accounting rights decides",
                **values,
            )
        return self.env._("Credit limit in %(company)s changed by hand", **values)

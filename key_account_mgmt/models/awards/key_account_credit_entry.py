from collections import defaultdict
from decimal import Decimal
from typing import Any, NamedTuple

from odoo import api, fields, models
from odoo.tools import SQL

from ..shared.access import strip_caller_context

LIMIT_SOURCES = [
    ("award", "Award"),
    ("revert", "Award Reverted"),
    ("expiry", "Award Expired"),
    ("manual", "By Hand"),
    ("left", "Left Its Company"),
    ("joined", "Joined a Company"),
    ("moved", "Moved to a New Company"),
    ("merged", "Merged"),
    ("copied", "Copied"),
    ("default", "Company Default"),
]


class LimitChange(NamedTuple):
    """A change of a customer's limit in a company.

    ``old``, ``new``: in company currency; None means no limit, which is not the same as a limit of zero.
    """

    customer: Any
    company: Any
    old: Decimal | None
    new: Decimal | None
    source: str = "manual"
    user: Any = None
    award: Any = None


class LastEntry(NamedTuple):
    """The last entry of a customer in a company.

    ``decided``: whether a user or an award ever decided on its limit, as opposed to changes that followed its contact.
    ``award_state``: the state of the last award that set the limit.
    """

    old: Decimal | None
    new: Decimal | None
    source: str
    decided: bool
    award_state: str | None


class KeyAccountCreditEntry(models.Model):
    """The ledger of credit limits: one entry per change, by any route; the last entry has the current limit.

    Entries without a customer record the default of the company, for all customers without an entry of their own.
    """

    _name = "key.account.credit.entry"
    _description = "Change of a Credit Limit"
    _inherit = "key.account.protected.mixin"
    _order = "id desc"
    _rec_name = "partner_name"

    # A customer may be deleted; the decisions about it stay.
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
    source = fields.Selection(LIMIT_SOURCES, required=True, readonly=True)
    award_id = fields.Many2one("key.account.award", readonly=True, index="btree_not_null", ondelete="restrict")

    _customer = models.Index("(partner_id, company_id, id)")
    # An award is posted once, whatever happens.
    _posted_once = models.UniqueIndex("(award_id) WHERE source = 'award'", "The award was posted already.")

    @api.model
    def _get_protected_message(self, action, names=()):
        return self.env._(
            "Only Odoo writes the ledger of credit limits. Change the limit by an award, or on the customer."
        )

    def _get_old(self):
        return Decimal(repr(self.old_limit)) if self.was_limited else None

    def _get_new(self):
        return Decimal(repr(self.new_limit)) if self.is_limited else None

    @api.model
    def _record_changes(self, changes):
        """Record changes in the ledger and in the customers' chatter.

        :param list[LimitChange] changes: already written, one per customer and company
        :return: the entries, in the same order
        """
        entries = self._create_protected([self._prepare_entry(change) for change in changes])
        notes = defaultdict(list)
        for change in changes:
            notes[change.user or self.env.user, change.company].append(change)
        for (user, _company), noted in notes.items():
            self._log_changes(noted, user)
        return entries

    @api.model
    def _prepare_entry(self, change):
        """Return values for every stored field, so that no default of the context or of a user applies."""
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
        """Create one note per customer, as tracking does, in two statements for all; core does not track limits.

        :param changes: of one company, by one user
        """
        # sudo: a user who may change a limit may lack the right to write in the customer's chatter
        customers = strip_caller_context(self.env["res.partner"]).sudo()
        bodies = {change.customer.id: self._get_log_text(change) for change in changes}
        customers = customers.browse(bodies)
        messages = customers._message_log_batch(bodies, author_id=user.sudo().partner_id.id)
        by_customer = dict(zip(customers.ids, messages, strict=True))
        described = customers.fields_get(["credit_limit", "key_account_no_credit"], ["string", "type"])
        self.env["mail.tracking.value"].sudo().create(
            [
                values
                for change in changes
                for values in self._prepare_trackings(change, by_customer[change.customer.id], described)
            ]
        )

    @api.model
    def _prepare_trackings(self, change, message, described):
        """Return the tracked changes of the limit and of the flag "nothing on credit"."""
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
        return self._get_event_text(change, values)

    @api.model
    def _get_event_text(self, change, values):
        """Return a description of the event for changes that no user decided."""
        if change.source == "left" and change.new == 0:
            return self.env._(
                "The contact left its company, which keeps the credit limit in %(company)s: the contact gets"
                " nothing on credit until an accounting user decides",
                **values,
            )
        texts = {
            "left": self.env._(
                "The contact left its company and has its own credit limit in %(company)s again", **values
            ),
            "joined": self.env._("A customer joined a company: credit limit in %(company)s", **values),
            "moved": self.env._("The credit limit in %(company)s goes with the customer to its new company", **values),
            "merged": self.env._("Contacts were merged: credit limit in %(company)s", **values),
            "copied": self.env._("Copied from a customer that gets nothing on credit in %(company)s", **values),
            "default": self.env._("The default credit limit of %(company)s changed", **values),
        }
        return texts.get(change.source) or self.env._("Credit limit in %(company)s changed by hand", **values)

    # -------------------------------------------------------------------------
    # Reading the ledger
    # -------------------------------------------------------------------------

    @api.model
    def _get_last_entries(self, customers):
        """Return the last entry by customer and company: ``{(partner id, company id): LastEntry}``; one statement."""
        self.flush_model()
        self.env["key.account.award"].flush_model(["state"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT ON (entry.partner_id, entry.company_id)
                       entry.partner_id,
                       entry.company_id,
                       CASE WHEN entry.was_limited THEN entry.old_limit END::text,
                       CASE WHEN entry.is_limited THEN entry.new_limit END::text,
                       entry.source,
                       bool_or(entry.source NOT IN ('left', 'joined', 'default')) OVER customer,
                       (array_agg(award.state) FILTER (WHERE entry.source = 'award') OVER customer)[1]
                  FROM key_account_credit_entry entry
             LEFT JOIN key_account_award award ON award.id = entry.award_id
                 WHERE entry.partner_id = ANY(%s)
                WINDOW customer AS (
                           PARTITION BY entry.partner_id, entry.company_id ORDER BY entry.id DESC
                           ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
                       )
              ORDER BY entry.partner_id, entry.company_id, entry.id DESC
                """,
                list(customers.ids),
            )
        )
        return {
            (partner_id, company_id): LastEntry(old and Decimal(old), new and Decimal(new), *rest)
            for partner_id, company_id, old, new, *rest in rows
        }

    @api.model
    def _record_default(self, company, old, new):
        """Record a new default of the company, for all customers without an entry of their own."""
        change = LimitChange(self.env["res.partner"], company, old, new, "default")
        name = self.env._("Customers without a limit of their own")
        return self._create_protected([{**self._prepare_entry(change), "partner_name": name}])

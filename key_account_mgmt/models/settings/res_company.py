from decimal import Decimal
from typing import NamedTuple

from odoo import api, fields, models
from odoo.tools import ormcache


class CreditFacts(NamedTuple):
    """What is asked of a company at each confirmation of an order.

    ``overdue_days``: amounts overdue for more days than these count as well; None where they do not. As much as
    ``tolerance``, in company currency, or ``tolerance_pct`` of the limit is passed over. ``tree_ids``: the company and
    its branches, whose documents use its limits; ``root_id``: the company that it is a branch of, or itself.
    """

    uses_credit: bool
    currency_id: int
    policy: str
    overdue_days: int | None
    tolerance: Decimal
    tolerance_pct: Decimal
    tree_ids: tuple
    root_id: int

    @property
    def enforces(self):
        """Whether an order may be stopped because of its customer's credit."""
        return self.uses_credit and self.policy != "warn"


CREDIT_FIELDS = {
    "currency_id",
    "account_use_credit_limit",
    "key_account_credit_policy",
    "key_account_check_overdue",
    "key_account_overdue_days",
    "key_account_overdue_tolerance",
    "key_account_overdue_tolerance_pct",
}

# Odoo reads all of a company with nearly every request; these are read together, when one of them is asked for.
SETTINGS = "key_account_settings"


class ResCompany(models.Model):
    _inherit = "res.company"

    key_account_four_eyes = fields.Boolean(
        "Evaluations Need Two People",
        prefetch=SETTINGS,
        default=True,
        help="An evaluation is approved by somebody else than who submitted it.",
    )
    key_account_refuse_uneven_caps = fields.Boolean(
        "Refuse Uneven Discount Caps",
        prefetch=SETTINGS,
        help="A rule set in which a tier may get a higher discount than a better one cannot be activated. Otherwise"
        " this is a warning.",
    )
    key_account_block_sending = fields.Boolean(
        "Do Not Send Quotations over Their Cap",
        help="Until a quotation over its discount caps is approved, users cannot send it by the button or an email"
        " template or mark it as sent, and customers do not see it on the portal, even if it was changed after"
        " sending. Messages that salespeople write themselves, and PDF files that they print and attach, are not"
        " stopped. If this is off, quotations can be sent, and are stopped when they are confirmed.",
    )

    def write(self, vals):
        result = super().write(vals)
        if not {"account_price_include", *CREDIT_FIELDS}.isdisjoint(vals):
            self.env.registry.clear_cache()
        return result

    def _get_key_account_credit_facts(self):
        """What the company wants of its customers' credit, and its currency, without reading all of it."""
        self.ensure_one()
        return self._get_key_account_credit_facts_of(self.id)

    def _get_key_account_limiting(self):
        """The companies whose credit limits hold for orders of this one: itself, and the one it is a branch of."""
        return self | self.browse(self._get_key_account_credit_facts().root_id)

    def _uses_key_account_credit(self):
        """Whether limits hold for customers of this company: its own, or those of the one that it is a branch of."""
        return any(one._get_key_account_credit_facts().uses_credit for one in self._get_key_account_limiting())

    @api.model
    @ormcache("company_id")
    def _get_key_account_credit_facts_of(self, company_id):
        # sudo: none of this is a secret from who sees a limit on a screen, or is stopped by it
        company = self.sudo().browse(company_id)
        return CreditFacts(
            company.account_use_credit_limit,
            company.currency_id.id,
            company.key_account_credit_policy,
            company.key_account_overdue_days if company.key_account_check_overdue else None,
            Decimal(repr(company.key_account_overdue_tolerance)),
            Decimal(repr(company.key_account_overdue_tolerance_pct)),
            tuple(company.with_context(active_test=False).search([("id", "child_of", company_id)], order="id").ids),
            company.root_id.id,
        )

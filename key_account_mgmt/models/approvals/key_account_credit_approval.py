from decimal import Decimal

from odoo import api, models

from ...rules import is_changed
from ..shared.access import FINANCE


class KeyAccountCredit(models.AbstractModel):
    """Describes credit verdicts for approvals: the credit of the invoiced customer. Finance approves, not sales."""

    _name = "key.account.credit"
    _inherit = ["key.account.credit", "key.account.approval.judge"]

    @api.model
    def _get_approved_customer(self, order):
        return order.partner_invoice_id._origin.commercial_partner_id

    @api.model
    def _get_approver_groups(self):
        return [FINANCE, *super()._get_approver_groups()]

    @api.model
    def _get_obstacle(self, order, verdict):
        if verdict.company._get_key_account_credit_facts().policy != "block":
            return super()._get_obstacle(order, verdict)
        return self.env._(
            "%(order)s: %(excess)s. %(company)s does not allow approving this. %(customer)s must pay first, or an"
            " accounting user must raise the limit. Or reduce the order.",
            order=order.name or self.env._("This order"),
            excess=self._describe_excess(self._prepare_details(verdict), order.company_id.currency_id),
            company=verdict.company.name,
            customer=self._get_approved_customer(order).display_name,
        )

    @api.model
    def _prepare_details(self, verdict):
        """Return the customer's name and amounts in company currency as exact text; no ``limit`` if there is none."""
        amounts = {
            "limit": verdict.limit,
            "used": verdict.used,
            "value": verdict.value,
            "excess": verdict.excess,
            "overdue": verdict.overdue,
        }
        return {
            "customer": verdict.customer.display_name,
            **{name: None if value is None else str(value) for name, value in amounts.items()},
        }

    @api.model
    def _describe_excess(self, details, currency):
        formatter = self.env["key.account.formatter"]
        parts = []
        if Decimal(details["excess"]) > 0:
            amount = formatter._format_amount(details["excess"], currency)
            parts.append(self.env._("%(excess)s over the credit limit", excess=amount))
        if Decimal(details["overdue"]) > 0:
            amount = formatter._format_amount(details["overdue"], currency)
            parts.append(self.env._("%(overdue)s overdue", overdue=amount))
        return formatter._format_list(parts)

    @api.model
    def _compare_details(self, then, now, currency):
        labels = {
            "limit": self.env._("Credit limit"),
            "used": self.env._("Open"),
            "value": self.env._("This order"),
            "overdue": self.env._("Overdue"),
        }
        formatter = self.env["key.account.formatter"]

        def amount(value):
            return "–" if value is None else formatter._format_amount(value, currency)

        return [
            (label, amount(then[name]), amount(now[name]))
            for name, label in labels.items()
            if is_changed(then, now, name)
        ]

    @api.model
    def _get_details_template(self):
        return "key_account_mgmt.approval_credit_details"

    @api.model
    def _get_rendering_values(self, details):
        return {
            "is_over": Decimal(details["excess"]) > 0,
            "is_overdue": Decimal(details["overdue"]) > 0,
            "left": None if details["limit"] is None else Decimal(details["limit"]) - Decimal(details["used"]),
        }

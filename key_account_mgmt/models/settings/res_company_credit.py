from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .res_company import SETTINGS

CREDIT_POLICIES = [("warn", "Warn"), ("approval", "Ask for approval"), ("block", "Block")]


class ResCompany(models.Model):
    """Whether credit limits come from awards only, and what happens to orders beyond them."""

    _inherit = "res.company"  # pylint: disable=consider-merging-classes-inherited

    key_account_forbid_manual_limit = fields.Boolean(
        "Credit Limits by Awards Only",
        prefetch=SETTINGS,
        help="Nobody changes the credit limit of a customer by hand. Otherwise manual changes are recorded.",
    )
    key_account_credit_policy = fields.Selection(
        CREDIT_POLICIES,
        "Orders over Their Credit Limit",
        prefetch=SETTINGS,
        required=True,
        default="warn",
        help="Warn: they can be confirmed. Ask for approval: only after somebody else approved them. Block: not at"
        " all.",
    )
    key_account_check_overdue = fields.Boolean(
        "Overdue Amounts Count",
        prefetch=SETTINGS,
        help="Orders of customers who owe something for too long are treated like orders over their credit limit, also"
        " of customers without a limit.",
    )
    key_account_overdue_days = fields.Integer(
        "Overdue for More than",
        prefetch=SETTINGS,
        help="In days by the server's date; 0: from the day after the due date on.",
    )
    key_account_overdue_tolerance = fields.Monetary(
        "Tolerated Overdue Amount",
        prefetch=SETTINGS,
        help="Overdue amounts up to this do not stop orders. If a percentage of the limit is set as well, the larger"
        " of the two applies.",
    )
    key_account_overdue_tolerance_pct = fields.Float(
        "Tolerated Overdue Share",
        prefetch=SETTINGS,
        digits=False,
        min_display_digits=0,
        help="Overdue amounts up to this percentage of the customer's credit limit do not stop orders. It applies"
        " only to customers with a limit.",
    )

    _key_account_tolerances = models.Constraint(
        "CHECK (key_account_overdue_tolerance >= 0 AND key_account_overdue_tolerance_pct >= 0)",
        "The tolerance for overdue amounts cannot be negative. Enter 0 for none.",
    )

    @api.constrains("key_account_overdue_days")
    def _check_key_account_overdue_days(self):
        for company in self:
            if company.key_account_overdue_days < 0:
                raise ValidationError(
                    self.env._(
                        "%(company)s: amounts cannot be overdue for %(days)s days. Enter 0 to count them from the day"
                        " after their due date on, or more.",
                        company=company.display_name,
                        days=company.key_account_overdue_days,
                    )
                )

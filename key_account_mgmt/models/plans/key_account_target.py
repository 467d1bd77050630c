from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .plan_revenue import get_revenues

COURSES = [("on_track", "On Track"), ("behind", "Behind")]


class KeyAccountTarget(models.Model):
    """The target revenue of a customer in a fiscal year, or in a quarter of it."""

    _name = "key.account.target"
    _description = "Key Account Target"
    _inherit = ["key.account.plan.mixin", "key.account.internal.thread"]

    amount = fields.Monetary(required=True, tracking=True, help="Untaxed revenue, in company currency.")

    user_id = fields.Many2one(related="partner_id.user_id", string="Salesperson")
    actual = fields.Monetary(
        compute="_compute_actual", help="Untaxed revenue of the target's period so far, in company currency."
    )
    attained_pct = fields.Integer("Attained (%)", compute="_compute_actual")
    course = fields.Selection(
        COURSES,
        compute="_compute_actual",
        help="On Track: the share of the target that is attained is at least the share of its period that is over.",
    )

    @api.depends("partner_id", "company_id", "date_from", "date_to", "amount")
    @api.depends_context("uid")
    def _compute_actual(self):
        today = fields.Date.context_today(self)
        # One statement per period: a page of targets has few.
        for (company, first, last), targets in self.grouped(lambda target: target._get_revenue_period()).items():
            customers = targets.partner_id.commercial_partner_id._origin
            revenues = get_revenues(self.env, company, customers, first, last) if first and customers else {}
            for target in targets:
                revenue = revenues.get(target.partner_id.commercial_partner_id._origin, 0.0)
                target.actual = revenue
                # Truncated, so that 100 means that the target is reached.
                target.attained_pct = int(max(revenue, 0) * 100 / target.amount) if target.amount else 0
                target.course = target._get_course(revenue, today)

    def _get_revenue_period(self):
        return self.company_id, self.date_from, self.date_to

    def _get_course(self, revenue, today):
        """Return whether the revenue keeps pace with the days of the period, today included; False before it begins."""
        if not self.date_from or today < self.date_from:
            return False
        passed = (min(today, self.date_to) - self.date_from).days + 1
        due = self.amount * passed / ((self.date_to - self.date_from).days + 1)
        return "on_track" if revenue >= due else "behind"

    @api.constrains("amount")
    def _check_amount(self):
        formatter = self.env["key.account.formatter"]
        for target in self:
            if target.amount <= 0:
                raise ValidationError(
                    self.env._(
                        "%(row)s: the target must be greater than zero, not %(amount)s. Enter a larger amount, or"
                        " delete the target.",
                        row=target.display_name,
                        amount=formatter._format_amount(repr(target.amount), target.currency_id),
                    )
                )

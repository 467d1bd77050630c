from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .plan_revenue import COURSES, get_attained_pct, get_course, get_revenues


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
                target.attained_pct = get_attained_pct(revenue, target.amount)
                target.course = first and get_course(revenue, target.amount, first, last, today)

    def _get_revenue_period(self):
        return self.company_id, self.date_from, self.date_to

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

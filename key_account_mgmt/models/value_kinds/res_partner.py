from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..rulesets.key_account_cap_vocabulary import CUSTOMER_KINDS
from .key_account_evaluation import SUGGESTING_STATES


class ResPartner(models.Model):
    """The kind of value that a customer looks for: confirmed on the commercial partner, suggested by evaluations."""

    _inherit = "res.partner"

    key_account_shown_kind = fields.Selection(
        CUSTOMER_KINDS,
        string="Kind of Value (Customer)",
        compute="_compute_key_account_shown_kind",
        search="_search_key_account_shown_kind",
        groups="base.group_user",
        help="The confirmed kind of value of the customer; contacts of a company show the company's.",
    )
    key_account_suggestion_id = fields.Many2one(
        "key.account.evaluation.line",
        string="Suggesting Line",
        compute="_compute_key_account_suggestion",
        groups="key_account_mgmt.group_key_account_user",
        help="The line of the last evaluation that suggests a kind of value, if it is another one than the confirmed.",
    )
    key_account_suggested_kind = fields.Selection(
        CUSTOMER_KINDS,
        string="Suggested Kind of Value",
        compute="_compute_key_account_suggestion",
        groups="key_account_mgmt.group_key_account_user",
    )

    @api.depends("commercial_partner_id.key_account_kind")
    @api.depends_context("company")
    def _compute_key_account_shown_kind(self):
        for partner in self:
            partner.key_account_shown_kind = partner.commercial_partner_id.key_account_kind

    @api.model
    def _search_key_account_shown_kind(self, operator, value):
        return Domain("commercial_partner_id.key_account_kind", operator, value)

    @api.depends("key_account_kind")
    @api.depends_context("company", "uid")
    def _compute_key_account_suggestion(self):
        latest = self._get_latest_suggestions()
        for partner in self:
            # While somebody types on the form, the saved customer is the one that lines are about.
            line = latest.get(partner._origin.id, self.env["key.account.evaluation.line"])
            if line.suggested_kind == partner.key_account_kind:
                line = line.browse()
            partner.key_account_suggestion_id = line
            partner.key_account_suggested_kind = line.suggested_kind

    def _get_latest_suggestions(self):
        """``{id of the customer: line of the last evaluation that suggests a kind}``, of the current company."""
        lines = self.env["key.account.evaluation.line"].search_fetch(
            [
                ("partner_id", "in", self.ids),
                ("company_id", "=", self.env.company.id),
                ("suggested_kind", "!=", False),
                ("evaluation_id.state", "in", SUGGESTING_STATES),
            ],
            ["partner_id", "evaluation_id", "suggested_kind"],
        )
        ordered = lines.sorted(lambda line: (line.evaluation_id.date_to, line.evaluation_id.id))
        return {line.partner_id.id: line for line in ordered}

    def action_confirm_key_account_kind(self):
        """Give these customers the kind of value that their last evaluation suggests."""
        self.key_account_suggestion_id.action_confirm_kind()
        return True

    def action_open_key_account_suggestion(self):
        """The line that suggests the kind, with its reasons."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "key.account.evaluation.line",
            "res_id": self.key_account_suggestion_id.id,
            "views": [(False, "form")],
        }

    def write(self, vals):
        kind = vals.get("key_account_kind") or False
        changed = (
            self.filtered(lambda partner: partner.key_account_kind != kind) if "key_account_kind" in vals else self[:0]
        )
        result = super().write(vals)
        if changed:
            changed._answer_key_account_kinds(kind)
        return result

    def _answer_key_account_kinds(self, kind):
        """Whoever enters a kind decides on what evaluations have suggested so far, and is not asked again; also on
        lines about a contact that was a customer of its own when it was evaluated.

        With a statement of its own, since lines are frozen for everybody; the right to enter kinds was checked.
        """
        self.env["key.account.evaluation.line"].flush_model(["suggested_kind", "kind_answer"])
        self.env["res.partner"].flush_model(["commercial_partner_id"])
        self.env.cr.execute(
            SQL(
                """
                UPDATE key_account_evaluation_line line
                   SET kind_answer = CASE WHEN line.suggested_kind = %s THEN 'confirmed' ELSE 'other' END
                  FROM res_partner member
                 WHERE member.commercial_partner_id IN %s AND line.partner_id = member.id AND line.company_id = %s
                   AND line.suggested_kind IS NOT NULL AND line.kind_answer IS NULL
                """,
                kind or None,
                tuple(self.ids) or (0,),
                self.env.company.id,
            )
        )
        self.env["key.account.evaluation"]._forget_kind_counts()

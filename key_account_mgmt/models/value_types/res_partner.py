from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..rulesets.key_account_cap_vocabulary import CUSTOMER_VALUE_TYPES
from .key_account_evaluation import SUGGESTING_STATES


class ResPartner(models.Model):
    """The value type of a customer: confirmed on the commercial partner, suggested by evaluations."""

    _inherit = "res.partner"

    key_account_shown_value_type = fields.Selection(
        CUSTOMER_VALUE_TYPES,
        string="Value Type (Customer)",
        compute="_compute_key_account_shown_value_type",
        search="_search_key_account_shown_value_type",
        groups="base.group_user",
        help="The confirmed value type of the customer. Contacts of a company show the company's.",
    )
    key_account_suggestion_id = fields.Many2one(
        "key.account.evaluation.line",
        string="Suggesting Line",
        compute="_compute_key_account_suggestion",
        groups="key_account_mgmt.group_key_account_user",
        help="The line of the last evaluation that suggests a value type, if the suggestion differs from the"
        " confirmed type.",
    )
    key_account_suggested_value_type = fields.Selection(
        CUSTOMER_VALUE_TYPES,
        string="Suggested Value Type",
        compute="_compute_key_account_suggestion",
        groups="key_account_mgmt.group_key_account_user",
    )

    @api.depends("commercial_partner_id.key_account_value_type")
    @api.depends_context("company")
    def _compute_key_account_shown_value_type(self):
        for partner in self:
            partner.key_account_shown_value_type = partner.commercial_partner_id.key_account_value_type

    @api.model
    def _search_key_account_shown_value_type(self, operator, value):
        return Domain("commercial_partner_id.key_account_value_type", operator, value)

    @api.depends("key_account_value_type")
    @api.depends_context("company", "uid")
    def _compute_key_account_suggestion(self):
        latest = self._get_latest_suggestions()
        for partner in self:
            # While a user edits the form, lines refer to the saved customer.
            line = latest.get(partner._origin.id, self.env["key.account.evaluation.line"])
            if line.suggested_value_type == partner.key_account_value_type:
                line = line.browse()
            partner.key_account_suggestion_id = line
            partner.key_account_suggested_value_type = line.suggested_value_type

    def _get_latest_suggestions(self):
        """Return ``{customer id: line of the last evaluation that suggests a value type}``, of the current company."""
        lines = self.env["key.account.evaluation.line"].search_fetch(
            [
                ("partner_id", "in", self.ids),
                ("company_id", "=", self.env.company.id),
                ("suggested_value_type", "!=", False),
                ("evaluation_id.state", "in", SUGGESTING_STATES),
            ],
            ["partner_id", "evaluation_id", "suggested_value_type"],
        )
        ordered = lines.sorted(lambda line: (line.evaluation_id.date_to, line.evaluation_id.id))
        return {line.partner_id.id: line for line in ordered}

    def action_confirm_key_account_value_type(self):
        """Give these customers the value type that their last evaluation suggests."""
        self.key_account_suggestion_id.action_confirm_value_type()
        return True

    def action_open_key_account_suggestion(self):
        """Open the line that suggests the value type, with its reasons."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "key.account.evaluation.line",
            "res_id": self.key_account_suggestion_id.id,
            "views": [(False, "form")],
        }

    def write(self, vals):
        kind = vals.get("key_account_value_type") or False
        changed = (
            self.filtered(lambda partner: partner.key_account_value_type != kind)
            if "key_account_value_type" in vals
            else self[:0]
        )
        result = super().write(vals)
        if changed:
            changed._answer_key_account_value_types(kind)
        return result

    def _answer_key_account_value_types(self, kind):
        """Take a value type that a user enters as the answer to all suggestions made so far.

        This includes lines about contacts that were customers of their own when they were evaluated.

        Uses an SQL statement, because lines are frozen; the right to enter value types is already checked.
        """
        self.env["key.account.evaluation.line"].flush_model(["suggested_value_type", "value_type_answer"])
        self.env["res.partner"].flush_model(["commercial_partner_id"])
        self.env.cr.execute(
            SQL(
                """
                UPDATE key_account_evaluation_line line
                   SET value_type_answer = CASE WHEN line.suggested_value_type = %s THEN 'confirmed' ELSE 'other' END
                  FROM res_partner member
                 WHERE member.commercial_partner_id IN %s AND line.partner_id = member.id AND line.company_id = %s
                   AND line.suggested_value_type IS NOT NULL AND line.value_type_answer IS NULL
                """,
                kind or None,
                tuple(self.ids) or (0,),
                self.env.company.id,
            )
        )
        self.env["key.account.evaluation"]._forget_value_type_counts()

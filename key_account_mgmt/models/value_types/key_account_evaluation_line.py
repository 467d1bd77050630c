from odoo import api, fields, models
from odoo.exceptions import UserError

from ..rulesets.key_account_cap_vocabulary import CUSTOMER_VALUE_TYPES
from .key_account_evaluation import SUGGESTING_STATES

VALUE_TYPE_ANSWERS = [
    ("same", "As Before"),
    ("confirmed", "Confirmed"),
    ("other", "Changed"),
    ("skipped", "No Change"),
]


class KeyAccountEvaluationLine(models.Model):
    """The value type that the rules suggest, frozen with the line, and the user's answer to it.

    Both are columns of the line: the suggestion is decided with it, and lists of lines show and filter the answers.
    """

    _inherit = "key.account.evaluation.line"

    suggested_value_type = fields.Selection(
        CUSTOMER_VALUE_TYPES,
        string="Suggested Type",
        readonly=True,
        help="What the customer seems to value: the price, the service around the product, or a partnership. It is"
        " written on the customer when a user confirms it.",
    )
    value_type_answer = fields.Selection(
        VALUE_TYPE_ANSWERS,
        string="Answer",
        readonly=True,
        help="As Before: the type was already confirmed on the customer. Changed: a user entered another"
        " type or kept the current one. No Change: a later evaluation has suggested a type since, or the"
        " customer was deleted or merged. Empty: no decision yet.",
    )
    confirmed_value_type = fields.Selection(
        CUSTOMER_VALUE_TYPES,
        string="Confirmed Type",
        compute="_compute_confirmed_value_type",
        help="The value type currently confirmed on the customer.",
    )

    value_type_reason = fields.Char("Reason for the Suggestion", compute="_compute_value_type_reason")

    @api.depends("grants", "evaluation_id.policy")
    @api.depends_context("lang")
    def _compute_value_type_reason(self):
        for lines in self.grouped("evaluation_id").values():
            labels = lines._get_explainer_labels()
            for line in lines:
                suggestion = (line.grants or {}).get("value_type")
                sentences = line._get_grant_sentences(suggestion, labels) if suggestion else []
                line.value_type_reason = " ".join(sentences)

    @api.depends("partner_id.commercial_partner_id.key_account_value_type", "company_id")
    def _compute_confirmed_value_type(self):
        for company, lines in self.grouped("company_id").items():
            for line in lines:
                # sudo: a user who may read the line may know the value type of its customer
                line.confirmed_value_type = (
                    line.partner_id.sudo().commercial_partner_id.with_company(company).key_account_value_type
                )

    # -------------------------------------------------------------------------
    # Answers
    # -------------------------------------------------------------------------

    def action_confirm_value_type(self):
        """Give the customers of these lines the suggested value types, even where a user decided otherwise."""
        suggested = self.filtered("suggested_value_type")
        if not suggested:
            raise UserError(self.env._("The rules suggest no value type for these customers."))
        for evaluation, lines in suggested.grouped("evaluation_id").items():
            evaluation._claim(*SUGGESTING_STATES)
            rows = evaluation._get_open_value_type_rows(lines)
            lines._check_value_types_confirmable(rows)
            evaluation._confirm_value_type_rows(rows)
        return True

    def _check_value_types_confirmable(self, rows):
        """Raise an error if a single line cannot be confirmed. Among several lines, such lines are left alone."""
        if len(self) > 1:
            return
        if not rows[0]["customer_id"]:
            raise UserError(self.env._("%s was deleted, so the value type cannot be confirmed.", self.partner_name))
        if rows[0]["is_old"]:
            raise UserError(
                self.env._(
                    "A later evaluation has suggested a value type for %s since. Confirm that one, or enter the"
                    " value type on the customer.",
                    self.partner_name,
                )
            )

    def action_keep_value_type(self):
        """Decide against the suggestions: the customers keep their value types, which may equal the suggested ones."""
        differing = self.filtered(
            lambda line: line.suggested_value_type and line.suggested_value_type != line.confirmed_value_type
        )
        for evaluation, lines in differing.grouped("evaluation_id").items():
            evaluation._claim(*SUGGESTING_STATES)
            evaluation._set_value_type_answers(lines.ids, "other")
        return True

    # -------------------------------------------------------------------------
    # Scorecard
    # -------------------------------------------------------------------------

    def _get_value_type_values(self, labels):
        suggestion = (self.grants or {}).get("value_type")
        if not suggestion or not self.env["key.account.part"]._is_on("value_types"):
            return {}
        return {
            "name": self.env["key.account.explainer"]._get_value_type_name(suggestion["value_type"]),
            "reasons": self._get_grant_sentences(suggestion, labels),
        }

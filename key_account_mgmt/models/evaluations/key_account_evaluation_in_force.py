from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL


class KeyAccountEvaluation(models.Model):
    """Which of the applied evaluations still count: those from which customers have their tier."""

    _inherit = "key.account.evaluation"  # pylint: disable=consider-merging-classes-inherited

    def _finish_job(self, vals, message):
        result = super()._finish_job(vals, message)
        if vals.get("state") in ("applied", "reverted"):
            self._note_superseded()
        return result

    def _note_superseded(self):
        """After one was applied or reverted, mark those of its company that no customer has its tier from."""
        self.filtered(lambda one: one.superseded and one.state != "applied")._set_workflow_values({"superseded": False})
        # sudo: others of the company change, whoever applies one
        applied = self.sudo().search([("company_id", "in", self.company_id.ids), ("state", "=", "applied")])
        holding = applied._get_holding()
        for superseded, evaluations in applied.grouped(lambda one: one not in holding).items():
            changed = evaluations.filtered(lambda one, now=superseded: one.superseded != now)
            changed._set_workflow_values({"superseded": superseded})

    def _get_holding(self):
        """Of these evaluations those from which customers have their tier, or that they have none."""
        self.env["res.partner"].flush_model(["key_account_evaluation_id"])
        holders = SQL(
            """
            SELECT DISTINCT holder.value::int
              FROM res_partner customer, jsonb_each_text(customer.key_account_evaluation_id) holder
             WHERE holder.value = ANY(%s)
            """,
            [str(evaluation_id) for evaluation_id in self.ids],
        )
        return self.browse(evaluation_id for (evaluation_id,) in self.env.execute_query(holders))


class KeyAccountEvaluationLine(models.Model):
    """Which lines still count."""

    _inherit = "key.account.evaluation.line"  # pylint: disable=consider-merging-classes-inherited

    in_force = fields.Boolean(
        compute="_compute_in_force",
        search="_search_in_force",
        help="The customer has its tier from this line: the line was applied and has not been reverted or replaced"
        " since, by a later evaluation or by hand.",
    )

    @api.depends(
        "outcome",
        "tier_id",
        "partner_id.commercial_partner_id.key_account_evaluation_id",
        "partner_id.commercial_partner_id.key_account_tier_id",
    )
    def _compute_in_force(self):
        for company, lines in self.grouped("company_id").items():
            for line in lines:
                # sudo: nothing is read but whether it is this evaluation
                customer = line.sudo().partner_id.commercial_partner_id.with_company(company)
                holds = customer.key_account_evaluation_id == line.evaluation_id
                line.in_force = line.outcome == "applied" and holds and customer.key_account_tier_id == line.tier_id

    def _search_in_force(self, operator, value):
        if operator != "in":
            return NotImplemented
        self.env["res.partner"].flush_model()
        self.flush_model(["outcome", "tier_id"])
        holding = SQL(
            """(
            SELECT line.id
              FROM key_account_evaluation_line line
              JOIN res_partner partner ON partner.id = line.partner_id
              JOIN res_partner customer ON customer.id = partner.commercial_partner_id
             WHERE line.outcome = 'applied'
               AND customer.key_account_evaluation_id->>line.company_id::text = line.evaluation_id::text
               AND customer.key_account_tier_id->>line.company_id::text IS NOT DISTINCT FROM line.tier_id::text
            )"""
        )
        return Domain("id", "in", holding)

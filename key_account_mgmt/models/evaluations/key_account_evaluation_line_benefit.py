from odoo import api, fields, models


class KeyAccountEvaluationLine(models.Model):
    """The payment terms and the pricelist that come with the tier: what they replace, or will."""

    _inherit = "key.account.evaluation.line"  # pylint: disable=consider-merging-classes-inherited

    replaced_benefits = fields.Json(
        readonly=True, help="Payment terms and pricelist that applying changed: what the customer had before, and got."
    )

    @api.depends("outcome", "replaced_benefits")
    def _compute_scorecard_html(self):
        return super()._compute_scorecard_html()

    def _get_scorecard_values(self):
        return {**super()._get_scorecard_values(), "benefits": self._get_benefit_rows()}

    def _get_benefit_rows(self):
        """What the template shows of payment terms and pricelist: only what changes, or was changed by applying."""
        if not self.outcome:
            changes = self._get_coming_benefits()
        elif self.outcome == "applied":
            changes = self._get_replaced_benefits()
        else:
            changes = {}
        labels = self.evaluation_id._get_benefit_labels()
        nothing = self.env._("none")
        return [
            {"name": labels[field], "after": after.display_name or nothing, "before": before.display_name or nothing}
            for field, (before, after) in changes.items()
        ]

    def _get_coming_benefits(self):
        """``{field of the customer: (record of now, record of the tier)}``"""
        benefits = self.evaluation_id._get_tier_benefits().get(self.tier_id.id, {})
        # sudo: who reads the line may read what it is about to change
        customer = self.partner_id.sudo().commercial_partner_id.with_company(self.company_id)
        return {
            field: (customer[field], record)
            for field, record in benefits.items()
            if customer and customer[field] != record and self.evaluation_id._is_benefit_usable(record)
        }

    def _get_replaced_benefits(self):
        """``{field of the customer: (record of before, record that was given)}``; deleted ones are empty."""
        return {
            field: tuple(
                # sudo: who reads the line may read what it has changed
                self.env["res.partner"][field].sudo().browse(change[when] or []).exists()
                for when in ("before", "after")
            )
            for field, change in (self.replaced_benefits or {}).items()
        }

from odoo import api, models
from odoo.tools import ormcache


class KeyAccountDiscount(models.AbstractModel):
    """Judgements as plain values, for the fields that people see."""

    _inherit = "key.account.discount"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def _get_verdict_values(self, order, verdict):
        """What is shown and reported of an order; amounts in company currency, percentages 0..100, as floats."""
        tier = order.sudo().with_company(order.company_id).partner_id.commercial_partner_id.key_account_tier_id
        if verdict.problem:
            return {"over": True, "problem": verdict.problem, "tier": tier.id}
        rules = self._get_rule_ids(order.company_id.sudo().key_account_cap_ruleset_id.id)
        return {
            "over": verdict.judgement.over,
            "room": float(verdict.judgement.room),
            "excess": float(verdict.judgement.excess),
            "tier": tier.id,
            "lines": {
                str(line.id): self._get_line_values(judged, rules.get(verdict.decisions[line].rule))
                for line, judged in verdict.lines.items()
            },
        }

    @api.model
    def _get_line_values(self, judged, rule_id):
        line = judged.line
        return {
            "capped": line.cap is not None or line.margin_floor is not None,
            "cap": None if line.cap is None else float(line.cap),
            "given_pct": None if judged.shown_pct is None else float(judged.shown_pct),
            "over": judged.over,
            "reference": float(line.reference or 0),
            "given": float(judged.given),
            "allowed": float(judged.allowed),
            "excess": float(max(judged.excess, judged.shortfall)),
            "rule": rule_id,
        }

    @api.model
    @ormcache("ruleset_id")
    def _get_rule_ids(self, ruleset_id):
        """``{key: id}`` of the rows of an active rule set, which never change."""
        # sudo: an id says nothing; who may read the row is asked where it is shown
        rules = self.env["key.account.rule"].sudo().with_context(active_test=False)
        return {rule.key: rule.id for rule in rules.search([("ruleset_id", "=", ruleset_id)])}

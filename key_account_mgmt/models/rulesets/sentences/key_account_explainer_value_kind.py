from odoo import api, models


class KeyAccountExplainer(models.AbstractModel):
    """Why a kind of value is suggested for a customer, or none."""

    _inherit = "key.account.explainer"

    @api.model
    def _explain_value_kind_rule(self, params, labels, currency):
        """Which kind it is stands beside the sentence, wherever that is shown."""
        rule = self._rule(params, labels)
        facts = self._get_fact_phrases(params, labels, currency)
        if not facts:
            return self.env._("By rule “%(rule)s”, which holds for everybody left.", rule=rule)
        return self.env._("By rule “%(rule)s”: %(facts)s.", rule=rule, facts=facts)

    @api.model
    def _explain_no_value_kind_rule(self, _params, _labels, _currency):
        return self.env._("No kind of value is suggested: none of its rules holds.")

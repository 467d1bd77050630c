from odoo import api, models

from ..key_account_cap_vocabulary import CHOICE_COLUMNS


class KeyAccountExplainer(models.AbstractModel):
    """Why an order line has its discount cap."""

    _inherit = "key.account.explainer"

    @api.model
    def _explain_cap_rule(self, params, labels, currency):
        cap = self._get_cap_phrase(params["cap"], params.get("margin_floor"))
        names = {"rule": self._rule(params, labels), "cap": cap}
        facts = self._get_fact_phrases(params, labels, currency)
        if not facts:
            return self.env._("Rule “%(rule)s”, which holds for every other order line: %(cap)s.", **names)
        return self.env._("Rule “%(rule)s”, since %(facts)s: %(cap)s.", facts=facts, **names)

    @api.model
    def _explain_no_cap_rule(self, _params, _labels, _currency):
        return self.env._("No cap: none of the discount caps is for this order line.")

    @api.model
    def _get_fact_phrase(self, operand, value, asked, labels, currency):
        """Columns ask for one of several records: which one it is says all, but for a category inside another."""
        if operand[0] in CHOICE_COLUMNS and not self._get_metric_label(operand[0], labels).within:
            asked = []
        return super()._get_fact_phrase(operand, value, asked, labels, currency)

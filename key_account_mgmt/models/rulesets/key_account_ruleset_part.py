from odoo import api, models


class KeyAccountRulesetPart(models.AbstractModel):
    """Base of all rows of rule sets: rows change in drafts only.

    The rules that classified a customer must stay readable exactly as they were. So there is no bypass, neither for the
    superuser nor by a context key, which any caller could set over RPC.
    """

    _name = "key.account.ruleset.part"
    _description = "Part of a Key Account Rule Set"

    def _get_rulesets(self):
        """Return the rule sets of these records."""
        return self.ruleset_id

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        records._get_rulesets()._check_draft()
        return records

    def write(self, vals):
        before = self._get_rulesets()
        before._check_draft()
        result = super().write(vals)
        (self._get_rulesets() - before)._check_draft()
        return result

    def unlink(self):
        if not self.env["key.account.ruleset"]._is_uninstalling():
            self._get_rulesets()._check_draft()
        return super().unlink()

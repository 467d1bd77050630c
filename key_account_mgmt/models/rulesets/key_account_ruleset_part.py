from odoo import api, models


class KeyAccountRulesetPart(models.AbstractModel):
    """What all rows of rule sets share: they change in drafts only.

    Everybody who was sorted by a rule set must be able to read the very rules that sorted him. So there is no way
    round this, not even for the superuser or by a context key, which any caller over RPC could bring along.
    """

    _name = "key.account.ruleset.part"
    _description = "Part of a Key Account Rule Set"

    def _get_rulesets(self):
        """The rule sets that these records belong to."""
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

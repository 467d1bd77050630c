from odoo import models


class KeyAccountRuleset(models.Model):
    """Companies know which rule set caps their discounts."""

    _inherit = "key.account.ruleset"

    def _write_lifecycle(self, vals):
        result = super()._write_lifecycle(vals)
        if "state" in vals:
            self._note_caps_in_force()
        return result

    def _note_caps_in_force(self):
        for company in self.company_id:
            active = self._get_active(company)
            kinds = [table["kind"] for table in (active.policy or {}).get("tables", ()) if table["rules"]]
            # sudo: administrators of rules put them in force, and need not be administrators of companies
            company.sudo().key_account_cap_ruleset_id = active if "discount_cap" in kinds else False

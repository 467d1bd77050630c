from odoo import api, models

from ..key_account_grant_vocabulary import VALUE_KINDS


class KeyAccountPhrase(models.AbstractModel):
    """Rows of kinds of value in the user's words."""

    _inherit = "key.account.phrase"

    @api.model
    def _get_unconditional_sentence(self, kind, outcome):
        if kind != VALUE_KINDS:
            return super()._get_unconditional_sentence(kind, outcome)
        return self.env._("Every other customer: %(outcome)s", outcome=outcome)

    @api.model
    def _get_outcome_phrase(self, rule):
        if rule.kind != VALUE_KINDS:
            return super()._get_outcome_phrase(rule)
        return self.env._("suggest %(kind)s", kind=self._get_value_kind_name(rule.value_kind))

    @api.model
    def _get_value_kind_name(self, kind):
        names = dict(self.env["key.account.rule"]._fields["value_kind"]._description_selection(self.env))
        return names.get(kind, kind or "…")

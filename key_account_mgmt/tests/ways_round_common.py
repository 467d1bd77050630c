from odoo.exceptions import UserError
from odoo.service.model import call_kw

from .evaluation_common import YEAR, KeyAccountEvaluationCommon

ADMIN_GROUPS = "base.group_user,key_account_mgmt.group_key_account_rule_admin"


class WaysRoundCommon(KeyAccountEvaluationCommon):
    """Callers over RPC bring their own values, commands and context, and no screen hides anything from them."""

    def call(self, user, model, method, *args, context=None):
        self.env.flush_all()
        self.env.invalidate_all()
        records = self.env(user=user.id, su=False)[model]
        # As in a request of that user: core runs commands on contacts as the user of the transaction.
        self.patch(self.env.transaction, "default_env", records.env)
        return call_kw(records, method, list(args), {"context": context or {}})

    def assert_refused(self, user, model, method, *args, context=None):
        with self.assertRaises(UserError):
            self.call(user, model, method, *args, context=context)

    def prepare_evaluation_values(self, **values):
        return {"name": "Smuggled", "company_id": self.company.id, "ruleset_id": self.ruleset.id, **YEAR, **values}

from odoo import models

from .access import ACTIVITY_APPROVAL, ACTIVITY_AWARD

REQUEST_ACTIVITIES = (ACTIVITY_APPROVAL, ACTIVITY_AWARD)


class MailActivity(models.Model):
    """Protect activities that ask a user for a decision: only the assigned user may change or remove them.

    Neither their creator, for example the requesting salesperson, nor other readers of the record may. An activity ends
    with the decision, or when other users become responsible for it.
    """

    _inherit = "mail.activity"

    def _check_access(self, operation):
        result = super()._check_access(operation)
        if operation not in ("write", "unlink") or self.env.su:
            return result
        # sudo: only the assigned user of the activity is read
        foreign = self.sudo().filtered(lambda one: one._is_key_account_request() and one.user_id != self.env.user)
        if not foreign:
            return result
        forbidden = (result[0] if result else self.browse()) | foreign.with_env(self.env)
        return forbidden, lambda: forbidden._make_access_error(operation)

    def _is_key_account_request(self):
        """Return whether the activity asks a user to decide; every user may plan other work on the same records."""
        if not getattr(self.env.registry.get(self.res_model), "_awaits_decision", False):
            return False
        return any(self.activity_type_id == self.env.ref(xmlid, False) for xmlid in REQUEST_ACTIVITIES)

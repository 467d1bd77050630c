from odoo import models

from .access import ACTIVITY_APPROVAL, ACTIVITY_AWARD

ASKING_TYPES = (ACTIVITY_APPROVAL, ACTIVITY_AWARD)


class MailActivity(models.Model):
    """What somebody is asked to decide on, nobody else takes off the list: neither who asked, though the activity is
    of his making, nor who may read the record. It ends when it is decided, and when those who decide change.
    """

    _inherit = "mail.activity"

    def _check_access(self, operation):
        result = super()._check_access(operation)
        if operation not in ("write", "unlink") or self.env.su:
            return result
        # sudo: nothing is read but whose work it is
        foreign = self.sudo().filtered(lambda one: one._is_key_account_request() and one.user_id != self.env.user)
        if not foreign:
            return result
        forbidden = (result[0] if result else self.browse()) | foreign.with_env(self.env)
        return forbidden, lambda: forbidden._make_access_error(operation)

    def _is_key_account_request(self):
        """Whether the activity asks somebody to decide; other work on the same records is everybody's to plan."""
        if not getattr(self.env.registry.get(self.res_model), "_awaits_decision", False):
            return False
        return any(self.activity_type_id == self.env.ref(xmlid, False) for xmlid in ASKING_TYPES)

from odoo import models

ACTIVITY = "key_account_mgmt.mail_activity_type_approval"
ACTIVITY_AWARD = "key_account_mgmt.mail_activity_type_award"
# Where people are asked to decide, and by which activities.
DECIDED_MODELS = {"key.account.approval", "key.account.evaluation"}
ASKING_TYPES = (ACTIVITY, ACTIVITY_AWARD)

# What a remote caller could put into the context to keep the approvers from being told.
SILENCERS = {"mail_activity_automation_skip", "mail_activity_quick_update", "tracking_disable", "mail_notrack"}


def clean(records):
    """The records without the defaults and silencers of a remote caller's context."""
    context = {
        key: value
        for key, value in records.env.context.items()
        if key not in SILENCERS and not key.startswith("default_")
    }
    return records.with_context(context)  # pylint: disable=context-overridden


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
        if self.res_model not in DECIDED_MODELS:
            return False
        return any(self.activity_type_id == self.env.ref(xmlid, False) for xmlid in ASKING_TYPES)

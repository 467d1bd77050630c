from odoo import api, models
from odoo.exceptions import AccessError, UserError

from ..shared.access import KEY_ACCOUNT_MANAGER
from .key_account_appraisal import NOT_DONE

# What an appraiser who is no manager gives; whom he appraises, and who leads, he was asked.
APPRAISER_FIELDS = {"line_ids", "note", "state"}


class KeyAccountAppraisal(models.Model):
    """Who may write what of an appraisal, and when: on every way, the values that it came to follow."""

    _inherit = "key.account.appraisal"  # pylint: disable=consider-merging-classes-inherited

    @api.model_create_multi
    def create(self, vals_list):
        """A file may say that appraisals are done: they become so as by the button."""
        appraisals = super().create([{**vals, **NOT_DONE} for vals in vals_list])
        appraisals._check_open()
        done = [one.id for one, vals in zip(appraisals, vals_list, strict=True) if vals.get("state") == "done"]
        self.browse(done).action_done()
        leads = appraisals.filtered("is_lead")
        leads._refresh_values(leads._get_keys())
        return appraisals

    def write(self, vals):
        if vals.keys() <= set(self.env["mail.thread"]._fields):
            return super().write(vals)
        self._check_appraiser(vals)
        self._check_open()
        if vals.get("state") == "draft":
            self.action_reset()
        rest = {name: value for name, value in vals.items() if name not in NOT_DONE}
        result = self._write_draft(rest) if rest else True
        if vals.get("state") == "done":
            self.action_done()
        return result

    def _write_draft(self, vals):
        self._check_draft()
        keys = self._get_keys()
        result = super().write(vals)  # pylint: disable=super-method-mismatch
        self._check_open()
        # Where the lead's word counts, who leads decides before he has done his part.
        self._refresh_values(keys | self._get_keys())
        return result

    def unlink(self):
        self._check_open()
        self._check_draft()
        keys, users = self._get_keys(), self.user_id
        result = super().unlink()
        self._refresh_values(keys)
        self._end_activities(users)
        return result

    def _check_appraiser(self, vals):
        """An appraiser gives grades; whom he was asked about, and whose word counts, others decide."""
        if self.env.su or vals.keys() <= APPRAISER_FIELDS or self.env.user.has_group(KEY_ACCOUNT_MANAGER):
            return
        raise AccessError(
            self.env._(
                "%(row)s: you give the grades. Ask a Key Accounts manager to change customer, period, appraiser or"
                " lead.",
                row=self[:1].display_name,
            )
        )

    def _check_draft(self):
        for appraisal in self:
            if appraisal.state == "done":
                raise UserError(
                    self.env._(
                        "%(row)s: the appraisal of %(appraiser)s is done. Reset it first.",
                        row=appraisal.display_name,
                        appraiser=appraisal.user_id.name,
                    )
                )

from odoo import fields, models
from odoo.exceptions import AccessError

from ..shared.access import ACTIVITY_AWARD, ACTIVITY_DELIVERY, FINANCE, KEY_ACCOUNT_MANAGER, strip_caller_context


class KeyAccountAward(models.Model):
    """Promises are delivered by somebody, at a cost, with a proof."""

    _inherit = "key.account.award"  # pylint: disable=consider-merging-classes-inherited

    def action_deliver(self, cost=None, comment=False, attachment_ids=()):
        """Record that promised awards were delivered.

        :param cost: what it cost, in company currency; None: as estimated
        :param attachment_ids: proofs that the user uploaded, for the chatter
        """
        self._claim("promised")
        self._check_deliverer()
        proofs = self.env["ir.attachment"].browse(attachment_ids)
        # Only what the user may read himself gets in front of those who may read the award.
        proofs.check_access("read")
        delivery = {
            "state": "delivered",
            "delivered_by_id": self.env.uid,
            "delivered_on": fields.Datetime.now(),
        }
        for award in self:
            amount = award.estimated_cost if cost is None else award._get_amount(cost)
            award._set_values({**delivery, "actual_cost": amount})
            # sudo: nobody has the right to write awards, so that nobody could attach anything
            copies = proofs.sudo().copy({"res_model": self._name, "res_id": award.id})
            award.message_post(body=award.env._("Delivered. %s", comment or ""), attachment_ids=copies.ids)
        self._end_activities()
        return True

    def _check_deliverer(self):
        """Who is responsible, and those who run evaluations or pay for them."""
        user = self.env.user
        if any(user.has_group(group) for group in (KEY_ACCOUNT_MANAGER, FINANCE)):
            return
        # sudo: only the name of who is responsible is shown
        others = self.filtered(lambda award: award.user_id != user)
        if others:
            raise AccessError(
                self.env._(
                    "%(award)s is to be delivered by %(user)s.",
                    award=others[0].name,
                    user=others[0].sudo().user_id.name or self.env._("a Key Accounts manager"),
                )
            )

    def action_open_delivery(self):
        """Ask for cost and proof."""
        return self._get_wizard_action("key.account.award.delivery", self.env._("Deliver"))

    # -------------------------------------------------------------------------
    # Telling people
    # -------------------------------------------------------------------------

    def _tell_deliverers(self):
        """An activity for who is responsible, until the promise expires."""
        # sudo: finance need not be allowed to assign work to salespeople
        for (user, date), awards in strip_caller_context(self).sudo()._group_by_deliverer().items():
            text = self.with_context(lang=user.lang).env._("Deliver what was promised")
            awards.activity_schedule(ACTIVITY_DELIVERY, date_deadline=date or None, user_id=user.id, summary=text)

    def _group_by_deliverer(self):
        """Awards by the person and the last day; without those whose person could not see them."""
        groups = {}
        for award in self:
            user = award.user_id
            if user.active and not user.share and award.company_id in user.company_ids:
                key = (user, award.expiry_date)
                groups[key] = groups.get(key, self.browse()) | award
        return groups

    def _tell_decider(self, summary):
        """An activity for the person of finance who granted the award."""
        # sudo: a cron tells it, or somebody who may not assign work to finance
        for award in strip_caller_context(self).sudo():
            award.activity_schedule(ACTIVITY_AWARD, user_id=award.decided_by_id.id, summary=summary, note=award.note)

    def _end_activities(self):
        # sudo: the activities are those of whoever is responsible
        strip_caller_context(self).sudo().activity_unlink([ACTIVITY_DELIVERY, ACTIVITY_AWARD])

from odoo import fields
from odoo.exceptions import AccessError

from ..shared.access import FINANCE, KEY_ACCOUNT_MANAGER
from .award_decision import get_amount


class AwardDelivery:
    """The delivery of promised awards, at a cost and with a proof."""

    def __init__(self, awards):
        self.awards = awards
        self.env = awards.env

    def record(self, cost, comment, attachment_ids):
        """Record the delivery; the caller has claimed the awards."""
        self._check_deliverer()
        proofs = self.env["ir.attachment"].browse(attachment_ids)
        # Only attachments that the user may read become visible to the readers of the award.
        proofs.check_access("read")
        delivery = {
            "state": "delivered",
            "delivered_by_id": self.env.uid,
            "delivered_on": fields.Datetime.now(),
        }
        for award in self.awards:
            amount = award.estimated_cost if cost is None else get_amount(award, cost)
            award._write_protected({**delivery, "actual_cost": amount})
            # sudo: no user has write access to awards, which attaching requires
            copies = proofs.sudo().copy({"res_model": award._name, "res_id": award.id})
            award.message_post(body=award.env._("Delivered. %s", comment or ""), attachment_ids=copies.ids)

    def _check_deliverer(self):
        """Check that the user is responsible for the awards, a manager, or of Finance."""
        user = self.env.user
        if any(user.has_group(group) for group in (KEY_ACCOUNT_MANAGER, FINANCE)):
            return
        # sudo: only the name of the responsible user is shown
        others = self.awards.filtered(lambda award: award.user_id != user)
        if others:
            raise AccessError(
                self.env._(
                    "%(user)s must deliver %(award)s.",
                    award=others[0].name,
                    user=others[0].sudo().user_id.name or self.env._("a Key Accounts manager"),
                )
            )

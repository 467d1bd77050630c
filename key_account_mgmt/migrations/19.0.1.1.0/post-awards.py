"""Turn the activities of awards to deliver into one per person and evaluation."""

from odoo import SUPERUSER_ID, api

from odoo.addons.key_account_mgmt.models.awards.award_notices import AwardNotices
from odoo.addons.key_account_mgmt.models.shared.access import ACTIVITY_DELIVERY


def migrate(cr, version):
    env = api.Environment(cr, SUPERUSER_ID, {})
    activities = env["mail.activity"].search(
        [("res_model", "=", "key.account.award"), ("activity_type_id", "=", env.ref(ACTIVITY_DELIVERY).id)],
        order="date_deadline, id",
    )
    awards = env["key.account.award"].browse(activities.mapped("res_id"))
    evaluations = {award.id: award.evaluation_id.id for award in awards}
    kept = {}
    for activity in activities:
        kept.setdefault((evaluations[activity.res_id], activity.user_id), activity)
    (activities - activities.browse().union(*kept.values())).unlink()
    # The first one moves to the evaluation: a new one would notify its user of what that user knows already.
    model = env["ir.model"]._get_id("key.account.evaluation")
    for (evaluation, _user), activity in kept.items():
        activity.write({"res_model_id": model, "res_id": evaluation})
    AwardNotices(awards).update_deliveries()

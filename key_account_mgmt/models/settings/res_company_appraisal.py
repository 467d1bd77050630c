from odoo import fields, models

from .res_company import SETTINGS

APPRAISAL_RULES = [("average", "Average of the appraisers"), ("lead", "The lead's word")]


class ResCompany(models.Model):
    """What the grades of several appraisers of a customer come to."""

    _inherit = "res.company"  # pylint: disable=consider-merging-classes-inherited

    key_account_appraisal_rule = fields.Selection(
        APPRAISAL_RULES,
        "Several Appraisers",
        prefetch=SETTINGS,
        required=True,
        default="average",
        help="Average: between two grades the lower one counts. The lead's word: where one of the appraisers is the"
        " lead, his grades alone count.",
    )

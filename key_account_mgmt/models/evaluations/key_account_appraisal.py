from odoo import api, models
from odoo.exceptions import UserError


class KeyAccountAppraisal(models.Model):
    """An applied evaluation closes the appraisals that it is based on; reverting it opens them again.

    Here and not with the appraisal: the room of appraisals, which evaluations ask, knows no evaluations.
    """

    _inherit = "key.account.appraisal"

    def _check_open(self):
        """Refuse changes to appraisals that an applied evaluation is based on."""
        closing = self._get_closing_evaluations(
            self.company_id, self.partner_id | self.partner_id.commercial_partner_id
        )
        for appraisal in self:
            # A customer that became a contact is evaluated as part of its company.
            for customer in appraisal.partner_id | appraisal.partner_id.commercial_partner_id:
                for evaluation in closing.get((appraisal.company_id, customer), ()):
                    if evaluation.date_from <= appraisal.date_from and appraisal.date_to <= evaluation.date_to:
                        raise UserError(appraisal._get_closed_message(evaluation))

    def _get_closed_message(self, evaluation):
        return self.env._(
            "%(customer)s: the appraisal from %(date_from)s to %(date_to)s is closed, because the evaluation"
            " “%(evaluation)s” of these months was applied. Revert that evaluation to change it.",
            customer=self.partner_id.display_name,
            date_from=self.date_from,
            date_to=self.date_to,
            evaluation=evaluation.name,
        )

    @api.model
    def _get_closing_evaluations(self, companies, partners):
        """Return the applied evaluations with lines of these customers.

        :return: ``{(company, partner): [evaluations]}``
        """
        # sudo: a line closes the period even if the appraiser may not read it; only the evaluation's name is shown
        groups = (
            self.env["key.account.evaluation.line"]
            .sudo()
            ._read_group(
                [
                    ("evaluation_id.state", "=", "applied"),
                    ("company_id", "in", companies.ids),
                    ("partner_id", "in", partners.ids),
                ],
                ["company_id", "partner_id"],
                ["evaluation_id:recordset"],
            )
        )
        return {(company, partner): evaluations for company, partner, evaluations in groups}

from odoo import models


class KeyAccountEvaluation(models.Model):
    """Before an evaluation is submitted, it says which appraisals are still to be done."""

    _inherit = "key.account.evaluation"  # pylint: disable=consider-merging-classes-inherited

    def _get_missing_notices(self):
        return [*super()._get_missing_notices(), *self._get_appraisal_notices()]

    def _get_appraisal_notices(self):
        """Whose appraisals of the period are missing; of its customers only, once it has lines."""
        if self.state not in ("draft", "computed", "in_review") or not (self.date_from and self.date_to):
            return []
        # sudo: whoever reads the evaluation need not see the appraisals; they are counted by appraiser only
        groups = self.env["key.account.appraisal"].sudo()._read_group(self._get_open_domain(), ["user_id"], ["__count"])
        if not groups:
            return []
        return [
            self.env._(
                "Appraisals of the period still to do: %(count)s (%(appraisers)s). Until they are done, their grades do"
                " not count.",
                count=sum(count for _user, count in groups),
                appraisers=self.env["key.account.formatter"]._format_list(
                    f"{user.name} {count}" for user, count in groups
                ),
            )
        ]

    def _get_open_domain(self):
        domain = [
            ("company_id", "=", self.company_id.id),
            ("state", "=", "draft"),
            ("date_from", ">=", self.date_from),
            ("date_to", "<=", self.date_to),
        ]
        if self.state == "draft":
            return domain
        # sudo: how many are still to do is counted for all customers of the evaluation
        lines = self.env["key.account.evaluation.line"].sudo()._search([("evaluation_id", "=", self._origin.id)])
        return [*domain, ("partner_id", "in", lines.subselect("partner_id"))]

from odoo import models
from odoo.tools import SQL


class KeyAccountAppraisal(models.Model):
    """What the appraisals of a customer and period come to: entered values of the metrics."""

    _inherit = "key.account.appraisal"  # pylint: disable=consider-merging-classes-inherited

    def _get_keys(self):
        """Whom and when the appraisals are about: ``{(company, partner, date_from, date_to)}``."""
        return {one._get_key() for one in self}

    def _get_key(self):
        return self.company_id.id, self.partner_id.id, self.date_from, self.date_to

    def _refresh_values(self, keys):
        """Make the entered values of these customers and periods what all their appraisals say.

        :param keys: as ``_get_keys`` returns them
        """
        if not keys:
            return
        companies, partners, _starts, _ends = zip(*keys, strict=True)
        # sudo: an appraiser sees his own appraisals only, and may enter no values; what they come to needs all of
        # them, and nothing but the grades given for this customer and period is written
        appraisals = self.sudo().search([("company_id", "in", companies), ("partner_id", "in", partners)])
        by_key = appraisals.filtered(lambda one: one._get_key() in keys).grouped(lambda one: one._get_key())
        self.union(*by_key.values())._lock()
        grades = {}
        for key, counted in by_key.items():
            grades |= {(*key, metric.id): option.id for metric, option in counted._get_grades().items()}
        self.env["key.account.metric.value"]._set_appraised(keys, grades)

    def _lock(self):
        """Touch the rows, so that of two appraisers who are done at once the second is tried again and sees both."""
        self.flush_recordset()
        if self:
            table = SQL.identifier(self._table)
            self.env.cr.execute(SQL("UPDATE %s SET write_date = write_date WHERE id IN %s", table, tuple(self.ids)))

    def _get_grades(self):
        """The grade of each metric by the appraisals of one customer and period.

        :return: ``{key.account.metric: key.account.metric.option}``
        """
        lines = self._get_counting().line_ids.filtered("option_id")
        return {metric: graded._get_average() for metric, graded in lines.grouped("metric_id").items()}

    def _get_counting(self):
        """Done appraisals; where the lead's word counts and there is a lead, only the lead's."""
        counting = self.filtered("is_lead") if self.company_id.key_account_appraisal_rule == "lead" else self
        return (counting or self).filtered(lambda appraisal: appraisal.state == "done")

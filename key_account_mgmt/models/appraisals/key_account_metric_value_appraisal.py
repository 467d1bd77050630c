from functools import partial

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..shared.access import strip_caller_context


class KeyAccountMetricValue(models.Model):
    """Grades that appraisals came to. They change with the appraisals, and not by hand."""

    _inherit = "key.account.metric.value"  # pylint: disable=consider-merging-classes-inherited

    is_appraised = fields.Boolean("From Appraisals", readonly=True, copy=False)

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([{**vals, "is_appraised": False} for vals in vals_list])

    def write(self, vals):
        if not vals.keys() <= set(self.env["mail.thread"]._fields):
            self._check_entered()
        return super().write({name: value for name, value in vals.items() if name != "is_appraised"})

    def unlink(self):
        self._check_entered()
        return super().unlink()

    def _get_customer_values(self, vals):
        """What appraisals came to stays with whom they are about, even if he is a contact by now."""
        return vals if vals.get("is_appraised") else super()._get_customer_values(vals)

    def _check_entered(self):
        appraised = self.filtered("is_appraised")
        if appraised:
            raise UserError(
                self.env._(
                    "%(value)s from %(date_from)s to %(date_to)s is what the appraisals of the customer came to. Change"
                    " it there.",
                    value=appraised[0].display_name,
                    date_from=appraised[0].date_from,
                    date_to=appraised[0].date_to,
                )
            )

    @api.model
    def _set_appraised(self, keys, grades):
        """Make these grades, and no others, the values of these customers and periods that come from appraisals.

        :param keys: ``{(company, partner, date_from, date_to)}``, records by their ids
        :param grades: ``{(*key, metric): option}``, records by their ids
        :raise UserError: somebody entered such a value by hand
        """
        # sudo: an appraiser may enter no values; these are what the appraisals say, to which he has access
        door = strip_caller_context(self).sudo()
        # What this class keeps from everybody else's hands.
        past = partial(super, KeyAccountMetricValue)
        there = door._get_by_key(keys)
        entered = [value for key, value in there.items() if key in grades and not value.is_appraised]
        if entered:
            raise UserError(entered[0]._get_entered_message())
        kept = {key: value for key, value in there.items() if value.is_appraised}
        obsolete = door.union(*(kept[key] for key in kept.keys() - grades.keys()))
        past(obsolete).unlink()
        for key in kept.keys() & grades.keys():
            if kept[key].option_id.id != grades[key]:
                past(kept[key]).write({"option_id": grades[key]})
        past(door).create([self._prepare_appraised(key, grades[key]) for key in grades.keys() - kept.keys()])

    @api.model
    def _drop_appraised(self, partners):
        """Take away what the appraisals of these customers came to, since they are about to be another's.

        :param partners: ``res.partner``
        """
        # sudo: see _set_appraised
        values = (
            strip_caller_context(self).sudo().search([("partner_id", "in", partners.ids), ("is_appraised", "=", True)])
        )
        # Past what this class keeps from everybody else's hands.
        return super(KeyAccountMetricValue, values).unlink()  # pylint: disable=super-method-mismatch

    def _get_by_key(self, keys):
        """Values of these customers and periods: ``{(company, partner, date_from, date_to, metric): value}``."""
        companies, partners, _starts, _ends = zip(*keys, strict=True)
        values = self.search([("company_id", "in", companies), ("partner_id", "in", partners)])
        by_key = {
            (value.company_id.id, value.partner_id.id, value.date_from, value.date_to, value.metric_id.id): value
            for value in values
        }
        return {key: value for key, value in by_key.items() if key[:4] in keys}

    @api.model
    def _prepare_appraised(self, key, option_id):
        names = ("company_id", "partner_id", "date_from", "date_to", "metric_id")
        return {**dict(zip(names, key, strict=True)), "option_id": option_id, "is_appraised": True}

    def _get_entered_message(self):
        return self.env._(
            "%(value)s from %(date_from)s to %(date_to)s was entered by hand: %(grade)s. Delete that value under"
            " Entered Values first, or leave this metric out of the appraisal.",
            value=self.display_name,
            date_from=self.date_from,
            date_to=self.date_to,
            grade=self.option_id.name,
        )

from odoo import api, models
from odoo.exceptions import ValidationError

from .key_account_customer_profile import KEY_FIELDS, VALUE_FIELDS

REQUIRED_FIELDS = {**VALUE_FIELDS, "region": ("country_id",)}


class KeyAccountCustomerProfile(models.Model):
    """What the customer profile refuses, by the name of the row."""

    _inherit = "key.account.customer.profile"  # pylint: disable=consider-merging-classes-inherited

    @api.constrains("points")
    def _check_points(self):
        for row in self:
            if not 0 <= row.points <= 100:
                raise ValidationError(
                    self.env._(
                        "“%(row)s” has %(points)s points. Enter points from 0 to 100.",
                        row=row.display_name,
                        points=row.points,
                    )
                )

    @api.constrains("feature", *KEY_FIELDS, "metric_id")
    def _check_value(self):
        for row in self:
            message = row._get_value_problem()
            if message:
                raise ValidationError(message)

    def _get_value_problem(self):
        """What is wrong with the value of the row, as a sentence; None if nothing is."""
        missing = [name for name in REQUIRED_FIELDS[self.feature] if not self[name]]
        if missing:
            return self.env._(
                "“%(row)s” of the customer profile, %(points)s points, has no value. Choose its %(field)s.",
                row=self.display_name,
                points=self.points,
                field=self._get_label(missing[0]),
            )
        foreign = [name for name in self._get_foreign_fields() if self[name]]
        if foreign:
            return self.env._(
                "“%(row)s” has a %(field)s, too, of another feature. Remove it, or make a row of its own.",
                row=self.display_name,
                field=self._get_label(foreign[0]),
            )
        return self._get_choice_problem() if self.feature == "choice" else self._get_state_problem()

    def _get_choice_problem(self):
        metric = self.metric_id
        if metric.source != "manual" or metric.kind != "choice":
            return self.env._(
                "“%(row)s”: people enter no choice for metric %(metric)s. Take a metric of kind Choice that is entered"
                " by people.",
                row=self.display_name,
                metric=metric.name,
            )
        if self.option_id.metric_id != metric:
            return self.env._(
                "“%(row)s” is no option of metric %(metric)s. Choose one of: %(options)s.",
                row=self.display_name,
                metric=metric.name,
                options=", ".join(metric.option_ids.mapped("name")),
            )
        return None

    def _get_state_problem(self):
        if self.state_id and self.state_id.country_id != self.country_id:
            return self.env._(
                "“%(row)s”: %(state)s is not in %(country)s. Choose another state, or %(right)s.",
                row=self.display_name,
                state=self.state_id.name,
                country=self.country_id.name,
                right=self.state_id.country_id.name,
            )
        return None

    def _get_label(self, name):
        return self._fields[name]._description_string(self.env)

    @api.constrains("points", "feature", "metric_id", *KEY_FIELDS, "company_id")
    def _check_total(self):
        """The best possible customer has 100 points at most, in every company that the rows count for."""
        # sudo: a shared row counts in companies that the administrator may not see; of these only the total is told
        sudo = self.sudo()
        companies = list(sudo.company_id)
        if any(not row.company_id for row in self):
            nobody = sudo.env["res.company"]
            companies = [nobody, *sudo.search([("company_id", "!=", False)]).company_id]
        for company in companies:
            best = self._get_best(self._get_rows_of(company))
            total = sum(row._get_points() for row in best)
            if total > 100:
                raise ValidationError(self._get_total_message(best, company, total))

    def _get_total_message(self, best, company, total):
        changed = self & best
        number = self.env["key.account.formatter"]._format_number
        if company and company not in self.env.user.company_ids:
            return self.env._(
                "“%(row)s”: with it the best rows of the customer profile of %(company)s, which you have no access to,"
                " add up to %(total)s points, more than 100. Lower the points, or enter the row for your own company"
                " only.",
                row=(changed or self)[0].display_name,
                company=company.name,
                total=number(total),
            )
        return self.env._(
            "“%(row)s”: with it the best rows of the customer profile of %(company)s add up to %(total)s points, more"
            " than 100: %(rows)s. Lower some of them.",
            row=(changed or self)[0].display_name,
            company=company.name or self.env._("all companies"),
            total=number(total),
            rows=", ".join(f"{row.display_name} {number(row._get_points())}" for row in best),
        )

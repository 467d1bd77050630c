import re
from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..shared.numbers import exact_text

FEATURES = [("choice", "Choice"), ("region", "Region"), ("tag", "Tag")]
# Fields that hold the value of a row, by feature; the value fields of other features stay empty.
VALUE_FIELDS = {
    "choice": ("metric_id", "option_id"),
    "region": ("country_id", "state_id"),
    "tag": ("category_id",),
}
# Fields that identify a row: the database keeps them unique.
KEY_FIELDS = ("option_id", "country_id", "state_id", "category_id")


def get_profile_duplicate_message(env, diagnostics):
    """Return which row exists already, from the diagnostics of the database.

    :param diagnostics: of the violated index ``_value_unique``
    """
    ids = re.findall(r"\d+", (diagnostics.message_detail or "").rpartition("=(")[2])
    rows = env["key.account.customer.profile"]
    if len(ids) != len(KEY_FIELDS) + 1:
        return env._("The customer profile has such a row already. Change that one.")
    option_id, country_id, state_id, category_id = (int(number) or False for number in ids[:-1])
    row = rows.new(
        {
            "feature": "choice" if option_id else "region" if country_id else "tag",
            "metric_id": env["key.account.metric.option"].browse(option_id).metric_id.id,
            "option_id": option_id,
            "country_id": country_id,
            "state_id": state_id,
            "category_id": category_id,
        }
    )
    return env._("The customer profile has a row “%(row)s” already. Change that one.", row=row.display_name)


REQUIRED_FIELDS = {**VALUE_FIELDS, "region": ("country_id",)}


class KeyAccountCustomerProfile(models.Model):
    """Profile of the best customers: points for a feature that a prospect shares with them.

    Of each feature the best matching row counts. A choice is a metric whose options users enter, such as the company
    size; each such metric is a feature of its own. A company's own row replaces the shared row of the same value.
    """

    _name = "key.account.customer.profile"
    _description = "Customer Profile"
    _inherit = ["key.account.company.mixin", "key.account.metric.user.mixin"]
    _order = "feature, metric_id, points desc, id"

    feature = fields.Selection(FEATURES, required=True, default="choice")
    metric_id = fields.Many2one(
        "key.account.metric",
        index="btree_not_null",
        ondelete="restrict",
        domain=[("source", "=", "manual"), ("kind", "=", "choice")],
        help="A metric whose options users enter, such as Company Size or Project Choice.",
    )
    option_id = fields.Many2one(
        "key.account.metric.option",
        index="btree_not_null",
        ondelete="restrict",
        domain="[('metric_id', '=', metric_id)]",
    )
    country_id = fields.Many2one("res.country", index="btree_not_null", ondelete="restrict")
    state_id = fields.Many2one(
        "res.country.state",
        # Not "State", which other languages take for that of a document.
        string="State or Province",
        index="btree_not_null",
        ondelete="restrict",
        domain="[('country_id', '=', country_id)]",
        help="Empty: all states of the country.",
    )
    category_id = fields.Many2one(
        "res.partner.category",
        string="Tag",
        index="btree_not_null",
        ondelete="restrict",
        help="Tags below it in the hierarchy match, too.",
    )
    points = fields.Float(digits=False, min_display_digits=0, required=True, aggregator=None)
    note = fields.Char()
    company_id = fields.Many2one(
        "res.company", index=True, help="Empty: for every company that has no row of its own for the value."
    )
    _value_unique = models.UniqueIndex(
        "(COALESCE(option_id, 0), COALESCE(country_id, 0), COALESCE(state_id, 0), COALESCE(category_id, 0),"
        " COALESCE(company_id, 0)) WHERE COALESCE(option_id, country_id, category_id) IS NOT NULL",
        get_profile_duplicate_message,
    )

    @api.depends("feature", *KEY_FIELDS, "metric_id")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for row in self:
            row.display_name = self.env._(
                "%(feature)s: %(value)s", feature=row._get_feature_name(), value=row._get_value().display_name or "…"
            )

    def _get_feature_name(self):
        if self.feature == "choice":
            return self.metric_id.name or dict(self._fields["feature"]._description_selection(self.env))["choice"]
        return dict(self._fields["feature"]._description_selection(self.env)).get(self.feature, "")

    def _get_value(self):
        """Return the value of the row as a record: an option, a state or else its country, a tag."""
        return self.option_id or self.state_id or self.country_id or self.category_id

    def _get_feature_key(self):
        """Return the identity of the feature: ``region``, ``tag``, or ``choice.`` and the code of the metric."""
        return f"choice.{self.metric_id.code}" if self.feature == "choice" else self.feature

    @api.onchange("feature")
    def _onchange_feature(self):
        for name in self._get_foreign_fields():
            self[name] = False

    @api.onchange("metric_id")
    def _onchange_metric_id(self):
        if self.option_id.metric_id != self.metric_id:
            self.option_id = False

    @api.onchange("country_id")
    def _onchange_country_id(self):
        if self.state_id.country_id != self.country_id:
            self.state_id = False

    def _get_foreign_fields(self):
        """Return the value fields of other features."""
        own = VALUE_FIELDS.get(self.feature, ())
        return [name for names in VALUE_FIELDS.values() for name in names if name not in own]

    # -------------------------------------------------------------------------
    # Rows that count
    # -------------------------------------------------------------------------

    @api.model
    def _get_rows_of(self, company):
        """Return the rows that count for a company: its own, and the shared ones of all other values."""
        # sudo: an evaluation reads the company's rules regardless of the user's rights, as with documents; see the
        # collector
        rows = self.sudo().search([("company_id", "in", [company.id, False])])
        own = {row._get_value_key() for row in rows if row.company_id}
        return rows.filtered(lambda row: row.company_id or row._get_value_key() not in own)

    def _get_value_key(self):
        return tuple(self[name].id for name in KEY_FIELDS)

    @api.model
    def _get_best(self, rows):
        """Return the row with most points of each feature."""
        best = {}
        for row in rows.sorted("points"):
            best[row._get_feature_key()] = row.id
        return rows.browse(best.values())

    def _get_points(self):
        """Return the points exactly as the user entered them.

        :rtype: Decimal
        """
        return Decimal(exact_text(self.points))

    def _prepare_fit_values(self):
        """Return the row in the form stored for explanations, see ``key.account.fit.explanation``."""
        value = self._get_value()
        return {
            "feature": self._get_feature_key(),
            "model": value._name,
            "id": value.id,
            "name": value.display_name,
            "points": exact_text(self.points),
        }

    @api.model
    def _get_metric_uses(self, metrics):
        found = self.search_count([("metric_id", "in", metrics.ids)], limit=1)
        return [self.env._("the customer profile")] if found else []

    @api.model
    def _get_used_options(self, options):
        return self.search([("option_id", "in", options.ids)]).option_id

    # -------------------------------------------------------------------------
    # Validation: messages name the row
    # -------------------------------------------------------------------------

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
        """Return what is wrong with the value of the row, as a sentence; None if it is valid."""
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
                "“%(row)s” also has a %(field)s, which belongs to another feature. Remove it, or create a"
                " separate row.",
                row=self.display_name,
                field=self._get_label(foreign[0]),
            )
        return self._get_choice_problem() if self.feature == "choice" else self._get_state_problem()

    def _get_choice_problem(self):
        metric = self.metric_id
        if metric.source != "manual" or metric.kind != "choice":
            return self.env._(
                "“%(row)s”: users do not enter a choice for metric %(metric)s. Choose a metric of kind Choice with"
                " the source “Entered by People”.",
                row=self.display_name,
                metric=metric.name,
            )
        if self.option_id.metric_id != metric:
            return self.env._(
                "“%(row)s” is not an option of metric %(metric)s. Choose one of: %(options)s.",
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
        """Check that the best possible points are at most 100, in every company for which the rows count."""
        # sudo: a shared row counts in companies hidden from the administrator; the message shows only their totals
        sudo = self.sudo()
        companies = list(sudo.company_id)
        if any(not row.company_id for row in self):
            no_company = sudo.env["res.company"]
            companies = [no_company, *sudo.search([("company_id", "!=", False)]).company_id]
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

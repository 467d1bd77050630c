from decimal import Decimal

from odoo import api, models

from ...rules import ProfileRow, fit

INDUSTRY = "res.partner.industry"
METRIC = "key.account.metric"


class KeyAccountFitExplanation(models.AbstractModel):
    """The reasons for a customer's fit score, from the current or the frozen profiles of a company.

    Tables are plain JSON, with records by id and English name, so that evaluations can keep them::

        {"industries": {"5": {"id": 5, "name": "Finance/Insurance", "pct": "80"}},
         "features": [{"key": "choice.company_size", "id": 12, "name": "Company Size"}, {"key": "region"}],
         "rows": {"3": {"feature": "region", "model": "res.country", "id": 48, "name": "China", "points": "15"}}}

    A customer's inputs list matching rows: ``{"industry": 5, "rows": [3], "unknown": ["choice.company_size"]}``.
    """

    _name = "key.account.fit.explanation"
    _description = "Explanation of Fit Scores"

    @api.model
    def _get_profile_snapshot(self, company):
        """Return the profiles that count for a company today."""
        english = self.with_context(lang="en_US")
        industries = english.env["key.account.industry.profile"]._get_rows_of(company)
        rows = english.env["key.account.customer.profile"]._get_rows_of(company)
        return {
            "industries": {str(row.industry_id.id): row._prepare_fit_values() for row in industries},
            # A list, since the database does not keep the order of keys.
            "features": list({row._get_feature_key(): self._prepare_feature(row) for row in rows}.values()),
            "rows": {str(row.id): row._prepare_fit_values() for row in rows},
        }

    @api.model
    def _prepare_feature(self, row):
        feature = {"key": row._get_feature_key()}
        return {**feature, "id": row.metric_id.id, "name": row.metric_id.display_name} if row.metric_id else feature

    @api.model
    def _get_matches(self, scope):
        """Return the inputs of the customers' scores.

        :param scope: ``CollectionScope`` of some partners
        :return: ``{partner id: inputs}``
        """
        self.env.flush_all()
        inputs = self.env["key.account.source.profile"]._get_inputs_sql(scope)
        with self.env["key.account.collector"]._planned(scope):
            return dict(self.env.execute_query(inputs))

    @api.model
    def _judge(self, tables, inputs):
        """Return the fit of one customer, with its reasons."""
        industry = tables["industries"].get(str(inputs["industry"]))
        matching = [
            ProfileRow(key, row["feature"], Decimal(row["points"]))
            for key in inputs["rows"]
            for row in [tables["rows"][str(key)]]
        ]
        return fit(
            inputs["industry"],
            industry and Decimal(industry["pct"]),
            [feature["key"] for feature in tables["features"]],
            matching,
            inputs["unknown"],
        )

    # -------------------------------------------------------------------------
    # The fit of a customer in the user's words
    # -------------------------------------------------------------------------

    @api.model
    def _render(self, tables, inputs):
        return self.env["ir.qweb"]._render("key_account_mgmt.fit_explanation", self._get_values(tables, inputs))

    @api.model
    def _get_values(self, tables, inputs):
        """Return the values of the template for the fit of one customer."""
        found = self._judge(tables, inputs)
        industry, *reasons = found.reasons
        # One reason per feature, or a single reason if the profile has no features.
        features = list(zip(tables["features"], reasons, strict=False))
        names = self._get_names(tables, industry, features)
        return {
            "score": self._format(found.score),
            "industry": self._get_industry_values(industry, names),
            "features": [self._get_feature_values(*pair, tables, names) for pair in features],
            "points": self._format(found.points),
            "maximum": self._format(self._get_maximum(tables)),
        }

    @api.model
    def _get_maximum(self, tables):
        """Return the points of the best possible customer: at most 100, as for every customer."""
        best = {}
        for row in tables["rows"].values():
            best[row["feature"]] = max(best.get(row["feature"], 0), Decimal(row["points"]))
        return min(sum(best.values(), Decimal(0)), Decimal(100))

    @api.model
    def _get_industry_values(self, reason, names):
        pct = reason.params.get("pct")
        formatter = self.env["key.account.formatter"]
        return {
            "code": reason.code,
            "name": names.get((INDUSTRY, reason.params.get("industry"))),
            "fit": pct is not None and formatter._format_percentage(pct),
        }

    @api.model
    def _get_feature_values(self, feature, reason, tables, names):
        row = tables["rows"].get(str(reason.params.get("row")))
        return {
            "code": reason.code,
            "name": names.get((METRIC, feature.get("id"))) or self._get_feature_label(feature["key"]),
            "value": row and names[row["model"], row["id"]],
            "points": self._format(reason.params.get("points", Decimal(0))),
        }

    @api.model
    def _get_feature_label(self, key):
        selection = self.env["key.account.customer.profile"]._fields["feature"]
        return dict(selection._description_selection(self.env))[key]

    # -------------------------------------------------------------------------
    # Names
    # -------------------------------------------------------------------------

    @api.model
    def _get_names(self, tables, industry, features):
        """Return the names of the records in the reasons, in the user's language: ``{(model, id): name}``."""
        frozen = {(METRIC, feature["id"]): feature["name"] for feature, _reason in features if "id" in feature}
        for _feature, reason in features:
            if row := tables["rows"].get(str(reason.params.get("row"))):
                frozen[row["model"], row["id"]] = row["name"]
        if industry_id := industry.params.get("industry"):
            listed = tables["industries"].get(str(industry_id))
            frozen[INDUSTRY, industry_id] = listed and listed["name"]
        return self._translate(frozen)

    @api.model
    def _translate(self, frozen):
        """Return current names of records whose meaning is unchanged since the freeze, else the frozen names.

        :param frozen: ``{(model, id): English name, or None if no name was stored}``
        """
        names = dict(frozen)
        for model in {model for model, _id in frozen}:
            records = self.env[model].browse(record_id for name, record_id in frozen if name == model).exists()
            for record, source in zip(records, records.with_context(lang="en_US"), strict=True):
                if frozen[model, record.id] in (None, source.display_name):
                    names[model, record.id] = record.display_name
        return names

    @api.model
    def _format(self, number):
        if number is None:
            return None
        return self.env["key.account.formatter"]._format_number(number, digits=2, trim=True)

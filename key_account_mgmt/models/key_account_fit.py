from decimal import Decimal

from odoo import api, models

from ..rules import ProfileRow, fit


class KeyAccountFit(models.AbstractModel):
    """Why a customer has its fit score: from the profiles of a company, as they are or as they were frozen.

    Tables are plain JSON, with records by id and English name, so that evaluations can keep them::

        {"industries": {"5": {"id": 5, "name": "Finance/Insurance", "pct": "80"}},
         "features": [{"key": "choice.company_size", "id": 12, "name": "Company Size"}, {"key": "region"}],
         "rows": {"3": {"feature": "region", "model": "res.country", "id": 48, "name": "China", "points": "15"}}}

    A customer's inputs name rows that match: ``{"industry": 5, "rows": [3], "unknown": ["choice.company_size"]}``.
    """

    _name = "key.account.fit"
    _description = "Explanation of Fit Scores"

    # -------------------------------------------------------------------------
    # Tables and inputs
    # -------------------------------------------------------------------------

    @api.model
    def _get_tables(self, company):
        """The profiles that count for a company today."""
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
    def _get_inputs(self, scope):
        """What the scores of customers come from.

        :param scope: ``CollectionScope`` of some partners
        :return: ``{partner id: inputs}``
        """
        self.env.flush_all()
        return dict(self.env.execute_query(self.env["key.account.source.profile"]._get_inputs_sql(scope)))

    @api.model
    def _judge(self, tables, inputs):
        """The fit of one customer, with its reasons."""
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
    # In the user's words
    # -------------------------------------------------------------------------

    @api.model
    def _render(self, tables, inputs):
        return self.env["ir.qweb"]._render("key_account_mgmt.fit_explanation", self._get_values(tables, inputs))

    @api.model
    def _get_values(self, tables, inputs):
        """What the template shows of the fit of one customer."""
        found = self._judge(tables, inputs)
        industry, *reasons = found.reasons
        # One reason for each feature, or that there is none.
        features = zip(tables["features"], reasons, strict=False)
        return {
            "score": self._format(found.score),
            "industry": self._get_industry_values(tables, industry),
            "features": [self._get_feature_values(tables, feature, reason) for feature, reason in features],
            "points": self._format(found.points),
            "maximum": self._format(self._get_maximum(tables)),
        }

    @api.model
    def _get_maximum(self, tables):
        """The points of the best possible customer."""
        best = {}
        for row in tables["rows"].values():
            best[row["feature"]] = max(best.get(row["feature"], 0), Decimal(row["points"]))
        return sum(best.values(), Decimal(0))

    @api.model
    def _get_industry_values(self, tables, reason):
        industry = reason.params.get("industry")
        if reason.code == "industry_fit":
            name = self._get_name("res.partner.industry", **tables["industries"][str(industry)])
        else:
            name = self.env["res.partner.industry"].browse(industry or ()).exists().display_name
        pct = reason.params.get("pct")
        formatter = self.env["key.account.formatter"]
        return {"code": reason.code, "name": name, "fit": pct is not None and formatter._format_percentage(pct)}

    @api.model
    def _get_feature_values(self, tables, feature, reason):
        row = tables["rows"].get(str(reason.params.get("row")))
        return {
            "code": reason.code,
            "name": self._get_feature_name(**feature),
            "value": row and self._get_name(**row),
            "points": self._format(reason.params.get("points", Decimal(0))),
        }

    @api.model
    def _get_feature_name(self, key, **metric):
        if metric:
            return self._get_name("key.account.metric", **metric)
        selection = self.env["key.account.customer.profile"]._fields["feature"]
        return dict(selection._description_selection(self.env))[key]

    @api.model
    def _get_name(self, model, id, name, **_values):  # pylint: disable=redefined-builtin
        """The name of a record in the user's language, as long as it means what it meant when it was frozen."""
        record = self.env[model].browse(id).exists()
        return record.display_name if record.with_context(lang="en_US").display_name == name else name

    @api.model
    def _format(self, number):
        if number is None:
            return None
        return self.env["key.account.formatter"]._format_number(number, digits=2, trim=True)

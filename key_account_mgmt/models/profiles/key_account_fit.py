from decimal import Decimal

from odoo import api, models

from ...rules import ProfileRow, fit


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
        inputs = self.env["key.account.source.profile"]._get_inputs_sql(scope)
        with self.env["key.account.collector"]._planned(scope):
            return dict(self.env.execute_query(inputs))

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

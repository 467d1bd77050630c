from odoo import api, models
from odoo.tools import SQL
from odoo.tools.translate import LazyTranslate

from ...rules import NO_TIER as NO_TIER  # other modules import it from here

_lt = LazyTranslate(__name__)

# Columns in which a row of discount caps sets conditions on an order line: metric of the policy → column.
CHOICE_COLUMNS = {
    "customer_tier": "tier_filter_ids",
    "product_category": "product_categ_ids",
    "product": "product_tmpl_ids",
    "customer_value_type": "customer_value_type",
    "sales_team": "team_ids",
    "country": "country_ids",
    "pricelist": "pricelist_ids",
}
MODELS = {
    "customer_tier": "key.account.tier",
    "product_category": "product.category",
    "product": "product.template",
    "sales_team": "crm.team",
    "country": "res.country",
    "pricelist": "product.pricelist",
}
# Value types that a customer looks for, as defined in the sales literature.
CUSTOMER_VALUE_TYPES = [
    ("intrinsic", "Intrinsic (Price)"),
    ("extrinsic", "Extrinsic (Service)"),
    ("strategic", "Strategic"),
]
# The kind of a customer without one; the tier of a customer without one is NO_TIER.
NO_VALUE_TYPE = "no_value_type"
ORDER_DATE = "order_date"
NAMES = {
    "customer_tier": _lt("Customer Tier"),
    "product_category": _lt("Product Category"),
    "product": _lt("Product"),
    "customer_value_type": _lt("Value Type"),
    "sales_team": _lt("Sales Team"),
    "country": _lt("Country"),
    "pricelist": _lt("Pricelist"),
    ORDER_DATE: _lt("Order Date"),
}


class KeyAccountCapVocabulary(models.AbstractModel):
    """The names that policies use for the records in rows of discount caps.

    A policy must keep its meaning where it is imported. So it names records by identifiers that other databases share:
    tiers and countries by their code, all others by their external ID.
    """

    _name = "key.account.cap.vocabulary"
    _description = "Words of Key Account Discount Caps"

    @api.model
    def _get_metric_name(self, metric):
        return self.env._(NAMES[metric])

    @api.model
    def _get_record_name(self, record):
        """Return the name of a record; for a category with its parents, since names of categories repeat."""
        return record.display_name if record._name == "product.category" else record.name

    @api.model
    def _ensure_codes(self, records):
        """Return the codes of records, and create missing ones.

        :return: ``{id: code}``
        """
        if records._name in ("key.account.tier", "res.country"):
            return {record.id: record.code for record in records}
        codes = self._get_external_ids(records)
        lacking = records.filtered(lambda record: record.id not in codes)
        if lacking:
            # sudo: an external ID gives no access to anything; Odoo's own export creates them in the same way.
            lacking.sudo()._export_rows([["id"]])
            codes |= self._get_external_ids(lacking)
        return codes

    @api.model
    def _get_external_ids(self, records):
        """Return ``{id: external ID}``; of several the oldest one, so that a policy always reads the same."""
        if not records:
            return {}
        rows = self.env.execute_query(
            SQL(
                "SELECT DISTINCT ON (res_id) res_id, module || '.' || name FROM ir_model_data"
                " WHERE model = %s AND res_id IN %s ORDER BY res_id, id",
                records._name,
                records._ids,
            )
        )
        return dict(rows)

    @api.model
    def _find_records(self, metric, codes):
        """Return the records that the codes of a policy mean in this database.

        :return: ``{code: record}``; records that do not exist here (or are hidden from the user) are left out
        """
        model = self.env[MODELS[metric]].with_context(active_test=False)
        if metric in ("customer_tier", "country"):
            return {record.code: record for record in model.search([("code", "in", list(codes))])}
        ids = self._find_ids(model._name, codes)
        found = set(model.search([("id", "in", list(ids.values()))])._ids)
        return {code: model.browse(ids[code]) for code in codes if ids.get(code) in found}

    @api.model
    def _find_ids(self, model_name, codes):
        """Return ``{external ID: id}`` of records of the model, in one statement: tables name thousands."""
        names = [code.split(".", 1) for code in codes if "." in code]
        if not names:
            return {}
        self.env["ir.model.data"].flush_model(["module", "name", "model", "res_id"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT data.module || '.' || data.name, data.res_id
                  FROM unnest(%s::text[], %s::text[]) AS wanted(module, name)
                  JOIN ir_model_data data ON data.module = wanted.module AND data.name = wanted.name
                 WHERE data.model = %s
                """,
                [module for module, _name in names],
                [name for _module, name in names],
                model_name,
            )
        )
        return dict(rows)

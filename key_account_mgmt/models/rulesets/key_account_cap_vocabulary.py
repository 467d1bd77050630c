from odoo import api, models
from odoo.tools import SQL
from odoo.tools.translate import LazyTranslate

from ...rules import NO_TIER as NO_TIER  # for those who take it from here

_lt = LazyTranslate(__name__)

# What a row that caps discounts can ask of an order line in columns of its own: metric of the policy → column.
CHOICE_COLUMNS = {
    "customer_tier": "cap_tier_ids",
    "product_category": "product_categ_ids",
    "product": "product_tmpl_ids",
    "customer_kind": "customer_kind",
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
# The kind of value that a customer looks for, as sales literature tells customers apart.
CUSTOMER_KINDS = [
    ("intrinsic", "Intrinsic (Price)"),
    ("extrinsic", "Extrinsic (Service)"),
    ("strategic", "Strategic"),
]
# The answer to "which kind?" of a customer who has none; to "which tier?" it is NO_TIER.
NO_KIND = "no_kind"
ORDER_DATE = "order_date"
NAMES = {
    "customer_tier": _lt("Customer Tier"),
    "product_category": _lt("Product Category"),
    "product": _lt("Product"),
    "customer_kind": _lt("Kind of Value"),
    "sales_team": _lt("Sales Team"),
    "country": _lt("Country"),
    "pricelist": _lt("Pricelist"),
    ORDER_DATE: _lt("Order Date"),
}


class KeyAccountCapVocabulary(models.AbstractModel):
    """What policies call the records that rows of discount caps name.

    A policy also has to mean something where it is imported, so records go by names that hold elsewhere: tiers and
    countries by their code, all others by their external ID.
    """

    _name = "key.account.cap.vocabulary"
    _description = "Words of Key Account Discount Caps"

    @api.model
    def _get_metric_name(self, metric):
        return self.env._(NAMES[metric])

    @api.model
    def _get_record_name(self, record):
        """A category with those above it, since names of categories repeat; all others plainly."""
        return record.display_name if record._name == "product.category" else record.name

    @api.model
    def _ensure_codes(self, records):
        """The codes of records, made where there is none yet.

        :return: ``{id: code}``
        """
        if records._name in ("key.account.tier", "res.country"):
            return {record.id: record.code for record in records}
        codes = self._get_external_ids(records)
        lacking = records.filtered(lambda record: record.id not in codes)
        if lacking:
            # sudo: an external ID gives no access to anything; Odoo's own export makes them in this very way.
            lacking.sudo()._export_rows([["id"]])
            codes |= self._get_external_ids(lacking)
        return codes

    @api.model
    def _get_external_ids(self, records):
        """``{id: external ID}``, of several the oldest one, so that a policy always reads alike."""
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
        """The records that codes of a policy mean here.

        :return: ``{code: record}``; what does not exist here (or is hidden from the user) is left out
        """
        model = self.env[MODELS[metric]].with_context(active_test=False)
        if metric in ("customer_tier", "country"):
            return {record.code: record for record in model.search([("code", "in", list(codes))])}
        ids = self._find_ids(model._name, codes)
        found = set(model.search([("id", "in", list(ids.values()))])._ids)
        return {code: model.browse(ids[code]) for code in codes if ids.get(code) in found}

    @api.model
    def _find_ids(self, model_name, codes):
        """``{external ID: id}`` of those that are records of the model, in one statement: tables name thousands."""
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

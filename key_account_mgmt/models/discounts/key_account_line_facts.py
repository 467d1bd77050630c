from decimal import Decimal

from odoo import api, fields, models

from ...rules import FactBatch
from ..rulesets.key_account_cap_vocabulary import NO_TIER, NO_VALUE_TYPE

# The fields read of customers, and their metrics: no other fields, since a contact has a hundred of them.
CUSTOMER_FACT_FIELDS = {
    "customer_tier": "key_account_tier_id",
    "customer_value_type": "key_account_value_type",
    "country": "country_id",
}


class KeyAccountLineFacts(models.AbstractModel):
    """Collects the facts of an order line that rows of discount caps can use."""

    _name = "key.account.line.facts"
    _description = "Facts of Order Lines for Discount Caps"

    @api.model
    def _fetch_customers(self, contacts, table):
        """Read the needed fields of customers of saved orders, in one query where contacts are their own customer."""
        wanted = [
            "commercial_partner_id",
            *(name for code, name in CUSTOMER_FACT_FIELDS.items() if code in table.metrics),
        ]
        if table.metrics - self._get_line_metrics():
            wanted.append("key_account_evaluation_id")
        contacts = contacts._origin
        contacts.fetch(wanted)
        (contacts.commercial_partner_id - contacts).fetch(wanted)

    @api.model
    def _fetch_products(self, products):
        """Read products as Odoo does, and their cost in the same query."""
        products = products._origin
        products.fetch(
            ["standard_price", *(name for name, field in products._fields.items() if field.prefetch is True)]
        )

    @api.model
    def _get_fact_batch(self, lines, values, metrics):
        """Return the lines as a batch for the cap table, with only the columns that it uses.

        :param list[PricedLine] lines: of orders of one company
        :param list[LineValue] values: of the same lines
        """
        columns = {}
        for metric in metrics:
            getter = getattr(self, f"_get_{metric}", None) if metric in self._get_line_metrics() else None
            if getter:
                columns[metric] = getter(lines, values)
        rest = [metric for metric in metrics if metric not in columns]
        if rest:
            columns |= self._get_customer_columns(lines, rest)
        return FactBatch(range(len(lines)), columns)

    @api.model
    def _get_line_metrics(self):
        """Return the codes of facts of the line; all others are figures of the customer."""
        return {
            "customer_tier",
            "product_category",
            "product",
            "customer_value_type",
            "sales_team",
            "country",
            "pricelist",
            "order_date",
            "order_amount",
            "order_quantity",
        }

    @api.model
    def _get_customer_tier(self, lines, values):
        return self._per_line(lines, lambda document: self._get_text(document.customer.key_account_tier_id) or NO_TIER)

    @api.model
    def _get_product_category(self, lines, values):
        return [self._get_text(line.template.categ_id) for line in lines]

    @api.model
    def _get_product(self, lines, values):
        return [self._get_text(line.template) for line in lines]

    @api.model
    def _get_customer_value_type(self, lines, values):
        return self._per_line(lines, lambda document: document.customer.key_account_value_type or NO_VALUE_TYPE)

    @api.model
    def _get_sales_team(self, lines, values):
        return self._per_line(lines, lambda document: self._get_text(document.order.team_id))

    @api.model
    def _get_country(self, lines, values):
        return self._per_line(lines, lambda document: self._get_text(document.customer.country_id))

    @api.model
    def _get_pricelist(self, lines, values):
        return self._per_line(lines, lambda document: self._get_text(document.order.pricelist_id))

    @api.model
    def _get_order_date(self, lines, values):
        """Return the server's date as a number such as 20260131: salespeople can choose the order's own date."""
        return [Decimal(f"{fields.Date.today():%Y%m%d}")] * len(lines)

    @api.model
    def _get_order_amount(self, lines, values):
        totals = {}
        for line, value in zip(lines, values, strict=True):
            key = id(line.document)
            totals[key] = totals.get(key, Decimal(0)) + value.net
        return [totals[id(line.document)] for line in lines]

    @api.model
    def _get_order_quantity(self, lines, values):
        return [value.quantity for value in values]

    @api.model
    def _get_customer_columns(self, lines, metrics):
        """Return the customer's figures, frozen by its last applied evaluation; missing for customers without one."""
        known = self._get_customer_facts([line.document.customer for line in lines])
        return {metric: [known.get(line.document.customer, {}).get(metric) for line in lines] for metric in metrics}

    @api.model
    def _get_customer_facts(self, customers):
        """Return ``{customer: {code: value}}``, in two queries for all customers."""
        customers = self.env["res.partner"].union(*customers)
        evaluations = {one: one.key_account_evaluation_id for one in customers}
        rows = self.env["key.account.evaluation.line"].search_fetch(
            [("partner_id", "in", customers.ids), ("evaluation_id", "in", [one.id for one in evaluations.values()])],
            ["partner_id", "evaluation_id", "facts", "score"],
        )
        return {
            row.partner_id: {**(row.facts or {}), "score": Decimal(repr(row.score))}
            for row in rows
            if evaluations.get(row.partner_id) == row.evaluation_id
        }

    @api.model
    def _get_general_batch(self, customers, metrics):
        """Return customers as a batch for the cap table, one row each: products and figures of orders are missing.

        :param customers: commercial partners
        """
        columns = {
            "customer_tier": [self._get_text(one.key_account_tier_id) or NO_TIER for one in customers],
            "customer_value_type": [one.key_account_value_type or NO_VALUE_TYPE for one in customers],
            "country": [self._get_text(one.country_id) for one in customers],
            "order_date": self._get_order_date(customers, None),
        }
        figures = metrics - self._get_line_metrics()
        known = self._get_customer_facts(customers) if figures else {}
        columns |= {metric: [known.get(one, {}).get(metric) for one in customers] for metric in figures}
        return FactBatch(range(len(customers)), {code: columns[code] for code in metrics & columns.keys()})

    @api.model
    def _per_line(self, lines, getter):
        """Return a fact of the order for each of its lines."""
        known = {}
        for line in lines:
            if id(line.document) not in known:
                known[id(line.document)] = getter(line.document)
        return [known[id(line.document)] for line in lines]

    @api.model
    def _get_text(self, record):
        """Return the id as text; for a record in an open form, the id of the saved record."""
        record_id = record.id or record._origin.id
        return str(record_id) if record_id else None

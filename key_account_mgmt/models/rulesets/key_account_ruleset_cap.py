from odoo import api, fields, models

from ...rules import CAPS, Policy, lint
from .key_account_cap_vocabulary import CHOICE_COLUMNS, NO_TIER, ORDER_DATE


class KeyAccountRuleset(models.Model):
    """Discount caps of a rule set."""

    _inherit = "key.account.ruleset"

    cap_rule_ids = fields.One2many(
        "key.account.rule",
        "ruleset_id",
        string="Discount Caps",
        domain=[("kind", "=", CAPS)],
        context={"active_test": False, "default_kind": CAPS},
        copy=False,
    )
    discount_reference = fields.Selection(
        [("list_price", "List Price"), ("pricelist", "Customer's Pricelist")],
        string="Discounts Are Measured Against",
        required=True,
        default="list_price",
        help="List Price: what the product costs without any pricelist. Customer's Pricelist: what the pricelist that"
        " is entered on the customer gives; salespeople then cannot change that pricelist any more.",
    )

    @api.depends("cap_rule_ids.active")
    @api.depends_context("lang")
    def _compute_summary(self):
        return super()._compute_summary()

    def _get_summary_parts(self):
        caps = len(self.cap_rule_ids.filtered("active"))
        parts = super()._get_summary_parts()
        if caps:
            parts.append(self.env._("1 discount cap") if caps == 1 else self.env._("%s discount caps", caps))
        return parts

    # --- As the policy has it ---

    def _prepare_policy_values(self):
        values = super()._prepare_policy_values()
        metrics = [*values["metrics"], *self._prepare_column_metrics()]
        return {**values, "metrics": sorted(metrics, key=lambda metric: metric["code"])}

    def _prepare_column_metrics(self):
        """What the columns of the caps look at, with the options that they use."""
        rules = self.cap_rule_ids.filtered("active")
        used = [rule._get_options() for rule in rules]
        options = {
            metric: sorted({code for codes in used for code in codes.get(metric, [])})
            for metric in CHOICE_COLUMNS
            if any(metric in codes for codes in used)
        }
        if "customer_tier" in options:
            options["customer_tier"] = [*self.tier_ids.sorted("rank").mapped("code"), NO_TIER]
        metrics = [self._prepare_column_metric(metric, "choice", codes) for metric, codes in options.items()]
        if any(rule.date_from or rule.date_to for rule in rules):
            metrics.append(self._prepare_column_metric(ORDER_DATE, "number", []))
        return metrics

    @api.model
    def _prepare_column_metric(self, code, kind, options):
        name = self.env["key.account.cap.vocabulary"]._get_metric_name(code)
        return {"code": code, "name": name, "kind": kind, "options": options, "of": "line"}

    def _prepare_table_values(self):
        tables = super()._prepare_table_values()
        for table in tables:
            if table["kind"] == CAPS and self.discount_reference != "list_price":
                table["reference"] = self.discount_reference
        return tables

    # --- What is doubtful ---

    def _get_refused_codes(self):
        refused = super()._get_refused_codes()
        # sudo: whether uneven caps are refused does not depend on who may read the company's settings
        return refused | {"cap_not_monotone"} if self.company_id.sudo().key_account_refuse_uneven_caps else refused

    def _lint(self, policy):
        return lint(self._get_comparable_policy(policy))

    def _get_comparable_policy(self, policy):
        """The policy with categories and products as answers to one question, so that rows can be compared.

        To the core, options have nothing to do with each other. In truth a product lies in its category, and that in
        others. So a line is in one of these cells: it is of a product that some row names, or else of some named
        category, below no closer one that is named. With rows for “Office”, “Office / Chairs” and the product “Stool”,
        which is a chair, the cells are Office, Chairs and Stool: the row for Office takes all three, the one for
        Chairs the last two.
        """
        values = policy.dump()
        cells = self._get_product_cells(values)
        if not cells:
            return policy
        used = set()
        for rule in [rule for table in values["tables"] if table["kind"] == CAPS for rule in table["rules"]]:
            for condition in rule["conditions"]:
                if condition["metric"] in cells:
                    cells_of = cells[condition["metric"]]
                    found = {cell for code in condition["values"] for cell in cells_of.get(code, [code])}
                    condition.update(metric="product", values=sorted(found))
                    used |= found
        kept = [metric for metric in values["metrics"] if metric["code"] not in cells]
        values["metrics"] = [*kept, self._prepare_column_metric("product", "choice", sorted(used))]
        return Policy.load(values)

    def _get_product_cells(self, policy_values):
        """``{metric: {code: cells}}`` of products and categories; empty when no row names a category."""
        options = {metric["code"]: metric.get("options", []) for metric in policy_values["metrics"]}
        if not options.get("product_category"):
            return {}
        # sudo: rows are compared alike whoever looks, also where he may not open a product of another company
        vocabulary = self.env["key.account.cap.vocabulary"].sudo()
        categories = vocabulary._find_records("product_category", options["product_category"])
        products = vocabulary._find_records("product", options.get("product", []))
        return {
            "product": {code: [code] for code in options.get("product", [])},
            "product_category": {
                code: [
                    *(other for other, inner in categories.items() if self._is_within(inner, category)),
                    *(other for other, product in products.items() if self._is_within(product.categ_id, category)),
                ]
                for code, category in categories.items()
            },
        }

    @api.model
    def _is_within(self, category, outer):
        """Whether the category is the outer one or below it."""
        return bool(category) and category.parent_path.startswith(outer.parent_path)

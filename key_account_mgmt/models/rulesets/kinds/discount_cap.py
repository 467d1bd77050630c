from decimal import Decimal

from odoo.exceptions import ValidationError
from odoo.tools.translate import LazyTranslate

from ....rules import CAPS, Policy
from ...shared.numbers import exact_text
from ..key_account_cap_vocabulary import CHOICE_COLUMNS, NAMES
from .base import RuleKind
from .columns import (
    get_column_phrases,
    prepare_column_conditions,
    prepare_column_metric,
    prepare_column_metrics,
    prepare_column_values,
)

_lt = LazyTranslate(__name__)


class DiscountCap(RuleKind):
    """The first row that applies to an order line sets its maximum discount."""

    code, label = CAPS, "Discount Cap"
    row_name, table_name = _lt("Discount cap"), _lt("Discount caps")
    one, many = _lt("1 discount cap"), _lt("%s discount caps")
    part = "caps"
    rows = "cap_rule_ids"
    columns = (
        "cap",
        "has_margin_floor",
        "margin_floor",
        "without_tier",
        "date_from",
        "date_to",
        *CHOICE_COLUMNS.values(),
    )
    checked = ("cap", "has_margin_floor", "margin_floor")
    judges_order_lines = True

    def get_used_parts(self, rule):
        return {"value_types"} if rule.customer_value_type else set()

    def check(self, rule):
        # Written so that "not a number" is refused, too.
        if not 0 <= rule.cap <= 100:
            raise ValidationError(
                rule.env._(
                    "Discount cap “%(rule)s”: a cap of %(cap)s %% is not possible. Enter a percentage from 0 (no"
                    " discount) to 100 (may be given away).",
                    rule=rule.name,
                    cap=exact_text(rule.cap),
                )
            )
        if rule.has_margin_floor and not 0 <= rule.margin_floor <= 100:
            raise ValidationError(
                rule.env._(
                    "Discount cap “%(rule)s”: a margin floor of %(floor)s %% is not possible. Enter a percentage"
                    " from 0 to 100.",
                    rule=rule.name,
                    floor=exact_text(rule.margin_floor),
                )
            )

    # --- From records to a policy ---

    def columns_to_policy(self, rule):
        return prepare_column_conditions(rule)

    def outcome_to_policy(self, rule):
        values = {} if rule.cap is False else {"cap": exact_text(rule.cap)}
        return {**values, "margin_floor": exact_text(rule.margin_floor)} if rule.has_margin_floor else values

    def table_to_policy(self, ruleset, rules):
        table = super().table_to_policy(ruleset, rules)
        if table and ruleset.discount_reference != "list_price":
            table["reference"] = ruleset.discount_reference
        return table

    def metrics_to_policy(self, ruleset, rules):
        return prepare_column_metrics(rules, ruleset.tier_ids.sorted("rank"))

    # --- From a policy to records ---

    def from_policy(self, row, reader):
        values = {"cap": float(row.cap)}
        if row.margin_floor is not None:
            values |= {"has_margin_floor": True, "margin_floor": float(row.margin_floor)}
        for condition in row.conditions:
            if condition.metric in NAMES:
                values |= prepare_column_values(condition, reader)
        return values

    def table_from_policy(self, table, _reader):
        return {"discount_reference": (table and table.reference) or "list_price"}

    # --- As sentences ---

    def get_column_phrases(self, rule, say):
        return get_column_phrases(rule, say)

    def get_outcome_phrase(self, rule, say):
        if rule.cap is False:
            return say.env._("choose a discount")
        floor = exact_text(rule.margin_floor) if rule.has_margin_floor else None
        return self._get_cap_phrase(say, exact_text(rule.cap), floor)

    def _get_cap_phrase(self, say, cap, margin_floor):
        """Return what a row allows; both parameters are exact numbers in %, the floor may be None."""
        allowed = say.env._("at most %(cap)s discount", cap=say._format_percentage(cap))
        if not Decimal(cap):
            allowed = say.env._("no discount")
        if margin_floor is None:
            return allowed
        floor = say._format_percentage(margin_floor)
        return say.env._("%(allowed)s and at least %(floor)s margin", allowed=allowed, floor=floor)

    def get_unconditional_sentence(self, say, outcome):
        return say.env._("Every other order line: %(outcome)s", outcome=outcome)

    def explain_cap_rule(self, say, params, labels, currency):
        cap = self._get_cap_phrase(say, params["cap"], params.get("margin_floor"))
        names = {"rule": say._rule(params, labels), "cap": cap}
        facts = say._get_fact_phrases(params, labels, currency)
        if not facts:
            return say.env._("Rule “%(rule)s”, which holds for every other order line: %(cap)s.", **names)
        return say.env._("Rule “%(rule)s”, since %(facts)s: %(cap)s.", facts=facts, **names)

    def explain_no_cap_rule(self, say, _params, _labels, _currency):
        return say.env._("No cap: none of the discount caps is for this order line.")

    # --- Warnings ---

    def get_refused_codes(self, company):
        # sudo: the refusal of caps that are not monotone does not depend on the user's right to read the company's
        # settings
        return frozenset(["cap_not_monotone"]) if company.sudo().key_account_require_monotone_caps else frozenset()

    def get_comparable(self, env, policy):
        """Return the policy with categories and products as options of one metric, so that rows can be compared.

        To the core, options are unrelated. But products belong to categories, and categories to parents. So split order
        lines into disjoint cells: each named product, then each named category without its named sub-categories and
        products. With rows for “Office”, “Office / Chairs” and the product “Stool”, which is a chair, the cells are
        Office, Chairs and Stool: the row for Office covers all three, the one for Chairs the last two.
        """
        values = policy.dump()
        cells = self._get_product_cells(env, values)
        if not cells:
            return policy
        used = set()
        for rule in [rule for table in values["tables"] if table["kind"] == self.code for rule in table["rules"]]:
            for condition in rule["conditions"]:
                if condition["metric"] in cells:
                    cells_of = cells[condition["metric"]]
                    found = {cell for code in condition["values"] for cell in cells_of.get(code, [code])}
                    condition.update(metric="product", values=sorted(found))
                    used |= found
        kept = [metric for metric in values["metrics"] if metric["code"] not in cells]
        values["metrics"] = [*kept, prepare_column_metric(env, "product", "choice", sorted(used))]
        return Policy.load(values)

    def _get_product_cells(self, env, policy_values):
        """Return ``{metric: {code: cells}}`` of products and categories; empty if no row names a category."""
        options = {metric["code"]: metric.get("options", []) for metric in policy_values["metrics"]}
        if not options.get("product_category"):
            return {}
        # sudo: the comparison does not depend on the user, who may lack access to a product of another company
        vocabulary = env["key.account.cap.vocabulary"].sudo()
        categories = vocabulary._find_records("product_category", options["product_category"])
        products = vocabulary._find_records("product", options.get("product", []))
        return {
            "product": {code: [code] for code in options.get("product", [])},
            "product_category": {
                code: [
                    *(other for other, inner in categories.items() if _is_descendant(inner, category)),
                    *(other for other, product in products.items() if _is_descendant(product.categ_id, category)),
                ]
                for code, category in categories.items()
            },
        }

    # --- Active rules ---

    def update_company(self, company, ruleset, has_rules):
        """Store on the company the rule set that caps its discounts."""
        # sudo: administrators of rules activate them, and need not be administrators of companies
        company.sudo().key_account_cap_ruleset_id = ruleset if has_rules else False


def _is_descendant(category, outer):
    """Return whether the category is the outer one or below it."""
    return bool(category) and category.parent_path.startswith(outer.parent_path)

from odoo import api, models
from odoo.tools import ormcache

from ...rules import CapTable, Policy
from ..rulesets.key_account_cap_vocabulary import MODELS, NO_TIER

NO_RECORD = "-"


class KeyAccountCapTable(models.AbstractModel):
    """The discount caps that a company has in force, ready to be asked."""

    _name = "key.account.cap.table"
    _description = "Discount Caps in Force"

    @api.model
    def _get_table(self, company):
        """Return the company's discount caps; None without an active rule set, without caps in it, or switched off.

        The company's own record names the rule set. So every transaction sees the one of its own snapshot, without an
        additional query and without notifying other processes.

        :rtype: CapTable | None
        """
        # sudo: caps bind every salesperson, also without read access to rules or companies
        ruleset_id = company.sudo()._get_key_account_cap_ruleset().id
        return self._get_compiled(ruleset_id) if ruleset_id else None

    @api.model
    @ormcache("ruleset_id")
    def _get_compiled(self, ruleset_id):
        """Return the compiled caps of a rule set.

        An active rule set never changes, but the records that its codes mean may: see ``product.category``.
        """
        # sudo: as above; callers only learn the cap of a line
        model = self.sudo().with_context(active_test=False)
        ruleset = model.env["key.account.ruleset"].browse(ruleset_id)
        policy = ruleset.policy  # a copy, as Odoo gives out such fields
        model._translate(policy, ruleset.company_id)
        return CapTable(Policy.load(policy)) or None

    @api.model
    def _translate(self, policy, company):
        """Replace codes by ids, which a line has at hand, and add to each category all categories below it."""
        rules = [rule for table in policy["tables"] if table["kind"] == "discount_cap" for rule in table["rules"]]
        conditions = [condition for rule in rules for condition in rule["conditions"]]
        for metric in policy["metrics"]:
            code = metric["code"]
            if metric.get("of") != "line" or code not in MODELS:
                continue
            asked = [condition for condition in conditions if condition["metric"] == code]
            ids = self._get_ids(code, {value for condition in asked for value in condition["values"]}, company)
            for condition in asked:
                # A row whose records do not exist here matches no line, never every line.
                found = {record_id for value in condition["values"] for record_id in ids.get(value, ())}
                condition["values"] = sorted(found) or [NO_RECORD]
            metric["options"] = sorted({value for condition in asked for value in condition["values"]})

    @api.model
    def _get_ids(self, metric, codes, company):
        """Return ``{code: ids as text}`` of the records that codes of the policy mean."""
        if metric == "customer_tier":
            return self._get_tier_ids(codes, company)
        records = self.env["key.account.cap.vocabulary"]._find_records(metric, codes)
        if metric == "product_category":
            return self._get_ids_below(records)
        return {code: [str(record.id)] for code, record in records.items()}

    @api.model
    def _get_tier_ids(self, codes, company):
        """Return the ids of tiers by code.

        A company may have its own tier beside a shared one of the same code: the row applies to both.
        """
        ids = {NO_TIER: [NO_TIER]}
        domain = [("code", "in", list(codes)), ("company_id", "in", (False, company.id))]
        for tier in self.env["key.account.tier"].search(domain):
            ids.setdefault(tier.code, []).append(str(tier.id))
        return ids

    @api.model
    def _get_ids_below(self, categories):
        roots = [category.id for category in categories.values()]
        below = self.env["product.category"].search([("id", "child_of", roots)])
        return {
            code: [str(one.id) for one in below if one.parent_path.startswith(root.parent_path)]
            for code, root in categories.items()
        }

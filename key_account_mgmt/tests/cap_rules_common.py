from odoo.fields import Command

from .ruleset_common import RulesetCommon


class CapRulesCommon(RulesetCommon):
    """Categories Office and, below it, Chairs; beside them Kitchen. A stool is a chair, a pan is for the kitchen."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.office, cls.kitchen = cls.env["product.category"].create([{"name": "Office"}, {"name": "Kitchen"}])
        cls.chairs = cls.env["product.category"].create({"name": "Chairs", "parent_id": cls.office.id})
        cls.stool, cls.pan = cls.env["product.template"].create(
            [{"name": "Stool", "categ_id": cls.chairs.id}, {"name": "Pan", "categ_id": cls.kitchen.id}]
        )
        cls.team = cls.env["crm.team"].create({"name": "North", "company_id": cls.company.id})
        cls.pricelist = cls.env["product.pricelist"].create({"name": "Friends", "company_id": cls.company.id})
        cls.germany = cls.env.ref("base.de")

    @classmethod
    def make_cap(cls, ruleset, cap, *conditions, tiers=(), **values):
        """A row that caps discounts; columns of records take records."""
        columns = {name: [Command.set(value.ids)] if hasattr(value, "ids") else value for name, value in values.items()}
        return cls.env["key.account.rule"].create(
            {
                "name": f"Cap {len(ruleset.cap_rule_ids) + 1}",
                "ruleset_id": ruleset.id,
                "kind": "discount_cap",
                "sequence": 10 * (len(ruleset.cap_rule_ids) + 1),
                "cap": cap,
                "tier_filter_ids": [Command.set([cls.get_tier(tier).id for tier in tiers])],
                "condition_ids": [Command.create(cls._prepare_condition(*condition)) for condition in conditions],
                **columns,
            }
        )

    @classmethod
    def make_full_caps(cls, ruleset):
        """A row with something in every column, and the plainest one behind it."""
        cls.make_cap(
            ruleset,
            12.5,
            ("order_amount", ">=", 10_000),
            ("order_quantity", "<", 0.5),
            ("revenue", ">=", 50_000),
            ("loyalty", "in", ["good", "average"]),
            ("score", ">=", 60),
            tiers=("A", "B"),
            without_tier=True,
            has_margin_floor=True,
            margin_floor=7.25,
            product_categ_ids=cls.office | cls.kitchen,
            product_tmpl_ids=cls.stool,
            customer_value_type="strategic",
            team_ids=cls.team,
            country_ids=cls.germany | cls.env.ref("base.fr"),
            pricelist_ids=cls.pricelist,
            date_from="2026-01-01",
            date_to="2026-12-31",
            name="Everything",
        )
        cls.make_cap(ruleset, 0, name="All others")

    @classmethod
    def get_external_id(cls, record):
        return record.get_external_id()[record.id]

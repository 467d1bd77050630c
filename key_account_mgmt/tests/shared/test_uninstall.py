from odoo.tests import TransactionCase, tagged

from ... import uninstall


@tagged("post_install", "-at_install")
class TestUninstall(TransactionCase):
    """What people made goes with the addon where it would break without it; the rest stays."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Whose names start otherwise might mean something else in a text.
        cls.names = uninstall._get_field_names(cls.env)

    def make_filter(self, model="res.partner", **values):
        return self.env["ir.filters"].create({"name": "Mine", "model_id": model, **values})

    def test_names_of_fields_are_unmistakable(self):
        self.assertEqual({name for name in self.names if "key_account_" not in name}, set())
        self.assertIn("key_account_tier_id", self.names)

    def test_saved_filters(self):
        broken = [
            {"domain": "[('key_account_tier_id', '!=', False)]"},
            {"domain": "['|', ('name', '=', 'x'), ('parent_id.key_account_tier_id.code', '=', 'A')]"},
            {"domain": "[('sale_order_ids', 'any', [('key_account_over_cap', '=', True)])]"},
            {"domain": "[('create_date', '>', context_today()), ('key_account_tier_id', '=', 1)]"},
            {"context": "{'group_by': ['country_id', 'key_account_tier_id']}"},
            {"model": "sale.order", "context": "{'group_by': ['partner_id.key_account_tier_id']}"},
            {"sort": '["key_account_tier_id desc"]'},
            {"active": False, "domain": "[('key_account_tier_id', '!=', False)]"},
            {"model": "key.account.award", "domain": "[]"},
        ]
        whole = [
            {"domain": "[('name', 'ilike', 'key account'), ('country_id.code', '=', 'A')]"},
            {"context": "{'group_by': ['country_id']}", "sort": '["name desc"]'},
            {"domain": "this is no domain"},
        ]
        removed = [self.make_filter(**values) for values in broken]
        kept = [self.make_filter(**values) for values in whole]
        uninstall._remove_references(self.env)
        for record, values in zip(removed, broken, strict=True):
            with self.subTest(values):
                self.assertFalse(record.exists())
        self.assertTrue(all(record.exists() for record in kept))

    def test_export_templates_lose_the_columns_of_the_addon(self):
        def make(resource, *names):
            lines = [(0, 0, {"name": name}) for name in names]
            return self.env["ir.exports"].create({"name": "Mine", "resource": resource, "export_fields": lines})

        mixed = make("res.partner", "name", "key_account_tier_id/code", "parent_id/key_account_tier_id")
        empty = make("res.partner", "key_account_tier_id")
        own = make("key.account.award", "name")
        other = make("res.partner", "name", "country_id/code")
        uninstall._remove_references(self.env)
        self.assertEqual(mixed.export_fields.mapped("name"), ["name"])
        self.assertEqual(other.export_fields.mapped("name"), ["name", "country_id/code"])
        self.assertFalse(empty.exists() or own.exists())

    def test_dashboards_lose_the_tiles_of_the_addon(self):
        action = self.env.ref("key_account_mgmt.key_account_award_action")
        tiles = {
            "own": f'<action name="{action.id}" domain="[]" context="{{}}"/>',
            "domain": '<action name="1" domain="[(\'key_account_tier_id\', \'=\', 1)]" context="{}"/>',
            "groups": '<action name="1" domain="[]" context="{\'group_by\': [\'key_account_tier_id\']}"/>',
            "other": "<action name=\"1\" domain=\"[('name', '=', 'key')]\" context=\"{}\"/>",
        }
        arch = f"<form><board><column>{''.join(tiles.values())}</column></board></form>"
        view = self.env["ir.ui.view"].search([("type", "=", "form")], limit=1)
        board = self.env["ir.ui.view.custom"].create({"user_id": self.env.uid, "ref_id": view.id, "arch": arch})
        uninstall._remove_references(self.env)
        self.assertEqual(board.arch, f"<form><board><column>{tiles['other']}</column></board></form>")

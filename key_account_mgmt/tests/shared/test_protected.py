from odoo.exceptions import UserError
from odoo.tests import TransactionCase, tagged

MIXIN = "key.account.protected.mixin"


@tagged("post_install", "-at_install")
class TestProtected(TransactionCase):
    """What only a workflow writes is not offered for editing, and copies of a record do not have it."""

    def get_protected(self):
        mixin = self.registry[MIXIN]
        models = [model for name, model in self.registry.items() if name != MIXIN and issubclass(model, mixin)]
        return [self.env[model._name] for model in models if not model._abstract]

    def test_whole_records_have_no_field_to_edit(self):
        whole = [model for model in self.get_protected() if model._protected_defaults is None]
        self.assertGreaterEqual(len(whole), 4)
        for model in whole:
            open_fields = {
                name
                for name, field in model._fields.items()
                if field.store and not field.readonly and name not in model._get_chatter_fields()
            }
            with self.subTest(model=model._name):
                self.assertFalse(open_fields)

    def test_protected_fields_are_not_copied(self):
        for model in self.get_protected():
            for name in model._protected_defaults or ():
                with self.subTest(model=model._name, field=name):
                    self.assertFalse(model._fields[name].copy)

    def test_no_context_opens_whole_records(self):
        context = {"install_mode": True, "import_file": True, "module": "key_account_mgmt"}
        for model in self.get_protected():
            if model._protected_defaults is None:
                with self.subTest(model=model._name), self.assertRaises(UserError) as caught:
                    model.sudo().with_context(**context).create([{}])
                self.assertEqual(str(caught.exception), model._get_protected_message("create"))

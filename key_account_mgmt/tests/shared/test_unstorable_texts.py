import base64
import json
from contextlib import suppress

from psycopg2 import IntegrityError

from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..common import KeyAccountCommon

OWN = "key.account."
# PostgreSQL holds no NUL; the other is half of a character that takes two, as broken programs send it.
UNSTORABLE = {"nul": "A\0B", "half": "A\ud800B"}


@tagged("post_install", "-at_install")
class TestUnstorableTexts(KeyAccountCommon):
    """A text that no database can hold is refused by words that name the field, and not by an error of the database."""

    def get_texts(self):
        """Each column of ours that holds text: ``[(model, field)]``."""
        return [
            (model, name)
            for model in self.env.registry.models
            if model.startswith(OWN) and self.env[model]._auto and not self.env[model]._abstract
            for name, field in self.env[model]._fields.items()
            if field.store and field.type in ("char", "text", "html", "json")
        ]

    def test_no_text_of_any_model_gets_as_far_as_the_database(self):
        texts = self.get_texts()
        self.assertGreater(len(texts), 60)
        for model, name in texts:
            for kind, text in UNSTORABLE.items():
                with self.subTest(f"{model}.{name} {kind}"):
                    self.attempt(model, name, text)

    def attempt(self, model, name, text):
        """Anything but a refusal is an error, and so is a complaint of the database about the text: another one, that
        something required is missing, comes only after it was dropped."""
        value = {"of": [text]} if self.env[model]._fields[name].type == "json" else text
        with suppress(UserError, IntegrityError), mute_logger("odoo.sql_db"), self.cr.savepoint():
            self.env[model].create({name: value})
            self.env.flush_all()

    def test_the_message_names_field_and_record(self):
        tier = self.env["key.account.tier"].search([], limit=1)
        refused = self.assertRaisesRegex(ValidationError, "“Name” .*Tier.* has a character that cannot be stored")
        with refused, self.cr.savepoint():
            tier.name = UNSTORABLE["nul"]

    def test_nor_by_other_ways(self):
        tier = self.env["key.account.tier"].search([], limit=1)
        ruleset = self.env["key.account.ruleset"].create({"name": "Rules"})
        criterion = {"criterion_ids": [(0, 0, {"name": UNSTORABLE["nul"]})]}
        ways = {
            "translation": (tier.update_field_translations, "name", {"en_US": UNSTORABLE["nul"]}),
            "by its name alone": (tier.name_create, UNSTORABLE["nul"]),
            "copy": (tier.copy, {"name": UNSTORABLE["nul"]}),
            "rows of another": (ruleset.write, criterion),
        }
        for way, (method, *arguments) in ways.items():
            with self.subTest(way), self.assertRaisesRegex(ValidationError, "cannot be stored"), self.cr.savepoint():
                method(*arguments)

    def test_an_import_of_a_list_says_which_row(self):
        rows = [["One", "one", "1"], [UNSTORABLE["nul"], "two", "2"]]
        result = self.env["key.account.tier"].load(["name", "code", "rank"], rows)
        self.assertFalse(result["ids"])
        told = [message for message in result["messages"] if "cannot be stored" in message["message"]]
        # Odoo tells the first of a batch as well.
        self.assertIn(1, [message["record"] for message in told])

    def test_an_import_of_a_rule_set_says_where(self):
        policy = {
            "schema": 1,
            "name": UNSTORABLE["nul"],
            "tiers": [{"code": "A", "name": UNSTORABLE["half"], "rank": 1}],
            "tables": [{"kind": "tier", "rules": [{"key": "r", "tier": "A", "conditions": []}]}],
        }
        file = base64.b64encode(json.dumps(policy).encode())
        wizard = self.env["key.account.ruleset.import"].create({"file": file})
        with self.assertRaises(UserError) as caught, self.cr.savepoint():
            wizard.action_import()
        self.assertEqual(str(caught.exception).count("cannot be stored"), 2)

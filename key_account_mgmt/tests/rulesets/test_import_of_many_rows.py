import base64
import json
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import tagged

from ...models.rulesets.policy_reader import MOST_SENTENCES
from ..common import KeyAccountCommon


@tagged("post_install", "-at_install")
class TestImportOfManyRows(KeyAccountCommon):
    """A file with thousands of broken rows is refused as quickly as one with a few."""

    def _refuse(self, rows):
        """The message of an import of so many caps above 100 %."""
        rules = [
            {"key": f"r{number}", "name": f"Row {number}", "cap": "500", "conditions": []} for number in range(rows)
        ]
        everybody = {"key": "t", "tier": "a", "conditions": []}
        values = {
            "schema": 1,
            "tiers": [{"code": "a", "rank": 1}],
            "tables": [{"kind": "tier", "rules": [everybody]}, {"kind": "discount_cap", "rules": rules}],
        }
        content = base64.b64encode(json.dumps(values).encode())
        wizard = self.env["key.account.ruleset.import"].create({"file": content, "filename": "rules.json"})
        with self.assertRaises(UserError) as caught:
            wizard.action_import()
        return str(caught.exception)

    def test_the_message_has_the_first_problems_and_the_number_of_the_others(self):
        message = self._refuse(MOST_SENTENCES + 50)
        self.assertEqual(message.count("Row "), MOST_SENTENCES)
        self.assertIn("“Row 0”", message)
        self.assertTrue(message.endswith("and 50 more problems."), message[-100:])

    def test_all_problems_are_told_where_they_are_few(self):
        self.assertEqual(self._refuse(3).count("Row "), 3)

    def test_names_of_rows_are_read_once_for_all_problems(self):
        problems = type(self.env["key.account.policy.error.text"])
        read, calls = problems._get_names, []
        with patch.object(problems, "_get_names", lambda *args: calls.append(1) or read(*args)):
            self._refuse(40)
        self.assertEqual(len(calls), 1)

import base64
import binascii

from odoo import fields, models
from odoo.exceptions import UserError

from ...models.rulesets.policy_reader import PolicyReader, get_unreadable


class KeyAccountRulesetImport(models.TransientModel):
    """Turns an exported rule set into a draft. References are found by code; a file with unknown metrics is refused."""

    _name = "key.account.ruleset.import"
    _description = "Import of a Key Account Rule Set"

    file = fields.Binary(required=True)
    filename = fields.Char()
    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company)

    def action_import(self):
        """Create the draft and open it."""
        self.ensure_one()
        reader = PolicyReader.of_file(self.env, self._read_file(), self.company_id)
        ruleset = self.env["key.account.ruleset"].create(reader.prepare_ruleset(self.filename))
        ruleset.message_post(body=self.env._("Imported from %s.", self.filename or self.env._("a file")))
        return {
            "type": "ir.actions.act_window",
            "res_model": ruleset._name,
            "res_id": ruleset.id,
            "views": [(False, "form")],
        }

    def _read_file(self):
        try:
            return base64.b64decode(self.file)
        except binascii.Error as error:
            raise UserError(get_unreadable(self.env)) from error

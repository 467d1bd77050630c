from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.base.models.ir_model import MODULE_UNINSTALL_FLAG

from ..shared.statements import touch
from .kinds.rule_kinds import RULE_KINDS

# Only the buttons set these fields: a user who could write them could activate unchecked rules.
LIFECYCLE_DEFAULTS = {
    "state": "draft",
    "date_from": False,
    "date_to": False,
    "version": 1,
    "previous_version_id": False,
    "policy": False,
    "policy_hash": False,
}


class KeyAccountRulesetLifecycle(models.AbstractModel):
    """Draft, active, retired: activates a rule set and keeps it unchanged afterwards."""

    _name = "key.account.ruleset.lifecycle"
    _description = "Lifecycle of a Key Account Rule Set"
    _inherit = ["key.account.protected.mixin"]
    _protected_defaults = LIFECYCLE_DEFAULTS

    @api.model
    def _get_active(self, company):
        """Return the active rule set of the company, or an empty record set."""
        return self.search([("company_id", "=", company.id), ("state", "=", "active")], limit=1)

    def action_check(self):
        """Notify the user whether the rule set could be activated; the form shows the findings themselves."""
        self.ensure_one()
        errors, warnings = self._get_findings()
        if errors:
            level, message = "danger", self.env._("Problems to fix before activation: %s. See the form.", len(errors))
        elif warnings:
            level, message = (
                "warning",
                self.env._("It can be activated. Points to check: %s. See the form.", len(warnings)),
            )
        else:
            level, message = "success", self.env._("No problems found. It can be activated.")
        effect = None if errors else self._get_effect_sentence()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "title": self.display_name,
                "type": level,
                "message": f"{message} {effect}" if effect else message,
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def action_review_activation(self):
        """Check the rules, and show what activating them changes before it is done."""
        self.ensure_one()
        if self.state != "draft":
            raise UserError(self._get_activated_message())
        self._check_activation(self._get_policy())
        review = self.env["key.account.ruleset.activation"].create({"ruleset_id": self.id})
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Activate Rules"),
            "res_model": review._name,
            "res_id": review.id,
            "views": [(False, "form")],
            "target": "new",
        }

    def action_activate(self):
        """Check the rules, freeze them, and replace the company's active rule set with them."""
        for ruleset in self:
            if ruleset.state != "draft":
                raise UserError(ruleset._get_activated_message())
            policy = ruleset._get_policy()
            ruleset._check_activation(policy)
            replaced = self._get_active(ruleset.company_id)
            replaced._retire(self.env._("Replaced by %s.", ruleset.display_name))
            ruleset._write_lifecycle(ruleset._prepare_activation_values(policy))
        return True

    def _prepare_activation_values(self, policy):
        return {
            "state": "active",
            "date_from": fields.Date.context_today(self),
            "policy": policy.dump(),
            "policy_hash": policy.content_hash,
            "active": True,
        }

    def action_retire(self):
        """Retire the rule set without a replacement."""
        for ruleset in self:
            if ruleset.state != "active":
                raise UserError(
                    self.env._("Rule set “%s” is not active, so there is nothing to retire.", ruleset.display_name)
                )
        self._retire(self.env._("Retired. The company has no active rule set now."))
        return True

    def _retire(self, message):
        for ruleset in self:
            ruleset._write_lifecycle({"state": "retired", "date_to": fields.Date.context_today(self)})
            ruleset.message_post(body=message)
        # PostgreSQL checks the unique index at each statement: retire the old rule set before activating the new one.
        self.flush_recordset(["state"])

    def _write_lifecycle(self, vals):
        """Write the lifecycle fields: the only way for a rule set to change its state.

        ``write`` refuses such changes from all callers; the user's access rights still apply.
        """
        result = self._write_protected(vals)
        if "state" in vals:
            for company in self.company_id:
                self._update_company(company, self._get_active(company))
        return result

    def _update_company(self, company, active):
        """Record on the company which kinds of rules its active rule set has; an empty rule set has none."""
        tables = (active.policy or {}).get("tables", ())
        for kind in RULE_KINDS.values():
            kind.update_company(company, active, any(table["rules"] for table in tables if table["kind"] == kind.code))

    def action_new_version(self):
        """Copy all rows into a draft with the next version number, and open it."""
        self.ensure_one()
        # Past ``copy`` of this model, which would rename the record as a copy.
        draft = super().copy({"company_id": self.company_id.id})  # pylint: disable=super-method-mismatch
        draft._write_lifecycle({"version": self._get_next_version(), "previous_version_id": self.id})
        draft.message_post(body=self.env._("New version of %s.", self.display_name))
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": draft.id,
            "views": [(False, "form")],
        }

    def _get_next_version(self):
        first = self
        while first.previous_version_id:
            first = first.previous_version_id
        family = self.with_context(active_test=False).search([("id", "child_of", first.id)])
        return max(family.mapped("version")) + 1

    def action_export(self):
        """Download the rules as JSON, in the form that Import reads."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{self._name}/{self.id}/export_file/{self._get_export_name()}?download=1",
            "target": "download",
        }

    def _get_export_name(self):
        name = "".join(char if char.isalnum() else "-" for char in self.name)
        return f"{name}-v{self.version}.json"

    def copy(self, default=None):
        if "name" in (default or {}):
            return super().copy(default)
        copies = [
            super(KeyAccountRulesetLifecycle, record).copy(record._prepare_copy_values(default)) for record in self
        ]
        return self.browse(record.id for record in copies)

    def _prepare_copy_values(self, default):
        return {**(default or {}), "name": self.env._("%s (copy)", self.name)}

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_protected({name: value for name, value in vals.items() if value and value != "draft"})
        return super().create(vals_list)

    def write(self, vals):
        self._check_protected(vals)
        # Messages and activities are not part of the rules.
        if vals.keys() - self._get_chatter_fields() - {"active"}:
            self._check_draft()
        if not vals.get("active", True):
            self._check_archivable()
        return super().write(vals)

    def unlink(self):
        if not self._is_uninstalling():
            self._check_draft()
        return super().unlink()

    @api.model
    def _get_protected_message(self, action, names=()):
        return self.env._(
            "“%(field)s” of a rule set is set by its buttons only: Activate, New Version and Retire.",
            field=self._fields[min(names)]._description_string(self.env),
        )

    def _check_archivable(self):
        active = self.filtered(lambda ruleset: ruleset.state == "active")
        if active:
            raise UserError(
                self.env._(
                    "Rule set “%s” is active. Retire it first, then archive it.",
                    active[0].display_name,
                )
            )

    def _check_draft(self):
        """Raise unless these rule sets are drafts, and keep them drafts until this transaction ends.

        A concurrent activation collides with this change. Otherwise it would freeze rules that differ from the rows on
        the screen.
        """
        frozen = self.filtered(lambda ruleset: ruleset.state != "draft")
        if frozen:
            raise UserError(frozen[0]._get_activated_message())
        touch(self.filtered(lambda ruleset: isinstance(ruleset.id, int)))

    def _get_activated_message(self):
        return self.env._(
            "Rule set “%(ruleset)s” was activated and can no longer change, so that every decision made by it can"
            " be explained. Use “New Version” on it and change the draft.",
            ruleset=self.display_name,
        )

    @api.model
    def _is_uninstalling(self):
        """Return whether the addon is being uninstalled, together with its records.

        The context alone proves nothing: any caller may set it over RPC. The state of the module does: only system
        administrators change it.
        """
        if not self.env.context.get(MODULE_UNINSTALL_FLAG):
            return False
        # sudo: only the state of this addon is read
        module = self.env["ir.module.module"].sudo().search([("name", "=", "key_account_mgmt")])
        return module.state == "to remove"

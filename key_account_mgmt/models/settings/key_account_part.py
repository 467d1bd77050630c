from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import ormcache

# In the order of the settings page. Each is a group of the same name, which all employees have while the part is on.
PARTS = [
    ("caps", "Discount Caps"),
    ("credit", "Credit Limits and Rewards"),
    ("appraisals", "Appraisals"),
    ("targets", "Targets"),
    ("expectations", "Expected Value"),
    ("profiles", "Experience Matching"),
    ("territories", "Territories"),
    ("costs", "Costs to Serve"),
    ("value_types", "Value Types"),
    ("comparisons", "Comparisons"),
]


class KeyAccountPart(models.AbstractModel):
    """The parts of the addon that are on: for the whole database, as Odoo's own features.

    A part that is off is not enforced, not collected and not shown. Its records and rules stay as they are.
    """

    _name = "key.account.part"
    _description = "Parts of Key Account Management"

    @api.model
    def _is_on(self, part):
        """Return whether the part is on, independently of the user.

        Portal users and scheduled actions have no groups of parts, but are subject to their rules.
        """
        return part in self._get_on()

    @api.model
    @ormcache(cache="groups")
    def _get_on(self):
        """Return the codes of the parts that are on."""
        # sudo: which features are on is no secret
        implied = self.env.ref("base.group_user").sudo().all_implied_ids
        return frozenset(part for part, _label in PARTS if self._get_group(part) in implied)

    @api.model
    def _get_group(self, part):
        # sudo: users without rights on groups may know whether a part is on
        return self.env.ref(f"key_account_mgmt.group_part_{part}").sudo()

    @api.model
    def _get_off(self):
        """Return the codes of the parts that are off, in the order of the settings."""
        on = self._get_on()
        return [part for part, _label in PARTS if part not in on]

    @api.model
    def _get_labels(self, parts):
        """Return the names of parts in the user's language, in the order of the settings."""
        switches = self.env["res.config.settings"]._fields
        return [
            switches[f"group_key_account_part_{part}"]._description_string(self.env)
            for part, _label in PARTS
            if part in parts
        ]

    @api.model
    def _switch_on(self, parts):
        """Switch parts on for all employees.

        :raise UserError: the user may not change the settings
        """
        missing = [part for part in parts if not self._is_on(part)]
        if not missing:
            return
        if not self._may_switch():
            raise UserError(
                self.env._(
                    "%(parts)s: switched off. A user with the right to change the settings can switch it on under"
                    " Settings / Key Accounts.",
                    parts=self.env["key.account.formatter"]._format_list(self._get_labels(missing)),
                )
            )
        # sudo: the user may change the settings, which write on groups in the same way
        employees = self.env.ref("base.group_user").sudo()
        for part in missing:
            employees._apply_group(self._get_group(part))

    @api.model
    def _switch_on_all(self):
        self._switch_on([part for part, _label in PARTS])

    @api.model
    def _may_switch(self):
        return self.env.su or self.env.user.has_group("base.group_system")

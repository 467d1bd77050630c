from odoo import api, models

# Menus that are shown only while one of their parts is on. Not by groups of the menus: those would replace the roles
# that may see them, since a menu is shown to each of its groups.
PARTS_OF_MENU = {
    "menu_key_account_approval": {"caps", "credit"},
    "menu_key_account_approval_level": {"caps", "credit"},
    "menu_key_account_discount_report": {"caps"},
    "menu_key_account_award": {"credit"},
    "menu_key_account_credit_entry": {"credit"},
    "menu_key_account_appraisal": {"appraisals"},
    "menu_key_account_appraisal_line": {"appraisals"},
    "menu_key_account_appraisal_request": {"appraisals"},
    "menu_key_account_target": {"targets"},
    "menu_key_account_expectation": {"expectations"},
    "menu_key_account_probability": {"expectations"},
    "menu_key_account_industry_profile": {"profiles"},
    "menu_key_account_customer_profile": {"profiles"},
    "menu_key_account_territory": {"territories"},
    "menu_key_account_service_cost": {"costs"},
    "menu_key_account_comparison": {"comparisons"},
}


class IrUiMenu(models.Model):
    """Hides the menus of parts that are switched off."""

    _inherit = "ir.ui.menu"

    @api.model
    def _load_menus_blacklist(self):
        on = self.env["key.account.part"]._get_on()
        hidden = [name for name, parts in PARTS_OF_MENU.items() if on.isdisjoint(parts)]
        menus = [self.env.ref(f"key_account_mgmt.{name}", raise_if_not_found=False) for name in hidden]
        return super()._load_menus_blacklist() + [menu.id for menu in menus if menu]

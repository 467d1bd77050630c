from odoo import api, models


class IrModuleModule(models.Model):
    """A language that is installed later also translates what was made from templates before."""

    _inherit = "ir.module.module"

    @api.model
    def _load_module_terms(self, modules, langs, overwrite=False):
        result = super()._load_module_terms(modules, langs, overwrite=overwrite)
        # While the registry loads, the installation translates what it makes by its own data files.
        if "key_account_mgmt" in modules and self.env.registry.loaded:
            self.env["key.account.template"]._translate_shipped_names(langs)
        return result

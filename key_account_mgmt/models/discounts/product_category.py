from odoo import api, models


class ProductCategory(models.Model):
    """Drops compiled caps when the category tree changes: the cap of a category applies to all categories below it."""

    _inherit = "product.category"

    @api.model_create_multi
    def create(self, vals_list):
        categories = super().create(vals_list)
        self.env.registry.clear_cache()
        return categories

    def write(self, vals):
        result = super().write(vals)
        if "parent_id" in vals:
            self.env.registry.clear_cache()
        return result

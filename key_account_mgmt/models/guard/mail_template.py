from odoo import models


class MailTemplate(models.Model):
    """Checks every mail generated from a template: by buttons, composers, in bulk or by remote calls."""

    _inherit = "mail.template"

    def _generate_template(self, res_ids, *args, **kwargs):
        if self.model == "sale.order":
            self.env["sale.order"].browse(res_ids)._check_key_account_sending()
        return super()._generate_template(res_ids, *args, **kwargs)

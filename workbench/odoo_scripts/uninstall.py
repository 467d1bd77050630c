"""Run in an Odoo shell: uninstall the module that MODULE names."""

import os

env["ir.module.module"].search([("name", "=", os.environ["MODULE"])]).button_immediate_uninstall()  # noqa: F821

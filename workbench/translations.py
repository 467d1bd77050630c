"""The addon's translation files: terms exported by Odoo, merged into each language."""

from . import odoo, paths, settings, setup, templates

SCRIPT = paths.ROOT / "workbench" / "odoo_scripts" / "export_translations.py"


def export():
    """export the addon's terms to i18n/*.pot and merge them into each language's .po"""
    setup.all_parts()
    name = settings.database(settings.own("translations"))
    templates.fresh_database_with_addon(name)
    odoo.run_script(name, SCRIPT, ADDON_DIR=paths.ADDON_DIR)

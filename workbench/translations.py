"""The translation files of our addons: terms exported by Odoo, merged into each language."""

from . import bridges, odoo, paths, settings, setup, templates

SCRIPT = paths.ROOT / "workbench" / "odoo_scripts" / "export_translations.py"


def export():
    """export the addons' terms to i18n/*.pot and merge them into each language's .po"""
    setup.all_parts()
    name = settings.database(settings.own("translations"))
    templates.fresh_database_with_addon(name)
    odoo.run_script(name, SCRIPT, ADDON_DIR=paths.ADDON_DIR)
    if bridges.names():
        templates.fresh_database_with_addon(name, more=bridges.dependencies())
    for bridge in bridges.names():
        odoo.run_script(name, SCRIPT, ADDON_DIR=paths.ROOT / bridge)

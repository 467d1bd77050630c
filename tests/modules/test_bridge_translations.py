import io

import polib

from odoo.tools.misc import file_path
from odoo.tools.translate import trans_export

from odoo.addons.base.tests.common import BaseCommon
from odoo.addons.key_account_mgmt.tests.translation_common import PLACEHOLDER

from workbench import bridges


class TestBridgeTranslations(BaseCommon):
    """Each bridge brings all its terms, and Chinese for all of them."""

    def test_every_term_of_every_bridge_is_translated_to_chinese(self):
        for bridge in bridges.names():
            with self.subTest(bridge):
                exported = self.export(bridge)
                self.assertEqual(self.read(bridge, f"{bridge}.pot").keys(), exported, "run: make translations")
                chinese = self.read(bridge, "zh_CN.po")
                self.assertEqual({term for term, text in chinese.items() if text}, exported)

    def test_translations_of_bridges_keep_placeholders(self):
        for bridge in bridges.names():
            for term, text in self.read(bridge, "zh_CN.po").items():
                with self.subTest(bridge, term=term):
                    self.assertCountEqual(PLACEHOLDER.findall(term), PLACEHOLDER.findall(text))

    def export(self, bridge):
        with io.BytesIO() as buffer:
            trans_export(False, [bridge], buffer, "po", self.env)
            return {entry.msgid for entry in polib.pofile(buffer.getvalue().decode())}

    @staticmethod
    def read(bridge, name):
        return {
            entry.msgid: entry.msgstr
            for entry in polib.pofile(file_path(f"{bridge}/i18n/{name}"))
            if not entry.obsolete and not entry.fuzzy
        }

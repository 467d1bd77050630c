from pathlib import Path

from odoo.tests import TransactionCase, tagged
from odoo.tools import config


@tagged("post_install", "-at_install")
class TestFiles(TransactionCase):
    """Attachments that a test writes stay until it ends."""

    def test_no_other_process_cleans_the_files_of_this_database(self):
        name = self.env.cr.dbname
        self.assertEqual(Path(config.filestore(name)).name, name)

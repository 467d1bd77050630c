from decimal import Decimal

from odoo import api, models
from odoo.tools.misc import split_every

from ...rules import Book

# Customers per batch: enough that the statements cost little, few enough that memory stays flat.
BATCH_SIZE = 2000


class KeyAccountCollector(models.AbstractModel):
    """Facts as the decision core takes them, for whoever decides without storing them."""

    _inherit = "key.account.collector"

    @api.model
    def _collect_books(self, scope, codes):
        """Only the metrics that the rules use, so that a big company fits into memory.

        :param codes: of the metrics
        :return: books in batches whose keys are customers, and each customer's revenue in the same order
        """
        books, revenues = [], {}
        for batch in split_every(BATCH_SIZE, self._collect(scope)):
            revenues.update((partner_id, facts.get("revenue") or Decimal(0)) for partner_id, facts in batch)
            keys = [partner_id for partner_id, _facts in batch]
            books.append(Book(keys, {code: [facts.get(code) for _key, facts in batch] for code in codes}))
        return books, revenues

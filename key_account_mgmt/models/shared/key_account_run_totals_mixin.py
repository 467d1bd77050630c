from odoo import models
from odoo.tools import SQL

ADDING = ("sum", "sum_currency", "avg")


class KeyAccountRunTotalsMixin(models.AbstractModel):
    """Lines of runs: a customer has one in each run, so that a sum over several runs counts the same business again.

    Lists, pivots and remote calls get no sum and no average where a group has lines of more than one run.
    """

    _name = "key.account.run.totals.mixin"
    _description = "Lines with Totals per Run"

    # Names of the fields that say to which run a line belongs.
    _run_fields = ()

    def _read_group_select(self, aggregate_spec, query):
        total = super()._read_group_select(aggregate_spec, query)
        if aggregate_spec.rpartition(":")[2] not in ADDING:
            return total
        run = SQL(", ").join(self._field_to_sql(self._table, name, query) for name in self._run_fields)
        return SQL("CASE WHEN COUNT(DISTINCT (%s)) <= 1 THEN %s END", run, total)

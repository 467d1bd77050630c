from odoo import models
from odoo.tools import SQL

ADDING = ("sum", "sum_currency", "avg")


class KeyAccountRunTotalsMixin(models.AbstractModel):
    """Lines of runs: each run has a line per customer, so a sum over several runs counts the same business repeatedly.

    Lists, pivots and remote calls return no sum and no average for a group with lines of more than one run.
    """

    _name = "key.account.run.totals.mixin"
    _description = "Lines with Totals per Run"

    # Names of the fields that link a line to its run.
    _run_fields = ()
    # Names of the fields that do add up over runs, such as costs.
    _run_free_fields = ()

    def _read_group_select(self, aggregate_spec, query):
        total = super()._read_group_select(aggregate_spec, query)
        name, _colon, function = aggregate_spec.rpartition(":")
        if function not in ADDING or name in self._run_free_fields:
            return total
        run = SQL(", ").join(self._field_to_sql(self._table, name, query) for name in self._run_fields)
        return SQL("CASE WHEN COUNT(DISTINCT (%s)) <= 1 THEN %s END", run, total)

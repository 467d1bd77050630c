from odoo import api, models


class KeyAccountSource(models.AbstractModel):
    """What every source of metrics does.

    Another addon adds a source in three steps: extend the selection ``source`` of ``key.account.metric``,
    define ``key.account.source.<source>`` that inherits this model and implements ``_get_facts_sql``,
    and ship metric records with that source.
    """

    _name = "key.account.source"
    _description = "Source of Key Account Metrics"

    @api.model
    def _get_facts_sql(self, scope):
        """The facts of every customer in this source, as one statement.

        :param scope: ``CollectionScope`` (company, date_from, date_to, partner_ids or None for everybody)
        :return: ``odoo.tools.SQL`` of a SELECT that yields ``partner_id`` (commercial partner) once,
            and one column per metric code that this source fills: numeric or text, NULL when missing
        """
        raise NotImplementedError

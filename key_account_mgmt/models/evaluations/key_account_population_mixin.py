from odoo import fields, models

from ..metrics.collection_scope import CollectionScope


class KeyAccountPopulationMixin(models.AbstractModel):
    """The customers and the period to evaluate: the subject of an evaluation and the input of its wizard."""

    _name = "key.account.population.mixin"
    _description = "Population of a Key Account Evaluation"
    _inherit = ["key.account.company.mixin"]

    company_id = fields.Many2one("res.company", required=True, index=True, default=lambda self: self.env.company)
    currency_id = fields.Many2one(related="company_id.currency_id")
    ruleset_id = fields.Many2one("key.account.ruleset", string="Rule Set", required=True, ondelete="restrict")
    date_from = fields.Date("From", required=True)
    date_to = fields.Date("To", required=True)
    population = fields.Selection(
        [
            ("all", "All customers with business in the period"),
            ("filter", "Filtered customers"),
            ("selected", "Selected customers"),
        ],
        required=True,
        default="all",
    )
    partner_domain = fields.Char("Filter", default="[]")
    partner_ids = fields.Many2many("res.partner", string="Selected Customers")
    with_prospects = fields.Boolean(
        "Include Prospects",
        help="Includes contacts without business in the period: those with a market potential if the rules use the"
        " expected value, those whose industry is in the industry profile if the rules use the fit score.",
    )

    def _get_scope(self):
        """Return the scope of the collector."""
        return CollectionScope(
            company=self.company_id,
            date_from=self.date_from,
            date_to=self.date_to,
            partner_ids=self._get_population_ids(),
            # Selected customers are evaluated with or without business.
            with_business_only=self.population != "selected",
            with_prospects=self.with_prospects,
            prospect_sources=self._get_prospect_sources(),
        )

    def _get_prospect_sources(self):
        """Return the sources that define prospects, as the rules require them; None: all sources.

        :rtype: frozenset[str] | None
        """
        metrics = self._get_rulesets()._get_policy_metrics()
        return frozenset(self.env["key.account.collector"]._get_prospect_sources(metrics)) or None

    def _get_rulesets(self):
        """Return the rule sets that decide about the population."""
        return self.ruleset_id

    def _get_population_ids(self):
        if self.population == "all":
            return None
        if self.population == "selected":
            return tuple(self.partner_ids.commercial_partner_id.ids)
        return self.env["res.partner"]._get_key_account_customer_ids(self.partner_domain)

    def _get_no_customers_message(self):
        if self.population == "selected":
            return self.env._(
                "There are no customers to evaluate: none is selected. Select customers, or evaluate all."
            )
        period = {
            "company": self.company_id.name,
            "date_from": fields.Date.to_string(self.date_from),
            "date_to": fields.Date.to_string(self.date_to),
        }
        if self.population == "filter":
            return self.env._(
                "There are no customers to evaluate: none that the filter finds has a posted invoice or credit note"
                " of %(company)s from %(date_from)s to %(date_to)s. Choose another filter or period.",
                **period,
            )
        if self.with_prospects:
            return self.env._(
                "There are no customers to evaluate: none has a posted invoice or credit note of %(company)s from"
                " %(date_from)s to %(date_to)s. There are no prospects either: no market potential was entered, or"
                " no contact has an industry of the industry profile. Enter the data that the rules use, or choose"
                " another period.",
                **period,
            )
        return self.env._(
            "There are no customers to evaluate: none has a posted invoice or credit note of %(company)s from"
            " %(date_from)s to %(date_to)s. Choose another period.",
            **period,
        )

from odoo import api, fields, models
from odoo.exceptions import ValidationError


class KeyAccountTerritory(models.Model):
    """The countries where goods for a customer may go, narrowed to the listed states of a country.

    If all its countries have been deleted since, it is no territory: nothing is outside of it.
    """

    _name = "key.account.territory"
    _description = "Key Account Territory"
    _inherit = ["key.account.company.mixin"]
    _order = "name, id"

    name = fields.Char(required=True, translate=True)
    company_id = fields.Many2one("res.company", index=True, help="Empty: every company may use it.")
    country_ids = fields.Many2many(
        "res.country",
        relation="key_account_territory_country_rel",
        column1="territory_id",
        column2="country_id",
        string="Countries",
    )
    state_ids = fields.Many2many(
        "res.country.state",
        relation="key_account_territory_state_rel",
        column1="territory_id",
        column2="state_id",
        string="States",
        domain="[('country_id', 'in', country_ids)]",
        help="Only these states of their countries. A country without states here belongs to the territory as a whole.",
    )
    active = fields.Boolean(default=True)

    # `name` is listed so that the check also runs on a new record without countries.
    @api.constrains("name", "country_ids")
    def _check_countries(self):
        for territory in self:
            if not territory.country_ids:
                raise ValidationError(
                    self.env._(
                        "Territory “%(territory)s” has no countries, so nothing could be outside of it. Choose at"
                        " least one; a customer that may sell everywhere needs no territory.",
                        territory=territory.name,
                    )
                )

    @api.constrains("country_ids", "state_ids")
    def _check_states(self):
        for territory in self:
            foreign = territory.state_ids.filtered_domain([("country_id", "not in", territory.country_ids.ids)])
            if foreign:
                raise ValidationError(
                    self.env._(
                        "Territory “%(territory)s”: %(state)s is not in one of its countries. Add %(country)s to the"
                        " countries, or remove the state.",
                        territory=territory.name,
                        state=foreign[0].name,
                        country=foreign[0].country_id.name,
                    )
                )

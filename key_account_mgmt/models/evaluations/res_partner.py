import ast

from psycopg2 import DataError

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from ..rulesets.key_account_cap_vocabulary import CUSTOMER_VALUE_TYPES

# Fields that evaluations write on customers, and that rules for discounts read. All users may read them; few may write
# them, because they are worth money.
TIER_FIELDS = (
    "key_account_tier_id",
    "key_account_tier_date",
    "key_account_evaluation_id",
    "key_account_value_type",
    "key_account_territory_id",
)


class ResPartner(models.Model):
    """Customers have a tier per company. It is stored on the commercial partner; contacts show it."""

    _inherit = "res.partner"

    key_account_tier_id = fields.Many2one(
        "key.account.tier",
        string="Customer Tier",
        company_dependent=True,
        copy=False,
        readonly=True,
        tracking=True,
        ondelete="restrict",
        groups="base.group_user",  # internal: portal users must not see their own rating
    )
    key_account_tier_date = fields.Date(
        "Tier Since", company_dependent=True, copy=False, readonly=True, groups="base.group_user"
    )
    key_account_evaluation_id = fields.Many2one(
        "key.account.evaluation",
        string="Tier Set by",
        company_dependent=True,
        copy=False,
        readonly=True,
        groups="base.group_user",
    )
    key_account_value_type = fields.Selection(
        CUSTOMER_VALUE_TYPES,
        string="Value Type",
        company_dependent=True,
        copy=False,
        tracking=True,
        groups="base.group_user",
        help="What the customer values, as confirmed by a user: the price (intrinsic), advice and service around"
        " the product (extrinsic), or a partnership beyond the product (strategic). Rules can use it.",
    )
    key_account_shown_tier_id = fields.Many2one(
        "key.account.tier",
        string="Tier",
        compute="_compute_key_account_shown_tier_id",
        search="_search_key_account_shown_tier_id",
        groups="base.group_user",
        help="The tier of the customer. Contacts of a company show the company's.",
    )
    key_account_tier_color = fields.Integer(
        "Tier Color", compute="_compute_key_account_shown_tier_id", groups="base.group_user"
    )
    key_account_line_count = fields.Integer(
        compute="_compute_key_account_line_count", groups="key_account_mgmt.group_key_account_user"
    )

    @api.depends("commercial_partner_id.key_account_tier_id")
    @api.depends_context("company")
    def _compute_key_account_shown_tier_id(self):
        for partner in self:
            tier = partner.commercial_partner_id.key_account_tier_id
            partner.key_account_shown_tier_id = tier
            partner.key_account_tier_color = tier.color

    @api.model
    def _search_key_account_shown_tier_id(self, operator, value):
        return Domain("commercial_partner_id.key_account_tier_id", operator, value)

    @api.depends_context("company")
    def _compute_key_account_line_count(self):
        counts = dict(
            self.env["key.account.evaluation.line"]._read_group(
                [
                    ("partner_id", "in", self.commercial_partner_id.ids),
                    ("company_id", "=", self.env.company.id),
                    ("decided", "=", True),
                ],
                ["partner_id"],
                ["__count"],
            )
        )
        for partner in self:
            partner.key_account_line_count = counts.get(partner.commercial_partner_id, 0)

    # -------------------------------------------------------------------------
    # Who may write a tier
    # -------------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        self._check_key_account_write({name for vals in vals_list for name, value in vals.items() if value})
        # Set explicitly, because any user may pass defaults in the context or set personal ones.
        without_tier = dict.fromkeys(TIER_FIELDS, False)
        return super().create([{**without_tier, **vals} for vals in vals_list])

    def write(self, vals):
        changed = [name for name in TIER_FIELDS if name in vals and not self._has_value(name, vals[name])]
        self._check_key_account_write(changed)
        return super().write(vals)

    def _has_value(self, name, value):
        """Return whether nothing would change: merging writes values that the remaining contact already has."""
        field = self._fields[name]
        return all((field.convert_to_write(partner[name], partner) or False) == (value or False) for partner in self)

    @api.model
    def _check_key_account_write(self, names):
        """Check that the user may write tiers, by any route: approved evaluations set them, not salespeople."""
        if self.env.su or not any(name in TIER_FIELDS for name in names):
            return
        if not self.env.user.has_group("key_account_mgmt.group_key_account_manager"):
            raise AccessError(
                self.env._(
                    "Only Key Accounts managers may change the tier, the value type or the territory of a customer."
                    " Ask a manager."
                )
            )

    # -------------------------------------------------------------------------
    # Evaluations
    # -------------------------------------------------------------------------

    @api.model
    def _get_key_account_customer_ids(self, domain_text):
        """Return the commercial partners of the contacts that a filter finds, as the user sees them.

        :param str domain_text: domain from the filter editor; only literals are parsed, nothing is executed
        :rtype: tuple[int]
        """
        try:
            domain = Domain(ast.literal_eval(domain_text or "[]"))
            # Only the database detects some invalid values, such as a text as an id.
            with self.env.cr.savepoint():
                found = self.search(domain)
        except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError, DataError) as error:
            raise UserError(
                self.env._(
                    "The filter %(filter)s cannot be used: %(error)s",
                    filter=domain_text,
                    error=str(error).partition("\n")[0],
                )
            ) from error
        customers = self.env["res.partner"].with_context(active_test=False)
        groups = customers._read_group([("id", "in", found.ids)], ["commercial_partner_id"])
        return tuple(customer.id for (customer,) in groups)

    def action_open_key_account_lines(self):
        """Open all evaluations of the customer, the last one first."""
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id("key_account_mgmt.key_account_evaluation_line_action")
        return {
            **action,
            "name": self.env._("Evaluations of %(customer)s", customer=self.commercial_partner_id.display_name),
            "domain": [
                ("partner_id", "=", self.commercial_partner_id.id),
                ("company_id", "=", self.env.company.id),
                ("decided", "=", True),
            ],
            "context": {"key_account_of_one_customer": True},
        }

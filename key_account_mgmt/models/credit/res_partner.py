from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

from ..discounts.key_account_discount_value import ZERO
from .sale_order_line import OPEN_FIELD

# Who may see what a customer owes: those who sell to it and those who collect it.
CREDIT_READERS = "sales_team.group_sale_salesman,account.group_account_invoice,account.group_account_readonly"
CREDIT_EDITORS = "account.group_account_invoice,account.group_account_readonly"
LIMIT_FIELDS = ["credit_limit", "key_account_zero_limit"]
CREDIT_STATES = [("none", "No Limit"), ("limited", "Limit"), ("zero", "Nothing on Credit")]


class ResPartner(models.Model):
    """How much credit a customer has in a company, and how much of it is used.

    Odoo's own limit of 0 means that there is none. That a customer gets nothing on credit is a mark of its own, so
    that both can be told apart, and removing it brings back the limit of before. The mark of the commercial partner
    counts, as its limit does.
    """

    _inherit = "res.partner"  # pylint: disable=consider-merging-classes-inherited

    key_account_zero_limit = fields.Boolean(
        "Nothing on Credit",
        company_dependent=True,
        copy=False,
        groups=CREDIT_EDITORS,
        help="The customer pays in advance: its limit is zero. Without this mark a limit of 0 is no limit.",
    )
    key_account_uses_credit = fields.Boolean(compute="_compute_key_account_credit", groups=CREDIT_READERS)
    key_account_credit_state = fields.Selection(
        CREDIT_STATES,
        string="Credit",
        compute="_compute_key_account_credit_state",
        search="_search_key_account_credit_state",
        groups=CREDIT_READERS,
        help="No limit: as much as they order. Nothing on credit: a limit of zero.",
    )
    key_account_shown_limit = fields.Monetary(
        "Credit Limit in Force", compute="_compute_key_account_credit_state", groups=CREDIT_READERS
    )
    key_account_credit_used = fields.Monetary(
        "Credit Used",
        compute="_compute_key_account_credit",
        groups=CREDIT_READERS,
        help="Open receivables, draft invoices and confirmed orders not yet invoiced, less unallocated payments and"
        " credits, in this company.",
    )
    key_account_credit_free = fields.Monetary(
        "Credit Left", compute="_compute_key_account_credit", groups=CREDIT_READERS
    )
    key_account_credit_pct = fields.Integer(
        "Credit Used in %", compute="_compute_key_account_credit", groups=CREDIT_READERS
    )
    key_account_overdue = fields.Monetary("Overdue", compute="_compute_key_account_credit", groups=CREDIT_READERS)

    # -------------------------------------------------------------------------
    # Limits
    # -------------------------------------------------------------------------

    @api.model
    def _get_key_account_limits(self, customers, company):
        """How much credit customers have in a company, read at once; the company's default limit where it holds.

        :param customers: ``res.partner``; their commercial partners count
        :return: ``{commercial partner: Decimal}`` in company currency: zero for nothing on credit; None for no limit,
            also of everybody in a company that does not use credit limits
        """
        # sudo: limits bind everybody, also those who may not read them
        known = customers.sudo().with_company(company)
        uses_credit = company._get_key_account_credit_facts().uses_credit
        if uses_credit:
            # A contact as a whole takes longer; one statement where contacts are their own customers.
            known.fetch(["commercial_partner_id", *LIMIT_FIELDS])
            (known.commercial_partner_id - known).fetch(LIMIT_FIELDS)
        return {
            customer.with_env(customers.env): customer._get_key_account_limit() if uses_credit else None
            for customer in known.commercial_partner_id
        }

    @api.model
    def _get_key_account_shown_limits(self, customers, company):
        """What holds for customers in a company: ``{commercial partner: (company whose limit it is, limit)}``.

        In a branch that is its own limit, or else that of the company that it is a branch of.
        """
        shown = {}
        for limiting in reversed(company._get_key_account_limiting()):
            limits = self._get_key_account_limits(customers, limiting)
            held = {one: (limiting, limit) for one, limit in limits.items() if limit is not None or limiting == company}
            shown |= {one: known for one, known in held.items() if known[1] is not None or one not in shown}
        return shown

    def _get_key_account_limit(self):
        """The limit of one commercial partner in the company of the environment."""
        if self.key_account_zero_limit:
            return ZERO
        # A limit below zero can only have been there before the addon: it allows nothing.
        return max(Decimal(repr(self.credit_limit)), ZERO) if self.credit_limit else None

    @api.model
    def _get_key_account_limit_sql(self, company, alias):
        """``_get_key_account_limit`` of commercial partner ``alias`` in a statement: a number, NULL for no limit."""
        # sudo: statements for many customers are not about who asks
        partners = self.sudo().with_company(company)
        return SQL(
            "CASE WHEN %(zero_limit)s THEN 0 WHEN %(limit)s <> 0 THEN GREATEST(%(limit)s, 0)::numeric END",
            zero_limit=partners._field_to_sql(alias, "key_account_zero_limit"),
            limit=partners._field_to_sql(alias, "credit_limit"),
        )

    @api.model
    def _prepare_key_account_limit(self, limit):
        """What to write on a commercial partner, in the right company, so that it has that limit.

        :param limit: Decimal in company currency, zero for nothing on credit, None for no limit
        """
        return {"credit_limit": float(limit or 0), "key_account_zero_limit": limit is not None and not limit}

    @api.constrains("credit_limit")
    def _check_key_account_credit_limit(self):
        for partner in self:
            if partner.credit_limit < 0:
                raise ValidationError(
                    self.env._(
                        "The credit limit of %(customer)s cannot be %(limit)s. Enter 0 for no limit, or mark the"
                        " customer as Nothing on Credit.",
                        customer=partner.display_name,
                        limit=partner.credit_limit,
                    )
                )

    @api.depends("commercial_partner_id.credit_limit", "commercial_partner_id.key_account_zero_limit")
    @api.depends_context("company")
    def _compute_key_account_credit_state(self):
        shown = self._get_key_account_shown_limits(self, self.env.company)
        for partner in self:
            _company, limit = shown.get(partner.commercial_partner_id, (None, None))
            partner.key_account_credit_state = self._get_key_account_credit_state(limit)
            partner.key_account_shown_limit = float(limit or 0)

    @api.model
    def _get_key_account_credit_state(self, limit):
        return "none" if limit is None else "limited" if limit else "zero"

    @api.model
    def _search_key_account_credit_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        return Domain.OR(self._get_key_account_state_domain(state) for state in value)

    @api.model
    def _get_key_account_state_domain(self, state):
        zero = Domain("commercial_partner_id.key_account_zero_limit", "=", True)
        limited = Domain("commercial_partner_id.credit_limit", "!=", 0) & ~zero
        if not self.env.company._get_key_account_credit_facts().uses_credit:
            return Domain.TRUE if state == "none" else Domain.FALSE
        return {"zero": zero, "limited": limited, "none": ~zero & ~limited}.get(state, Domain.FALSE)

    # -------------------------------------------------------------------------
    # What is used
    # -------------------------------------------------------------------------

    @api.depends("commercial_partner_id.credit_limit", "commercial_partner_id.key_account_zero_limit")
    @api.depends_context("company")
    def _compute_key_account_credit(self):
        uses_credit = self.env.company._uses_key_account_credit()
        shown = self._get_key_account_shown_limits(self, self.env.company)
        exposures = self._get_key_account_shown_exposures(shown) if uses_credit else {}
        for partner in self:
            customer = partner.commercial_partner_id
            exposure = exposures.get(customer._origin)
            partner.key_account_uses_credit = uses_credit
            partner.update(self._prepare_key_account_credit(exposure, shown.get(customer, (None, None))[1]))

    @api.model
    def _get_key_account_shown_exposures(self, shown):
        """``{customer: Exposure}`` of each with the company whose limit is shown of it, overdue amounts included."""
        exposures, groups = {}, {}
        for customer, (company, _limit) in shown.items():
            groups[company] = groups.get(company, customer._origin) | customer._origin
        for company, customers in groups.items():
            exposures |= self.env["key.account.exposure"]._get_exposures(customers, company, overdue_days=0)
        return exposures

    @api.model
    def _prepare_key_account_credit(self, exposure, limit):
        """What is shown of a customer; amounts in company currency."""
        used = exposure.used if exposure else ZERO
        return {
            "key_account_credit_used": float(used),
            "key_account_credit_free": float(ZERO if limit is None else limit - used),
            "key_account_credit_pct": self._get_key_account_credit_pct(used, limit),
            "key_account_overdue": float(exposure.overdue) if exposure else 0,
        }

    @api.model
    def _get_key_account_credit_pct(self, used, limit):
        """Percentage of the limit that is used, for a bar: never below 0; all of it when there is nothing to use."""
        if used <= 0 or limit is None:
            return 0
        # Cut off, not rounded: 100 is shown when the limit is reached, and not before.
        return int(used * 100 / limit) if limit else 100

    def action_open_key_account_exposure(self):
        """The documents behind the credit that is used."""
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id("key_account_mgmt.key_account_exposure_document_action")
        customer = self.commercial_partner_id
        company, _limit = self._get_key_account_shown_limits(customer, self.env.company)[customer]
        return {
            **action,
            "name": self.env._("Credit Used by %(customer)s", customer=customer.display_name),
            "domain": [
                ("partner_id", "=", customer.id),
                ("company_id", "in", company._get_key_account_credit_facts().tree_ids),
            ],
        }

    # -------------------------------------------------------------------------
    # A contact that gets another commercial partner: drafts that were its own may be somebody else's by
    # -------------------------------------------------------------------------

    def write(self, vals):
        if {"parent_id", "is_company"}.isdisjoint(vals):
            return super().write(vals)
        before = {partner: partner.commercial_partner_id for partner in self}
        result = super().write(vals)
        moved = self.filtered(lambda partner: partner.commercial_partner_id != before[partner])
        if moved:
            moved._renew_key_account_drafted()
        return result

    def _renew_key_account_drafted(self):
        """Ask anew what of the orders that are on drafts of these contacts, or for them, is open."""
        # sudo: whoever may change a contact need not be allowed to read its invoices
        drafts = self.env["account.move.line"].sudo()
        moved = [
            "|",
            ("move_id.partner_id", "child_of", self.ids),
            ("sale_line_ids.order_id.partner_invoice_id", "child_of", self.ids),
        ]
        items = drafts.search([("parent_state", "=", "draft"), ("sale_line_ids", "!=", False), *moved])
        self._add_key_account_open(items.sale_line_ids)

    @api.model
    def _add_key_account_open(self, lines):
        for name in (OPEN_FIELD, "key_account_later_amount"):
            self.env.add_to_compute(lines._fields[name], lines)
        self.env.add_to_compute(lines.order_id._fields[OPEN_FIELD], lines.order_id)

import operator as operators
from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

from ..discounts.key_account_discount_value import ZERO
from .sale_order_line import OPEN_FIELD

# Groups that may see what a customer owes: salespeople, and accounting staff who collect it.
CREDIT_READERS = "sales_team.group_sale_salesman,account.group_account_invoice,account.group_account_readonly"
CREDIT_EDITORS = "account.group_account_invoice,account.group_account_readonly"
LIMIT_FIELDS = ["credit_limit", "key_account_no_credit"]
COMPARISONS = {"<": operators.lt, ">": operators.gt}
CREDIT_STATES = [("none", "No Limit"), ("limited", "Limit"), ("zero", "Nothing on Credit")]


class ResPartner(models.Model):
    """Computes how much credit a customer has in a company, and how much of it is used.

    Odoo reads a limit of 0 as "no limit". So "nothing on credit" is a separate flag, and clearing it restores the
    previous limit. The flag of the commercial partner counts, as its limit does.
    """

    _inherit = "res.partner"

    key_account_no_credit = fields.Boolean(
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
        help="No limit: orders of any amount. Nothing on credit: a limit of zero.",
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
        "Credit Left",
        compute="_compute_key_account_credit",
        search="_search_key_account_credit_free",
        groups=CREDIT_READERS,
    )
    key_account_credit_pct = fields.Integer(
        "Credit Used (%)", compute="_compute_key_account_credit", groups=CREDIT_READERS
    )
    key_account_overdue = fields.Monetary(
        "Overdue",
        compute="_compute_key_account_credit",
        search="_search_key_account_overdue",
        groups=CREDIT_READERS,
    )

    # -------------------------------------------------------------------------
    # Limits
    # -------------------------------------------------------------------------

    @api.model
    def _get_key_account_limits(self, customers, company):
        """Return the credit limits of customers in a company, or its default limit where it applies, read together.

        :param customers: ``res.partner``; their commercial partners count
        :return: ``{commercial partner: Decimal}`` in company currency: zero for nothing on credit; None for no limit,
            also for all customers of a company that does not use credit limits
        """
        # sudo: limits bind all users, also those without read access to them
        known = customers.sudo().with_company(company)
        uses_credit = company._get_key_account_credit_facts().uses_credit
        if uses_credit:
            # Only these fields, since whole contacts take longer; one statement if contacts are their own customers.
            known.fetch(["commercial_partner_id", *LIMIT_FIELDS])
            (known.commercial_partner_id - known).fetch(LIMIT_FIELDS)
        return {
            customer.with_env(customers.env): customer._get_key_account_limit() if uses_credit else None
            for customer in known.commercial_partner_id
        }

    @api.model
    def _get_key_account_shown_limits(self, customers, company):
        """Return the limit to show for customers: ``{commercial partner: (company whose limit it is, limit)}``.

        In a branch it is the branch's own limit, or else that of its parent company.
        """
        shown = {}
        for limiting in reversed(company._get_key_account_limiting()):
            limits = self._get_key_account_limits(customers, limiting)
            held = {one: (limiting, limit) for one, limit in limits.items() if limit is not None or limiting == company}
            shown |= {one: known for one, known in held.items() if known[1] is not None or one not in shown}
        return shown

    def _get_key_account_limit(self):
        """Return the limit of one commercial partner in the company of the environment."""
        if self.key_account_no_credit:
            return ZERO
        # A negative limit can only date from before the addon: it allows nothing.
        return max(Decimal(repr(self.credit_limit)), ZERO) if self.credit_limit else None

    @api.model
    def _get_key_account_limit_sql(self, company, alias):
        """Return ``_get_key_account_limit`` of commercial partner ``alias`` as SQL: a number, NULL for no limit."""
        # sudo: statements for many customers do not depend on the user
        partners = self.sudo().with_company(company)
        return SQL(
            "CASE WHEN %(zero_limit)s THEN 0 WHEN %(limit)s <> 0 THEN GREATEST(%(limit)s, 0)::numeric END",
            zero_limit=partners._field_to_sql(alias, "key_account_no_credit"),
            limit=partners._field_to_sql(alias, "credit_limit"),
        )

    @api.model
    def _prepare_key_account_limit(self, limit):
        """Return the values to write on a commercial partner, in the right company, so that it has that limit.

        :param limit: Decimal in company currency, zero for nothing on credit, None for no limit
        """
        return {"credit_limit": float(limit or 0), "key_account_no_credit": limit is not None and not limit}

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

    @api.depends("commercial_partner_id.credit_limit", "commercial_partner_id.key_account_no_credit")
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
        zero = Domain("commercial_partner_id.key_account_no_credit", "=", True)
        limited = Domain("commercial_partner_id.credit_limit", "!=", 0) & ~zero
        if not self.env.company._get_key_account_credit_facts().uses_credit:
            return Domain.TRUE if state == "none" else Domain.FALSE
        return {"zero": zero, "limited": limited, "none": ~zero & ~limited}.get(state, Domain.FALSE)

    # -------------------------------------------------------------------------
    # Used credit
    # -------------------------------------------------------------------------

    @api.depends("commercial_partner_id.credit_limit", "commercial_partner_id.key_account_no_credit")
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
        """Return ``{customer: Exposure}`` in the company whose limit is shown, overdue amounts included."""
        exposures, groups = {}, {}
        for customer, (company, _limit) in shown.items():
            groups[company] = groups.get(company, customer._origin) | customer._origin
        for company, customers in groups.items():
            exposures |= self.env["key.account.exposure"]._get_exposures(customers, company, overdue_days=0)
        return exposures

    @api.model
    def _prepare_key_account_credit(self, exposure, limit):
        """Return the credit figures to show of a customer; amounts in company currency."""
        used = exposure.used if exposure else ZERO
        return {
            "key_account_credit_used": float(used),
            "key_account_credit_free": float(ZERO if limit is None else limit - used),
            "key_account_credit_pct": self._get_key_account_credit_pct(used, limit),
            "key_account_overdue": float(exposure.overdue) if exposure else 0,
        }

    @api.model
    def _get_key_account_credit_pct(self, used, limit):
        """Return the used percentage of the limit, for a bar: never below 0; 100 when the limit is 0."""
        if used <= 0 or limit is None:
            return 0
        # Truncated, not rounded: 100 means that the limit is reached.
        return int(used * 100 / limit) if limit else 100

    @api.model
    def _search_key_account_credit_free(self, operator, value):
        """Find customers with a limit by what is left of it: ``< 0`` is over the limit."""
        limited = self.search([("key_account_credit_state", "in", ("limited", "zero"))])
        return self._search_key_account_figure(limited, "key_account_credit_free", operator, value)

    @api.model
    def _search_key_account_overdue(self, operator, value):
        """Find customers by their overdue amount: ``> 0`` is overdue."""
        # sudo: only whether a customer owes something is read; the amounts follow from fields with their own groups
        items = self.env["account.move.line"].sudo()
        domain = [
            ("company_id", "child_of", self.env.company.id),
            ("account_type", "=", "asset_receivable"),
            ("parent_state", "=", "posted"),
            ("reconciled", "=", False),
            ("date_maturity", "<", fields.Date.context_today(self)),
        ]
        owing = self.browse(customer.id for (customer,) in items._read_group(domain, ["partner_id"]) if customer)
        return self._search_key_account_figure(owing, "key_account_overdue", operator, value)

    @api.model
    def _search_key_account_figure(self, candidates, name, operator, value):
        """Return the domain of the candidates whose figure compares so; of the others the figure counts as zero."""
        compare = COMPARISONS.get(operator)
        if not compare or compare(0, value):
            return NotImplemented
        found = candidates.filtered(lambda customer: compare(customer[name], value))
        return Domain("commercial_partner_id", "in", found.commercial_partner_id.ids)

    def action_open_key_account_exposure(self):
        """Open the documents that make up the used credit."""
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
    # A contact gets another commercial partner: drafts for it may now be for another customer
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
        """Recompute the open amounts of order lines on drafts of these contacts, or on drafts of their orders."""
        # sudo: a user who may change a contact may lack read access to its invoices
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

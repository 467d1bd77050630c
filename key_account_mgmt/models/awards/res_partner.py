from collections import defaultdict
from contextlib import contextmanager, nullcontext
from decimal import ROUND_HALF_UP, Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ..credit.res_partner import CREDIT_READERS, LIMIT_FIELDS
from ..discounts.key_account_discount_value import ZERO
from .credit_family import CreditFamily, Member
from .key_account_credit_entry import LimitChange

FAMILY_FIELDS = frozenset({"parent_id", "is_company", "commercial_partner_id"})
# Fields whose change may change the limit that is in force for a customer.
LIMIT_ROUTES = FAMILY_FIELDS | set(LIMIT_FIELDS)


class ResPartner(models.Model):
    """The awards of a customer, and the ledger of its credit limit."""

    _inherit = "res.partner"

    key_account_award_count = fields.Integer(
        compute="_compute_key_account_award_count", groups="key_account_mgmt.group_key_account_user"
    )
    key_account_entry_count = fields.Integer(
        compute="_compute_key_account_award_count", groups="key_account_mgmt.group_key_account_user"
    )
    key_account_limit_off = fields.Boolean(
        compute="_compute_key_account_limit_off",
        groups=CREDIT_READERS,
        help="An award gave the customer a credit limit, but Sales Credit Limit is disabled in the company's settings.",
    )

    @api.depends_context("company")
    def _compute_key_account_limit_off(self):
        self.key_account_limit_off = False
        # With the whole part switched off, nothing of it is shown.
        is_on = self.env["key.account.part"]._is_on("credit")
        if not is_on or self.env.company._get_key_account_credit_facts().uses_credit:
            return
        # sudo: a user who may see limits may know whether a limit counts
        domain = [("company_id", "=", self.env.company.id), ("state", "=", "posted"), ("kind", "=", "credit")]
        domain += [("partner_id", "in", self.commercial_partner_id.ids)]
        granted = {partner for (partner,) in self.env["key.account.award"].sudo()._read_group(domain, ["partner_id"])}
        for partner in self:
            partner.key_account_limit_off = partner.commercial_partner_id.sudo() in granted

    @api.depends_context("company", "uid")
    def _compute_key_account_award_count(self):
        awards = self._count_key_account("key.account.award")
        entries = self._count_key_account("key.account.credit.entry")
        for partner in self:
            partner.key_account_award_count = awards.get(partner.commercial_partner_id, 0)
            partner.key_account_entry_count = entries.get(partner.commercial_partner_id, 0)

    def _count_key_account(self, model):
        domain = [("partner_id", "in", self.commercial_partner_id.ids), ("company_id", "=", self.env.company.id)]
        return dict(self.env[model]._read_group(domain, ["partner_id"], ["__count"]))

    def action_open_key_account_awards(self):
        """Open all awards of the customer, the last one first."""
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id("key_account_mgmt.key_account_award_action")
        return {
            **action,
            "name": self.env._("Awards of %(customer)s", customer=self.commercial_partner_id.display_name),
            "domain": [
                ("partner_id", "=", self.commercial_partner_id.id),
                ("company_id", "=", self.env.company.id),
            ],
            "context": {},
        }

    def action_open_key_account_ledger(self):
        """Open all changes of the customer's credit limit, the last one first."""
        self.ensure_one()
        return self.commercial_partner_id._get_key_account_ledger_action(self.env.company)

    def _get_key_account_ledger_action(self, company):
        action = self.env["ir.actions.actions"]._for_xml_id("key_account_mgmt.key_account_credit_entry_action")
        return {
            **action,
            "name": self.env._("Credit limit of %(customer)s", customer=self.display_name),
            "domain": [("partner_id", "=", self.id), ("company_id", "=", company.id)],
        }

    # -------------------------------------------------------------------------
    # Every change of a customer's credit limit is recorded in the ledger
    # -------------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        with self._hold_key_account_limits():
            partners = super().create(vals_list)
            default = self._get_key_account_default_limit()
            # Even without a limit in the values: any user may have personal defaults.
            partners._note_key_account_limits(dict.fromkeys(partners, default))
        return partners

    def write(self, vals):
        if LIMIT_ROUTES.isdisjoint(vals):
            return super().write(vals)
        # The family outside: manual changes are recorded before the contacts that moved are settled.
        with self._follow_key_account_family(vals), self._follow_key_account_limits(vals):
            return super().write(self._get_key_account_limit_vals(vals))

    @contextmanager
    def _follow_key_account_limits(self, vals):
        """Record manual changes of limits within this context, or refuse them."""
        if set(LIMIT_FIELDS).isdisjoint(vals):
            yield
            return
        before = self._get_key_account_own_limits()
        with self._hold_key_account_limits():
            yield
            self._note_key_account_limits(before)

    @api.model
    def _get_key_account_limit_vals(self, vals):
        """Replace an unticked box by the default limit: core would overwrite the limit in a second change."""
        if "credit_limit" not in vals or vals.get("use_partner_credit_limit", True):
            return vals
        vals = {name: value for name, value in vals.items() if name != "use_partner_credit_limit"}
        return {**vals, "credit_limit": self._fields["credit_limit"].get_company_dependent_fallback(self)}

    def _is_key_account_customer(self):
        return self.commercial_partner_id == self

    def _get_key_account_own_limits(self):
        """Return the current company's limits of the customers among these partners: ``{partner: Decimal or None}``."""
        # sudo: the ledger needs the previous limit even if the user may not see it
        return {
            partner.with_env(self.env): partner._get_key_account_limit()
            for partner in self.sudo()
            if partner._is_key_account_customer()
        }

    @api.model
    def _get_key_account_default_limit(self):
        """Return the limit in the current company of customers without a limit of their own."""
        if self._fields["key_account_no_credit"].get_company_dependent_fallback(self):
            return Decimal(0)
        default = self._fields["credit_limit"].get_company_dependent_fallback(self)
        return max(Decimal(repr(default)), Decimal(0)) if default else None

    # -------------------------------------------------------------------------
    # Manual changes
    # -------------------------------------------------------------------------

    @api.model
    def _is_key_account_limit_forbidden(self):
        # sudo: the setting binds all users, including those who may not read companies
        return self.env.company.sudo().key_account_forbid_manual_limit

    @api.model
    def _hold_key_account_limits(self):
        """Return a savepoint if manual changes are forbidden: a caller that catches the error cannot keep them."""
        return self.env.cr.savepoint() if self._is_key_account_limit_forbidden() else nullcontext()

    def _note_key_account_limits(self, before):
        """Record manual changes, or refuse them.

        :param before: limits of customers among these partners, before the change
        """
        # sudo: the ledger records the changes of all users
        company, after = self.env.company, self._get_key_account_own_limits()
        changes = [
            LimitChange(customer.sudo(), company, limit, after[customer])
            for customer, limit in before.items()
            if after.get(customer, limit) != limit
        ]
        if changes and self._is_key_account_limit_forbidden():
            raise UserError(changes[0].customer._get_key_account_forbidden_message())
        if changes:
            self.env["key.account.credit.entry"]._record_changes(changes)

    def _get_key_account_forbidden_message(self):
        return self.env._(
            "The credit limit of “%(customer)s” cannot be changed by hand: in %(company)s limits come from awards."
            " Evaluate the customer and let finance approve the award, or ask an administrator to allow manual"
            " changes in the settings.",
            customer=self.display_name,
            company=self.env.company.name,
        )

    # -------------------------------------------------------------------------
    # Changes by awards
    # -------------------------------------------------------------------------

    @api.model
    def _set_key_account_limits(self, changes):
        """Write limits and record them in the ledger, bypassing ``write``.

        Private, hence out of reach of remote calls. The limits were decided by Finance, or are restored ones.

        :param list[LimitChange] changes: at most one per customer and company; ``new`` is written
        """
        groups = defaultdict(list)
        for change in changes:
            groups[change.company, change.new].append(change.customer.id)
        # Prefetch the reads of writing for all customers at once.
        prefetch = [change.customer.id for change in changes]
        for (company, limit), customer_ids in groups.items():
            # sudo: Finance may set limits of customers that record rules hide from it
            customers = self.sudo().with_company(company).browse(customer_ids).with_prefetch(prefetch)
            customers._write_key_account_limit(limit)
        return self.env["key.account.credit.entry"]._record_changes(changes)

    def _write_key_account_limit(self, limit):
        """Write a limit, bypassing the ``write`` of this class."""
        values = self._prepare_key_account_limit(limit)
        return super().write(values)  # pylint: disable=super-method-mismatch

    # -------------------------------------------------------------------------
    # Contacts join and leave companies, are copied, merged and deleted: no limit gets lost, and none is granted twice
    # -------------------------------------------------------------------------

    def unlink(self):
        """Settle the limits of contacts that leave a company because it is deleted."""
        with self._follow_key_account_family():
            return super().unlink()

    def copy(self, default=None):
        """Copy "nothing on credit" to the new customer as well, until a user or an award decides otherwise."""
        copies = super().copy(default)
        places = self._read_key_account_members(self.commercial_partner_id)
        for partner, made in zip(self, copies, strict=True):
            limits = places[partner.commercial_partner_id.id].limits if made._is_key_account_customer() else {}
            made._store_key_account_limits({made.id: {key: limit for key, limit in limits.items() if limit == 0}})
        copies._settle_key_account_ledger("copied")
        return copies

    def create_company(self):
        """Move the customer's limit to its new company."""
        before = self._read_key_account_members(self)[self.id]
        result = super().create_company()
        if before.commercial_id == self.id != self.commercial_partner_id.id:
            CreditFamily(self).move(before.limits, self.commercial_partner_id)
        return result

    @contextmanager
    def _follow_key_account_family(self, vals=None):
        """Settle the limits after contacts joined or left companies within this context.

        :param vals: what will be written; None: anything may change
        """
        if vals is not None and FAMILY_FIELDS.isdisjoint(vals):
            yield
            return
        family = self._get_key_account_family()
        # sudo: limits bind all users, including those who may not read them
        before = self._read_key_account_members(family | family.sudo().commercial_partner_id)
        # Orders that the same call confirms are checked after the limits are settled.
        with self.env["key.account.guard"]._checking_changes(self.env["sale.order"]):
            yield
            CreditFamily(family.exists()).settle(before)

    # -------------------------------------------------------------------------
    # Stored limits
    # -------------------------------------------------------------------------

    def _get_key_account_family(self):
        """Return these contacts and all contacts below them, including archived ones."""
        self.env["res.partner"].flush_model(["parent_id"])
        rows = self.env.execute_query(
            SQL(
                """
                WITH RECURSIVE family(id) AS (
                    SELECT unnest(%s)
                     UNION
                    SELECT contact.id FROM res_partner contact JOIN family ON contact.parent_id = family.id
                )
                SELECT id FROM family
                """,
                list(self.ids),
            )
        )
        return self.browse(partner_id for (partner_id,) in rows)

    @api.model
    def _read_key_account_members(self, partners):
        """Return ``{partner id: Member}``, for all companies, in one statement."""
        self.env["res.partner"].flush_model(["commercial_partner_id", *LIMIT_FIELDS])
        rows = self.env.execute_query(
            SQL(
                "SELECT id, commercial_partner_id, credit_limit, key_account_no_credit FROM res_partner"
                " WHERE id = ANY(%s)",
                list(partners.ids),
            )
        )
        return {row_id: Member(owner_id, self._get_stored_limits(*stored)) for row_id, owner_id, *stored in rows}

    @api.model
    def _get_stored_limits(self, limits, zeros):
        """Return ``{company id: Decimal or None}`` from the two stored columns."""
        amounts = {int(key): amount for key, amount in (limits or {}).items() if amount is not None}
        stored = {key: max(Decimal(repr(amount)), ZERO) if amount else None for key, amount in amounts.items()}
        return stored | {int(key): ZERO for key, zero in (zeros or {}).items() if zero}

    @api.model
    def _get_key_account_default_limits(self):
        """Return ``{company id: Decimal or None}``: the limits of customers without a limit of their own."""
        # sudo: companies that the user may not see share these customers
        companies = self.env["res.company"].sudo().with_context(active_test=False).search(Domain.TRUE)
        partners = self.sudo()
        return {company.id: partners.with_company(company)._get_key_account_default_limit() for company in companies}

    @api.model
    def _store_key_account_limits(self, limits):
        """Write limits without ledger entries; the caller settles the ledger.

        :param dict limits: ``{partner id: {company id: Decimal or None}}``
        """
        groups = defaultdict(list)
        for partner_id, by_company in limits.items():
            for company_id, limit in by_company.items():
                groups[company_id, limit].append(partner_id)
        for (company_id, limit), partner_ids in groups.items():
            # sudo: changes of a contact apply in all companies, and for users who may not see limits
            partners = self.sudo().with_company(company_id).browse(partner_ids)
            partners._write_key_account_limit(limit)

    @api.model
    def _forget_key_account_limits(self, partners):
        """Delete the stored limits of contacts, which are copies of the company's: now the default applies."""
        self.env["res.partner"].flush_model(LIMIT_FIELDS)
        self.env.cr.execute(
            SQL(
                "UPDATE res_partner SET credit_limit = NULL, key_account_no_credit = NULL WHERE id = ANY(%s)",
                list(partners.ids),
            )
        )
        partners.invalidate_recordset(LIMIT_FIELDS)

    # -------------------------------------------------------------------------
    # The ledger
    # -------------------------------------------------------------------------

    def _settle_key_account_ledger(self, source, companies=None):
        """End the ledgers of these customers with the current limits, where they differ.

        :param source: the event
        :param companies: restrict to these; all by default
        """
        # sudo: the ledger also records changes of companies that the user may not see
        companies = (companies or self.env["res.company"]).sudo() or self.env["res.company"].sudo().search(Domain.TRUE)
        customers = self.sudo().filtered(lambda partner: partner._is_key_account_customer())
        members, defaults = self._read_key_account_members(customers), self._get_key_account_default_limits()
        last = self.env["key.account.credit.entry"]._get_last_entries(customers)
        changes = []
        for customer in customers:
            for company in companies:
                default, entry = defaults[company.id], last.get((customer.id, company.id))
                limit = members[customer.id].limits.get(company.id, default)
                old = entry.new if entry else default
                if self._round_key_account_limit(limit, company) != self._round_key_account_limit(old, company):
                    changes.append(LimitChange(customer, company, old, limit, source))
        if changes:
            self.env["key.account.credit.entry"]._record_changes(changes)

    @api.model
    def _note_key_account_defaults(self, before):
        """Record new default limits of companies: once for all customers, and for each customer with a ledger.

        :param dict before: ``{company id: Decimal or None}``
        """
        after, ledger = self._get_key_account_default_limits(), self.env["key.account.credit.entry"]
        changed = [company_id for company_id, limit in after.items() if before.get(company_id) != limit]
        # sudo: defaults are recorded even for companies that the user may not see
        for company in self.env["res.company"].sudo().browse(changed):
            ledger._record_default(company, before.get(company.id), after[company.id])
            groups = ledger.sudo()._read_group([("company_id", "=", company.id)], ["partner_id"])
            self.browse().union(*(partner for (partner,) in groups))._settle_key_account_ledger("default", company)

    @api.model
    def _round_key_account_limit(self, limit, company):
        """Round a limit as the ledger stores it."""
        step = Decimal(1).scaleb(-company.currency_id.decimal_places)
        return None if limit is None else limit.quantize(step, ROUND_HALF_UP)

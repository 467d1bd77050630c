from collections import defaultdict
from contextlib import nullcontext
from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..credit.res_partner import CREDIT_READERS, LIMIT_FIELDS
from .key_account_credit_entry import LimitChange


class ResPartner(models.Model):
    """The awards of a customer, and the ledger of its credit limit."""

    _inherit = "res.partner"  # pylint: disable=consider-merging-classes-inherited

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
        if self.env.company._get_key_account_credit_facts().uses_credit:
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
        if set(LIMIT_FIELDS).isdisjoint(vals):
            return super().write(vals)
        before = self._get_key_account_own_limits()
        with self._hold_key_account_limits():
            result = super().write(self._get_key_account_limit_vals(vals))
            self._note_key_account_limits(before)
        return result

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
        if self._fields["key_account_zero_limit"].get_company_dependent_fallback(self):
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

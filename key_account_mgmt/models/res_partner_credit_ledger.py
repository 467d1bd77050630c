from collections import defaultdict

from odoo import api, models
from odoo.exceptions import UserError

from .key_account_credit_entry import Limit, LimitChange

# A contact carries a copy of its company's limit, and has it for its own when it leaves the company.
OWNER_FIELDS = {"parent_id", "is_company"}


class ResPartner(models.Model):
    """Whatever changes the credit limit of a customer gets into the ledger.

    Awards go through ``_set_key_account_limits``. Every other write is a manual one, also those of the superuser:
    no context key makes a difference.
    """

    _inherit = "res.partner"  # pylint: disable=consider-merging-classes-inherited

    @api.model_create_multi
    def create(self, vals_list):
        partners = super().create(vals_list)
        default = self._get_key_account_default_limit()
        before = {partner: default for partner in partners if partner.sudo()._is_key_account_customer()}
        after = partners._get_key_account_limits()
        partners._check_key_account_limits([p for p, limit in before.items() if after[p] != limit])
        partners._note_key_account_limits(before)
        return partners

    def write(self, vals):
        vals = self._get_key_account_limit_vals(vals)
        if "credit_limit" not in vals and not OWNER_FIELDS & vals.keys():
            return super().write(vals)
        before = self._get_key_account_limits()
        if "credit_limit" in vals:
            wanted = self._get_key_account_written_limit(vals)
            self._check_key_account_limits([p for p, limit in before.items() if limit != wanted])
        # Now, since core takes what it has written out of the values.
        contacts = self.filtered(lambda partner: partner not in before) if OWNER_FIELDS & vals.keys() else self.browse()
        result = super().write(vals)
        self._note_key_account_limits(before)
        contacts.sudo().filtered(lambda partner: partner._is_key_account_customer())._receive_key_account_limits()
        return result

    @api.model
    def _get_key_account_limit_vals(self, vals):
        """Core writes the default over the limit when its box is not ticked: here it is one change, not two."""
        if "credit_limit" not in vals or vals.get("use_partner_credit_limit", True):
            return vals
        vals = {name: value for name, value in vals.items() if name != "use_partner_credit_limit"}
        return {**vals, "credit_limit": self._get_key_account_default_limit().amount}

    def _is_key_account_customer(self):
        return self.commercial_partner_id == self

    # -------------------------------------------------------------------------
    # What a limit is
    # -------------------------------------------------------------------------

    def _get_key_account_limits(self):
        """The limits of the customers among these partners in the current company: ``{partner: Limit}``."""
        # sudo: the ledger has to know what the limit was, also where the user does not see it
        return {
            partner.with_env(self.env): partner._get_key_account_limit()
            for partner in self.sudo()
            if partner._is_key_account_customer()
        }

    def _get_key_account_limit(self):
        """The limit of one customer. In core, zero is no limit."""
        return Limit(self.credit_limit, bool(self.credit_limit))

    @api.model
    def _get_key_account_written_limit(self, vals):
        """The limit that a customer has after ``vals`` are written."""
        amount = float(vals["credit_limit"] or 0)
        return Limit(amount, bool(amount))

    @api.model
    def _get_key_account_default_limit(self):
        """What a customer has in the current company without a limit of its own."""
        amount = self._fields["credit_limit"].get_company_dependent_fallback(self)
        return Limit(amount, bool(amount))

    @api.model
    def _prepare_key_account_limit(self, limit):
        """What to write on a customer so that it has that limit."""
        return {"credit_limit": limit.amount if limit.limited else 0.0}

    # -------------------------------------------------------------------------
    # By hand
    # -------------------------------------------------------------------------

    @api.model
    def _check_key_account_limits(self, changed):
        """Refuse to change limits by hand where the company forbids it."""
        if changed and self.env.company.sudo().key_account_forbid_manual_limit:
            raise UserError(
                self.env._(
                    "The credit limit of “%(customer)s” cannot be changed by hand: in %(company)s limits come from"
                    " awards. Evaluate the customer and let finance approve the award, or ask an administrator to"
                    " allow manual changes in the settings.",
                    customer=changed[0].sudo().display_name,
                    company=self.env.company.name,
                )
            )

    def _note_key_account_limits(self, before):
        """Record what changed by hand.

        :param before: limits of the customers among these partners, before the change
        """
        company, after = self.env.company, self._get_key_account_limits()
        changes = [
            LimitChange(customer.sudo(), company, limit, after[customer])
            for customer, limit in before.items()
            if after.get(customer, limit) != limit
        ]
        if changes:
            self.env["key.account.credit.entry"]._record_changes(changes)

    def _receive_key_account_limits(self):
        """Contacts that became customers of their own have the limit of the company that they left, in every company:
        a change by hand, or nothing that they may keep."""
        if not self:
            return
        # sudo: other companies' limits change as well, whoever may see them; all of them, so that none is forgotten
        for company in self.env["res.company"].sudo().search([]):  # pylint: disable=no-search-all
            partners = self.sudo().with_company(company)
            default = partners._get_key_account_default_limit()
            if company.key_account_forbid_manual_limit:
                kept = partners.filtered(lambda partner, own=default: partner._get_key_account_limit() != own)
                kept._write_key_account_limit(default)
            else:
                partners._note_key_account_limits(dict.fromkeys(partners, default))

    # -------------------------------------------------------------------------
    # By awards
    # -------------------------------------------------------------------------

    @api.model
    def _set_key_account_limits(self, changes):
        """Write limits and put them into the ledger: the door past ``write``. Private, hence out of reach of remote
        calls; what is written was decided by finance, or is what was there before.

        :param list[LimitChange] changes: at most one per customer and company; ``new`` is written
        """
        groups = defaultdict(list)
        for change in changes:
            groups[change.company, change.new].append(change.customer.id)
        for (company, limit), customer_ids in groups.items():
            # sudo: finance may set limits of customers that its own rights on contacts leave out
            self.sudo().with_company(company).browse(customer_ids)._write_key_account_limit(limit)
        return self.env["key.account.credit.entry"]._record_changes(changes)

    def _write_key_account_limit(self, limit):
        """Past the ``write`` of this class."""
        values = self._prepare_key_account_limit(limit)
        return super().write(values)  # pylint: disable=super-method-mismatch

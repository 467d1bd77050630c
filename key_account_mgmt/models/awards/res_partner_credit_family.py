from collections import defaultdict
from contextlib import contextmanager
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..credit.res_partner import LIMIT_FIELDS
from ..discounts.key_account_discount_value import ZERO
from .key_account_credit_entry import LimitChange

FAMILY_FIELDS = frozenset({"parent_id", "is_company", "commercial_partner_id"})
ENDED = ("expired", "reverted")


class Member(NamedTuple):
    """A contact with its ``commercial_id`` and its stored ``limits`` by company; None means no limit.

    In companies without a stored limit, the default of the company applies.
    """

    commercial_id: int
    limits: dict


class ResPartner(models.Model):
    """Keep credit limits correct when contacts join and leave companies, are copied, merged or deleted.

    No limit gets lost, none is granted twice, and the last entry of the ledger has the current limit.
    """

    _inherit = "res.partner"  # pylint: disable=consider-merging-classes-inherited

    # -------------------------------------------------------------------------
    # Routes
    # -------------------------------------------------------------------------

    def write(self, vals):
        if FAMILY_FIELDS.isdisjoint(vals):
            return super().write(vals)
        with self._follow_key_account_family():
            return super().write(vals)

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
            self._move_key_account_limits(before.limits, self.commercial_partner_id)
        return result

    @contextmanager
    def _follow_key_account_family(self):
        """Settle the limits after contacts joined or left companies within this context."""
        family = self._get_key_account_family()
        # sudo: limits bind all users, including those who may not read them
        before = self._read_key_account_members(family | family.sudo().commercial_partner_id)
        # Orders that the same call confirms are checked after the limits are settled.
        with self.env["key.account.guard"]._watch(self.env["sale.order"]):
            yield
            family.exists()._settle_key_account_family(before)

    def _settle_key_account_family(self, before):
        """Settle the limits of contacts whose commercial partner has changed.

        :param dict before: ``{partner id: Member}``, including the former commercial partners
        """
        # sudo: the commercial partner does not depend on the rights of the user
        now = {partner: partner.commercial_partner_id for partner in self.sudo()}
        moved = {partner: target for partner, target in now.items() if before[partner.id].commercial_id != target.id}
        joined = {one: target for one, target in moved.items() if before[one.id].commercial_id == one.id}
        left = {one: before[one.id].commercial_id for one, target in moved.items() if target == one}
        if joined:
            self._join_key_account_limits(joined, before)
        if left:
            self._leave_key_account_limits(left, before)

    # -------------------------------------------------------------------------
    # Join and leave
    # -------------------------------------------------------------------------

    @api.model
    def _join_key_account_limits(self, joined, before):
        """Cap the limits of companies at those of the customers that joined; companies with an own limit keep it.

        Otherwise a customer could lose its limit by joining a company without one.

        :param dict joined: ``{partner: its commercial partner now}``
        """
        partners, targets = self.browse().union(*joined), self.browse().union(*joined.values())
        last = self.env["key.account.credit.entry"]._get_last_entries(partners | targets)
        owners = self._read_key_account_members(targets)
        joining = defaultdict(list)
        for partner, target in joined.items():
            joining[target.id].append(self._get_key_account_decided(partner, before[partner.id], last))
        self._store_key_account_limits(
            {key: self._get_key_account_common(owners[key].limits, all_limits) for key, all_limits in joining.items()}
        )
        targets._settle_key_account_ledger("joined")
        self._note_key_account_joined(joined, before, last)

    @api.model
    def _get_key_account_decided(self, partner, member, last):
        """Return the limits of a customer that a user or an award decided, not those that followed its contact."""
        return {
            company_id: limit
            for company_id, limit in member.limits.items()
            if (partner.id, company_id) not in last or last[partner.id, company_id].decided
        }

    @api.model
    def _get_key_account_common(self, own, joining):
        """Return the new limits of a customer that others join or are merged into: ``{company id: limit}``.

        A limit of its ``own``, other than the company's default, stays. Otherwise the lowest limit applies, including
        the default.
        """
        defaults = self._get_key_account_default_limits()
        decided = {company_id for company_id, limit in own.items() if limit != defaults[company_id]}
        common = {}
        for company_id in {company_id for limits in joining for company_id in limits} - decided:
            limits = [limits[company_id] for limits in joining if limits.get(company_id) is not None]
            lowest = min(limits, default=None)
            if lowest is not None and (defaults[company_id] is None or lowest < defaults[company_id]):
                common[company_id] = lowest
        return common

    @api.model
    def _note_key_account_joined(self, joined, before, last):
        """Record the company's limit for customers that joined it, if they have a ledger or a limit themselves."""
        defaults, changes = self._get_key_account_default_limits(), []
        owners = self._read_key_account_members(self.browse().union(*joined.values()))
        # sudo: the ledger also records changes of companies that the user may not see
        companies = self.env["res.company"].sudo()
        for partner, target in joined.items():
            own = before[partner.id].limits
            for company_id in sorted(own.keys() | {company for one, company in last if one == partner.id}):
                new = owners[target.id].limits.get(company_id, defaults[company_id])
                old = own.get(company_id, defaults[company_id])
                if (partner.id, company_id) in last or old != defaults[company_id]:
                    changes.append(LimitChange(partner, companies.browse(company_id), old, new, "joined"))
        self.env["key.account.credit.entry"]._record_changes(changes)

    @api.model
    def _leave_key_account_limits(self, left, before):
        """Give contacts that leave a company the limit from before they joined it, or else nothing on credit.

        Odoo copies the limit of a company to its contacts. If it were kept, it would be granted twice. If it were
        deleted, there would be no limit at all in most companies, and any salesperson can take a contact out of its
        company.

        :param dict left: ``{partner: id of its former commercial partner}``
        """
        partners = self.browse().union(*left)
        last = self.env["key.account.credit.entry"]._get_last_entries(partners)
        self._forget_key_account_limits(partners)
        self._store_key_account_limits(
            {
                partner.id: self._get_key_account_left(partner.id, before[former].limits, last)
                for partner, former in left.items()
            }
        )
        partners._settle_key_account_ledger("left")

    @api.model
    def _get_key_account_left(self, partner_id, former, last):
        """Return the limits of a contact that left: ``{company id: Decimal}``; in other companies the default applies.

        :param dict former: the limits of its former company
        """
        zeros = {company_id: ZERO for company_id, limit in former.items() if limit is not None}
        entries = {company_id: entry for (one, company_id), entry in last.items() if one == partner_id}
        joined = {key: entry for key, entry in entries.items() if entry.source == "joined" and entry.old is not None}
        # A temporary limit may have ended meanwhile.
        own = {key: ZERO if entry.award_state in ENDED else entry.old for key, entry in joined.items()}
        return {**zeros, **own}

    def _move_key_account_limits(self, limits, company_partner):
        """Move the limits of a customer to its new company: they belong to it and do not return to the contact."""
        self._store_key_account_limits({company_partner.id: limits})
        company_partner._settle_key_account_ledger("moved")
        # sudo: the ledger also records changes of companies that the user may not see
        companies = self.env["res.company"].sudo()
        changes = [
            LimitChange(self.sudo(), companies.browse(company_id), limit, limit, "moved")
            for company_id, limit in limits.items()
        ]
        self.env["key.account.credit.entry"]._record_changes(changes)

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
                "SELECT id, commercial_partner_id, credit_limit, key_account_zero_limit FROM res_partner"
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
                "UPDATE res_partner SET credit_limit = NULL, key_account_zero_limit = NULL WHERE id = ANY(%s)",
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

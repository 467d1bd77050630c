from collections import defaultdict
from typing import NamedTuple

from ..discounts.key_account_discount_value import ZERO
from .key_account_credit_entry import LimitChange

ENDED = ("expired", "reverted")


class Member(NamedTuple):
    """A contact with its ``commercial_id`` and its stored ``limits`` by company; None means no limit.

    In companies without a stored limit, the default of the company applies.
    """

    commercial_id: int
    limits: dict


class CreditFamily:
    """Keeps credit limits correct when contacts join and leave companies.

    No limit gets lost, none is granted twice, and the last entry of the ledger has the current limit.
    """

    def __init__(self, partners):
        self.partners = partners
        self.env = partners.env

    def settle(self, before):
        """Settle the limits of contacts whose commercial partner has changed.

        :param dict before: ``{partner id: Member}``, including the former commercial partners
        """
        # sudo: the commercial partner does not depend on the rights of the user
        now = {partner: partner.commercial_partner_id for partner in self.partners.sudo()}
        moved = {partner: target for partner, target in now.items() if before[partner.id].commercial_id != target.id}
        joined = {one: target for one, target in moved.items() if before[one.id].commercial_id == one.id}
        left = {one: before[one.id].commercial_id for one, target in moved.items() if target == one}
        if joined:
            self._join(joined, before)
        if left:
            self._leave(left, before)

    def _join(self, joined, before):
        """Cap the limits of companies at those of the customers that joined; companies with an own limit keep it.

        Otherwise a customer could lose its limit by joining a company without one.

        :param dict joined: ``{partner: its commercial partner now}``
        """
        partners, targets = self.partners.browse().union(*joined), self.partners.browse().union(*joined.values())
        last = self.env["key.account.credit.entry"]._get_last_entries(partners | targets)
        owners = self.partners._read_key_account_members(targets)
        joining = defaultdict(list)
        for partner, target in joined.items():
            joining[target.id].append(self.get_decided(partner, before[partner.id], last))
        self.partners._store_key_account_limits(
            {key: self.get_common(owners[key].limits, all_limits) for key, all_limits in joining.items()}
        )
        targets._settle_key_account_ledger("joined")
        self._note_joined(joined, before, last)

    def get_decided(self, partner, member, last):
        """Return the limits of a customer that a user or an award decided, not those that followed its contact."""
        return {
            company_id: limit
            for company_id, limit in member.limits.items()
            if (partner.id, company_id) not in last or last[partner.id, company_id].decided
        }

    def get_common(self, own, joining):
        """Return the new limits of a customer that others join or are merged into: ``{company id: limit}``.

        A limit of its ``own``, other than the company's default, stays. Otherwise the lowest limit applies, including
        the default.
        """
        defaults = self.partners._get_key_account_default_limits()
        decided = {company_id for company_id, limit in own.items() if limit != defaults[company_id]}
        common = {}
        for company_id in {company_id for limits in joining for company_id in limits} - decided:
            limits = [limits[company_id] for limits in joining if limits.get(company_id) is not None]
            lowest = min(limits, default=None)
            if lowest is not None and (defaults[company_id] is None or lowest < defaults[company_id]):
                common[company_id] = lowest
        return common

    def _note_joined(self, joined, before, last):
        """Record the company's limit for customers that joined it, if they have a ledger or a limit themselves."""
        defaults, changes = self.partners._get_key_account_default_limits(), []
        owners = self.partners._read_key_account_members(self.partners.browse().union(*joined.values()))
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

    def _leave(self, left, before):
        """Give contacts that leave a company the limit from before they joined it, or else nothing on credit.

        Odoo copies the limit of a company to its contacts. If it were kept, it would be granted twice. If it were
        deleted, there would be no limit at all in most companies, and any salesperson can take a contact out of its
        company.

        :param dict left: ``{partner: id of its former commercial partner}``
        """
        partners = self.partners.browse().union(*left)
        last = self.env["key.account.credit.entry"]._get_last_entries(partners)
        self.partners._forget_key_account_limits(partners)
        self.partners._store_key_account_limits(
            {partner.id: self._get_left(partner.id, before[former].limits, last) for partner, former in left.items()}
        )
        partners._settle_key_account_ledger("left")

    def _get_left(self, partner_id, former, last):
        """Return the limits of a contact that left: ``{company id: Decimal}``; in other companies the default applies.

        :param dict former: the limits of its former company
        """
        zeros = {company_id: ZERO for company_id, limit in former.items() if limit is not None}
        entries = {company_id: entry for (one, company_id), entry in last.items() if one == partner_id}
        joined = {key: entry for key, entry in entries.items() if entry.source == "joined" and entry.old is not None}
        # A temporary limit may have ended meanwhile.
        own = {key: ZERO if entry.award_state in ENDED else entry.old for key, entry in joined.items()}
        return {**zeros, **own}

    def move(self, limits, company_partner):
        """Move the limits of a customer to its new company: they belong to it and do not return to the contact."""
        self.partners._store_key_account_limits({company_partner.id: limits})
        company_partner._settle_key_account_ledger("moved")
        # sudo: the ledger also records changes of companies that the user may not see
        companies = self.env["res.company"].sudo()
        changes = [
            LimitChange(self.partners.sudo(), companies.browse(company_id), limit, limit, "moved")
            for company_id, limit in limits.items()
        ]
        self.env["key.account.credit.entry"]._record_changes(changes)

from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial
from typing import Any

from odoo import api, models
from odoo.exceptions import UserError

from ...rules import CreditUse, tolerated
from ..discounts.key_account_discount_value import ZERO
from ..shared.order_hold import HOLD_INSTEAD_OF_RAISING


@dataclass(frozen=True)
class CreditVerdict:
    """The credit that an order uses of the invoiced customer, against the limit; amounts in the company's currency.

    ``problem`` says why there is no judgement (only when the caller asked with ``strict=False``).
    """

    customer: Any
    company: Any
    use: CreditUse
    problem: str | None = None

    limit = property(lambda self: self.use.limit)
    used = property(lambda self: self.use.used)
    value = property(lambda self: self.use.value)
    overdue = property(lambda self: self.use.overdue)
    excess = property(lambda self: self.use.excess)

    @property
    def left(self):
        """Return what the order leaves of the limit; infinite if there is no limit."""
        return Decimal("Infinity") if self.limit is None else self.limit - self.used - self.value

    @property
    def account(self):
        """Return the customer and the company between which the credit exists."""
        return self.customer, self.company

    @property
    def over(self):
        return bool(self.problem) or self.use.over

    def get_terms(self):
        """Return the terms that an approval of this verdict covers, as JSON."""
        return self.use.terms

    def is_covered(self, consented):
        """Return whether this verdict is within ``consented``, the terms of an earlier one on the same customer."""
        return self.use.covered(consented)

    def is_no_worse_than(self, before):
        """Return whether the order uses no more of the same credit than before the change, whatever others use now."""
        same = self.account == before.account and self.problem == before.problem
        return same and self.use.no_worse(before.use)

    def with_use(self, **values):
        return replace(self, use=replace(self.use, **values))


class KeyAccountCredit(models.AbstractModel):
    """Judges whether orders fit into the credit of their customers: limits, what is used, what is overdue."""

    _name = "key.account.credit"
    _description = "Judgement of Credit"

    @api.model
    def _judge_orders(self, orders, strict=True):
        """Judge whether customers have the credit for orders, each order separately on top of the confirmed ones.

        An order of a branch has to be within the limits of both the branch and its parent company. The verdict names
        the limit that the order exceeds by more, or else the one with less left.

        :param orders: saved or new; saved and unsaved changes count alike
        :param bool strict: if False, a value that cannot be computed is a ``problem`` of the verdict
        :return: ``{order: CreditVerdict}``; left out are orders of companies that stop no orders, and orders of
            customers without a limit and without overdue amounts that count
        :raise UserError: a value that cannot be computed: a currency without rate (``strict`` only)
        """
        verdicts = self._add_overdue(self._get_claims(orders))
        problems = [verdict.problem for verdict in verdicts.values() if verdict.problem]
        if strict and problems:
            raise UserError("\n".join(problems))
        used = self._get_used(verdicts, self.env["key.account.exposure"]._get_exposures)
        counted = self._get_counted(verdicts)
        known = {
            (order, company): verdict.with_use(
                used=verdict.used + used.get(verdict.account, ZERO) - counted.get((order, company), ZERO)
            )
            for (order, company), verdict in verdicts.items()
        }
        return {order: self._get_worst(found) for order, found in self._group_by_order(known).items()}

    @api.model
    def _group_by_order(self, verdicts):
        """Return ``{order: [its verdicts]}`` for ``{(order, company): verdict}``."""
        groups = {}
        for (order, _company), verdict in verdicts.items():
            groups.setdefault(order, []).append(verdict)
        return groups

    @api.model
    def _get_worst(self, verdicts):
        return min(verdicts, key=lambda one: (not one.over, not one.overdue, -one.excess, one.left))

    # -------------------------------------------------------------------------
    # Steps
    # -------------------------------------------------------------------------

    @api.model
    def _get_claims(self, orders):
        """Return verdicts with only the limits and what the orders use, without other documents and overdue amounts.

        The shape is ``{(order, company): CreditVerdict}``, by the company whose limit it is: the order's or its parent
        company. For companies that stop no orders nothing is read; if no limit applies, only the limits are read.
        """
        claims = {}
        orders = self.env["key.account.discount"]._get_unbiased(orders)
        for company, group in orders.grouped("company_id").items():
            for limiting in company and company._get_key_account_limiting():
                if limiting._get_key_account_credit_facts().enforces:
                    found = self._get_company_claims(limiting, group)
                    claims |= {(order, limiting): claim for order, claim in found.items()}
        return claims

    @api.model
    def _get_company_claims(self, company, orders):
        limits = orders.env["res.partner"]._get_key_account_limits(orders.partner_invoice_id._origin, company)
        customers = {order: order.partner_invoice_id._origin.commercial_partner_id for order in orders}
        # Overdue amounts only count in the order's own company.
        is_own = company == orders.company_id
        checks_overdue = is_own and company._get_key_account_credit_facts().overdue_days is not None
        judged = orders.filtered(
            lambda order: customers[order] and (checks_overdue or limits[customers[order]] is not None)
        )
        exposure = self.env["key.account.exposure"]
        values, problems = exposure._get_order_values(judged, strict=False), exposure._get_order_problems(judged)
        claims = {
            order: self._get_claim(
                company, customers[order], limits[customers[order]], values[order], problems.get(order)
            )
            for order in judged
        }
        return self._without_just_paid(claims, company) if HOLD_INSTEAD_OF_RAISING.get() else claims

    @api.model
    def _without_just_paid(self, claims, company):
        """Deduct online payments of orders that customers confirm: Odoo books them only after confirmation."""
        return {
            order: claim.with_use(used=claim.used - self._get_just_paid(order, company))
            for order, claim in claims.items()
        }

    @api.model
    def _get_claim(self, company, customer, limit, value, problem):
        counts = limit is not None and value > 0
        return CreditVerdict(customer, company, CreditUse(limit, ZERO, value), problem if counts else None)

    @api.model
    def _add_overdue(self, claims):
        """Return the claims with their overdue amounts, without those that have neither a limit nor overdue amounts."""
        overdue = {}
        own = {key: claim for key, claim in claims.items() if key[0].company_id == claim.company}
        for company, customers in self._get_customers(own, limited=False).items():
            days = company._get_key_account_credit_facts().overdue_days
            if days is not None:
                amounts = self.env["key.account.exposure"]._get_overdue(customers, company, days)
                overdue |= {(customer, company): amount for customer, amount in amounts.items()}
        known = claims | {key: self._with_overdue(one, overdue.get(one.account, ZERO)) for key, one in own.items()}
        return {key: claim for key, claim in known.items() if claim.limit is not None or claim.overdue}

    @api.model
    def _with_overdue(self, claim, overdue):
        """Return the claim with the overdue amount, if that exceeds the amount that the company tolerates."""
        facts = claim.company._get_key_account_credit_facts()
        passed_over = tolerated(overdue, claim.limit, facts.tolerance, facts.tolerance_pct)
        return claim.with_use(overdue=ZERO if passed_over else overdue)

    @api.model
    def _get_used(self, verdicts, read):
        """Return the credit used by all documents together: ``{account: Decimal}``.

        :param read: function of customers and a company, such as ``_get_exposures``
        """
        used = {}
        for company, customers in self._get_customers(verdicts).items():
            used |= {(customer, company): found.used for customer, found in read(customers, company).items()}
        return used

    @api.model
    def _get_counted(self, verdicts):
        """Return the part of the used credit that the saved orders account for: ``{(order, company): Decimal}``."""
        confirmed = [key for key, verdict in verdicts.items() if self._is_counted(key[0]._origin, verdict)]
        # sudo: the used credit does not depend on the user's right to read the orders
        saved = self.env["sale.order"].sudo().union(*(order._origin for order, _company in confirmed))
        values = self.env["key.account.exposure"]._get_order_values(saved, strict=False)
        return {(order, company): values[order._origin] for order, company in confirmed}

    @api.model
    def _is_counted(self, order, verdict):
        """Return whether the used credit includes the saved order."""
        tree_ids = verdict.company._get_key_account_credit_facts().tree_ids
        is_payer = order.partner_invoice_id.commercial_partner_id == verdict.customer
        return order.state == "sale" and is_payer and order.company_id.id in tree_ids

    @api.model
    def _get_customers(self, verdicts, limited=True):
        """Return the customers of verdicts by company.

        :param bool limited: only customers with a limit
        :return: ``{company: customers}``, always in the same order, in which transactions take their locks
        """
        customers = {}
        for verdict in sorted(verdicts.values(), key=lambda verdict: verdict.company.id):
            if not limited or verdict.limit is not None:
                customers[verdict.company] = customers.get(verdict.company, verdict.customer) | verdict.customer
        return customers

    # -------------------------------------------------------------------------
    # Several orders, of this action and of concurrent ones: each is judged after the one before it
    # -------------------------------------------------------------------------

    @api.model
    def _get_refused(self, claims, get_consented):
        """Return which of several confirmed orders do not fit, each judged after the one before it.

        Orders that fit or are approved count as used credit for the customer's next order; refused orders do not.
        Example: with a limit of 1,000 and orders of 600, 500 and 400, the second is refused.

        :param dict claims: ``{(order, company): CreditVerdict}`` of ``_get_claims``, in the order of judging
        :param get_consented: function of orders: ``{order id: [terms]}``; called when an order does not fit
        :return: ``{order: CreditVerdict}``
        """
        verdicts = self._add_overdue(claims)
        orders = self.env["sale.order"].union(*(order for order, _company in verdicts))
        read = partial(self.env["key.account.exposure"]._get_locked_exposures, without_orders=orders)
        found = self._get_used(verdicts, read)
        used = {verdict.account: found.get(verdict.account, ZERO) for verdict in verdicts.values()}
        refused = self._judge_sequentially(verdicts, used, {})
        consented = get_consented(orders) if refused else {}
        return self._judge_sequentially(verdicts, used, consented) if consented else refused

    @api.model
    def _judge_sequentially(self, verdicts, used, consented):
        """Return the refused orders: ``{order: CreditVerdict}``.

        :param dict used: ``{account: Decimal}`` without any of these orders
        """
        refused, used = {}, dict(used)
        for order, claims in self._group_by_order(verdicts).items():
            known = [claim.with_use(used=claim.used + used[claim.account]) for claim in claims]
            over = [one for one in known if one.over and not self._is_consented(one, consented.get(order.id, ()))]
            if over:
                refused[order] = self._get_worst(over)
            else:
                used |= {verdict.account: verdict.used + verdict.value for verdict in known}
        return refused

    @api.model
    def _is_consented(self, verdict, consented):
        asks = verdict.company._get_key_account_credit_facts().policy == "approval"
        return asks and not verdict.problem and any(map(verdict.is_covered, consented))

    # -------------------------------------------------------------------------
    # An online payment of an order uses no credit, although Odoo books it only after it confirmed the order
    # -------------------------------------------------------------------------

    @api.model
    def _get_just_paid(self, order, company):
        """Return the unbooked payments of an order in company currency; authorized amounts do not count."""
        done = order.transaction_ids.filtered(lambda one: one.state == "done" and not one.payment_id)
        exposure, paid = self.env["key.account.exposure"], ZERO
        for currency, transactions in done.grouped("currency_id").items():
            amount = sum((Decimal(repr(one.amount)) for one in transactions), ZERO)
            paid += exposure._get_value_today(amount, currency, company)
        return paid

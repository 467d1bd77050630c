from odoo import models

from ...rules import CreditUse
from ..credit.res_partner import CREDIT_READERS
from ..credit.sale_order_line import OPEN_FIELD
from ..discounts.key_account_discount_value import ZERO
from .sale_order_cap_status import CONSENTED


class SaleOrder(models.Model):
    """The credit of the customer who is invoiced, among the figures of an order: limit, used by others, this order,
    and what is left."""

    _inherit = "sale.order"  # pylint: disable=consider-merging-classes-inherited

    def _prepare_key_account_figures(self):
        """Adds ``credit``: what ``_prepare_key_account_credit`` says; None where limits are not used, without a
        customer, and for users who may not see it. What is too much is among the ``alerts``."""
        figures = super()._prepare_key_account_figures()
        company = self.company_id
        uses_credit = company and company._uses_key_account_credit()
        if not uses_credit or not self.partner_invoice_id or not self.env.user.has_groups(CREDIT_READERS):
            return {**figures, "credit": None}
        verdict = self._get_key_account_credit_verdict()
        use = verdict.use if verdict else self._get_key_account_credit_use(company)
        alerts = self._prepare_key_account_credit_alerts(verdict, use)
        return {
            **figures,
            "credit": self._prepare_key_account_credit(company, use),
            "alerts": [*figures["alerts"], *alerts],
        }

    def _get_key_account_credit_verdict(self):
        """What stops the order as it is in the form; None where nothing does."""
        # What is stored of the saved lines does not count here.
        self.env.add_to_compute(self.order_line._fields[OPEN_FIELD], self.order_line)
        return self.env["key.account.credit"]._judge_orders(self, strict=False).get(self)

    def _get_key_account_credit_use(self, company):
        """The credit of the order as it is in the form, where nobody is stopped; in a branch that with less left."""
        customer = self.partner_invoice_id._origin.commercial_partner_id
        exposure, uses = self.env["key.account.exposure"], []
        for limiting in company._get_key_account_limiting():
            limit = customer._get_key_account_limits(customer, limiting)[customer]
            if limit is not None:
                used = exposure._get_exposures(customer, limiting, without_orders=self._origin)[customer].used
                uses.append(CreditUse(limit, used, exposure._get_order_values(self, strict=False).get(self, ZERO)))
        return min(uses, key=lambda use: use.limit - use.used, default=CreditUse(None, ZERO, ZERO))

    def _prepare_key_account_credit(self, company, use):
        """What is shown of the credit of whoever is invoiced; amounts as text in company currency.

        :param CreditUse use: of this order
        :return: ``state``, ``state_text``, ``overdue_text`` (where that stops orders); with a limit, also one of zero:
            ``limit_text``, ``used_text`` (by others), ``value_text`` (of this order, once it is confirmed),
            ``free_text`` (then), ``over`` and ``pct``
        """
        customer = self.partner_invoice_id._origin.commercial_partner_id
        state = customer._get_key_account_credit_state(use.limit)
        states = dict(customer._fields["key_account_credit_state"]._description_selection(self.env))
        formatter = self.env["key.account.formatter"]
        credit = {
            "state": state,
            "state_text": states[state],
            "overdue_text": formatter._format_amount(use.overdue, company.currency_id) if use.overdue else False,
        }
        if use.limit is None:
            return credit
        free = use.limit - use.used - use.value
        amounts = {"limit_text": use.limit, "used_text": use.used, "value_text": use.value, "free_text": free}
        return {
            **credit,
            **{name: formatter._format_amount(amount, company.currency_id) for name, amount in amounts.items()},
            "over": free < 0,
            "pct": customer._get_key_account_credit_pct(use.used + use.value, use.limit),
        }

    # -------------------------------------------------------------------------
    # What is too much
    # -------------------------------------------------------------------------

    def _prepare_key_account_credit_alerts(self, verdict, use):
        """None or one alert, in the form of ``_prepare_key_account_alerts``."""
        if verdict and verdict.problem:
            return [{"kind": "credit", "status": "problem", "text": verdict.problem}]
        if not use.over:
            return []
        details = {"excess": str(use.excess), "overdue": str(use.overdue)}
        text = self.env["key.account.credit"]._describe_excess(details, self.company_id.currency_id)
        return [{"kind": "credit", "status": self._get_key_account_credit_status(verdict), "text": text}]

    def _get_key_account_credit_status(self, verdict):
        """Where an order stands that is more than its customer may have on credit.

        :param verdict: None where the company stops nobody
        """
        company = verdict.company if verdict else self.company_id
        policy = company._get_key_account_credit_facts().policy
        if policy != "approval":
            return "blocked" if policy == "block" else "noted"
        approvals = self.env["key.account.approval"]
        # Without a request or an approval nothing is looked up: typing must stay fast.
        asked = self.key_account_approval_state
        consent = approvals._get_consents(self, "credit", {self: verdict})[self] if asked else None
        status = CONSENTED.get(consent, "over")
        return "held" if status in ("over", "changed") and self.key_account_held_on else status

    def action_open_key_account_exposure(self):
        """The documents behind the credit that the customer who is invoiced uses."""
        self.ensure_one()
        return self.partner_invoice_id.with_company(self.company_id).action_open_key_account_exposure()

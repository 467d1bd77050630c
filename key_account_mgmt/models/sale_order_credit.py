from odoo import models

from .key_account_discount_value import ZERO
from .res_partner_credit import CREDIT_READERS
from .sale_order_line_open import OPEN_FIELD


class SaleOrder(models.Model):
    """The credit of the customer who is invoiced, among the figures of an order: limit, used by others, this order,
    and what is left."""

    _inherit = "sale.order"  # pylint: disable=consider-merging-classes-inherited

    def _prepare_key_account_figures(self):
        """Adds ``credit``: what ``_prepare_key_account_credit`` says; None where limits are not used, without a
        customer, and for users who may not see it."""
        figures = super()._prepare_key_account_figures()
        company = self.company_id
        uses_credit = company and company._get_key_account_credit_facts().uses_credit
        seen = uses_credit and self.partner_invoice_id and self.env.user.has_groups(CREDIT_READERS)
        return {**figures, "credit": self._prepare_key_account_credit(company) if seen else None}

    def _prepare_key_account_credit(self, company):
        """What is shown of the credit of whoever is invoiced; amounts as text in company currency.

        :return: ``state``, ``state_text``; with a limit, also one of zero: ``limit_text``, ``used_text`` (by others),
            ``value_text`` (of this order, once it is confirmed), ``free_text`` (then), ``over`` and ``pct``
        """
        customer = self.partner_invoice_id._origin.commercial_partner_id
        limit = customer._get_key_account_limits(customer, company)[customer]
        state = customer._get_key_account_credit_state(limit)
        states = dict(customer._fields["key_account_credit_state"]._description_selection(self.env))
        credit = {"state": state, "state_text": states[state]}
        if limit is None:
            return credit
        used, value = self._get_key_account_credit_use(customer, company)
        free = limit - used - value
        amounts = {"limit_text": limit, "used_text": used, "value_text": value, "free_text": free}
        formatter = self.env["key.account.formatter"]
        return {
            **credit,
            **{name: formatter._format_amount(amount, company.currency_id) for name, amount in amounts.items()},
            "over": free < 0,
            "pct": customer._get_key_account_credit_pct(used + value, limit),
        }

    def _get_key_account_credit_use(self, customer, company):
        """What others use of the customer's credit, and this order as it is in the form: two Decimals."""
        exposure = self.env["key.account.exposure"]
        # What is stored of the saved lines does not count here.
        self.env.add_to_compute(self.order_line._fields[OPEN_FIELD], self.order_line)
        value = exposure._get_order_values(self, strict=False).get(self, ZERO)
        used = exposure._get_exposures(customer, company, without_orders=self._origin)[customer].used
        return used, value

    def action_open_key_account_exposure(self):
        """The documents behind the credit that the customer who is invoiced uses."""
        self.ensure_one()
        return self.partner_invoice_id.with_company(self.company_id).action_open_key_account_exposure()

from odoo import api, models


class KeyAccountGuard(models.AbstractModel):
    """Confirmed orders stay within the credit of whoever is invoiced, or somebody consented to them."""

    _inherit = "key.account.guard"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def _is_on_guard(self, company):
        limiting = company._get_key_account_limiting()
        return super()._is_on_guard(company) or any(one._get_key_account_credit_facts().enforces for one in limiting)

    @api.model
    def _get_judged_fields(self):
        return [*super()._get_judged_fields(), "key_account_open_amount", "partner_invoice_id", "company_id"]

    @api.model
    def _prepare_before(self, orders):
        before = super()._prepare_before(orders)
        for (order, _company), claim in self.env["key.account.credit"]._get_claims(orders).items():
            before[order.id].setdefault("credit", []).append(claim)
        return before

    @api.model
    def _get_breaches(self, orders, before):
        breaches = super()._get_breaches(orders, before)
        for order, verdict in self._get_orders_over_limit(orders, before).items():
            breaches.setdefault(order, []).append(self._describe_over_limit(order, verdict, bool(before[order.id])))
        return breaches

    @api.model
    def _get_orders_over_limit(self, orders, before):
        """``{order: CreditVerdict}`` of orders that use more than before and do not fit, and nobody consented to.

        A confirmed order that uses no more than before the change is left alone, whatever others use by now.
        """
        credit = self.env["key.account.credit"]
        claims = {
            (order, company): claim
            for (order, company), claim in credit._get_claims(orders).items()
            if claim.value > 0 and not self._uses_no_more(claim, before[order.id])
        }
        return credit._get_refused(claims, self._get_consented_credit) if claims else {}

    @api.model
    def _uses_no_more(self, claim, before):
        earlier = (before or {}).get("credit", ())
        return any(claim.is_no_worse_than(one) for one in earlier)

    @api.model
    def _get_consented_credit(self, orders):
        """What somebody consented to, where the company lets that count: ``{order id: [terms]}``."""
        asking = orders.filtered(
            lambda order: any(
                company._get_key_account_credit_facts().policy == "approval"
                for company in order.company_id._get_key_account_limiting()
            )
        )
        return self.env["key.account.approval"]._get_approved_terms(asking, "credit") if asking else {}

    # -------------------------------------------------------------------------
    # Words
    # -------------------------------------------------------------------------

    @api.model
    def _describe_over_limit(self, order, verdict, confirmed):
        """What is too much, and what to do.

        :param bool confirmed: whether the order was confirmed before this change
        """
        if verdict.problem:
            return verdict.problem
        parts = [
            self.env._(
                "%(order)s is more than %(customer)s may have on credit:",
                order=order.name,
                customer=verdict.customer.display_name,
            ),
            *(f"• {sentence}" for sentence in self._describe_credit(verdict)),
            self._describe_way_out(verdict, confirmed),
        ]
        return "\n".join(parts)

    @api.model
    def _describe_credit(self, verdict):
        """One sentence for the limit, one for what is overdue, as far as they stop the order."""
        currency = verdict.company.currency_id
        formatter = self.env["key.account.formatter"]
        names = ("limit", "used", "value", "excess", "overdue")
        values = {name: formatter._format_amount(getattr(verdict, name) or 0, currency) for name in names}
        sentences = []
        if verdict.excess:
            sentences.append(
                self.env._(
                    "Limit %(limit)s, used by others %(used)s, this order %(value)s: %(excess)s too much", **values
                )
            )
        if verdict.overdue:
            days = verdict.company._get_key_account_credit_facts().overdue_days
            sentences.append(self.env._("Overdue for more than %(days)s days: %(overdue)s", days=days, **values))
        return sentences

    @api.model
    def _describe_way_out(self, verdict, confirmed):
        asks = verdict.company._get_key_account_credit_facts().policy == "approval"
        if asks and confirmed:
            return self._describe_way_back()
        if asks:
            return self.env._("Let the customer pay first, or press “Ask for Approval” on the order.")
        sentences = [self.env._("It is confirmed, so this change was not made.")] if confirmed else []
        if verdict.overdue:
            sentences.append(self.env._("What is overdue has to be paid first."))
        if verdict.excess:
            sentences.append(
                self.env._("The customer has to pay something first, or somebody in accounting has to raise the limit.")
            )
        return " ".join(sentences)

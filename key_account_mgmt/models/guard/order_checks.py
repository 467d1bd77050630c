"""What the guard checks of confirmed orders, and the sentences that users read about it."""


class DiscountCheck:
    """Whether confirmed orders keep their discount caps, or have an approval of their discounts."""

    # Fields of orders that hold the checked figures.
    fields = ("key_account_verdict",)

    def __init__(self, env):
        self.env = env

    def applies(self, company):
        return bool(company and company._get_key_account_cap_ruleset())

    def snapshot(self, orders):
        """Return ``{order: {"discount": verdict, "deal": …}}`` of orders whose discounts are judged."""
        verdicts = self.env["key.account.discount"]._judge_orders(orders, strict=False)
        return {order: {"discount": verdict, "deal": self._get_deal(order)} for order, verdict in verdicts.items()}

    def _get_deal(self, order):
        """Return the parties of an order's deal: an earlier violation for one customer excuses none for another."""
        return order.partner_id.commercial_partner_id, order.company_id

    def find_violations(self, orders, before):
        """Return ``{order: why it may not give that much}``."""
        return {
            order: self.describe_over(order, verdict, before[order.id] is not None)
            for order, verdict in self.get_over(orders, before).items()
        }

    def get_over(self, orders, before):
        """Return ``{order: DiscountVerdict}`` of orders without an approval that were not as bad before the change."""
        verdicts = self.env["key.account.discount"]._judge_orders(orders, strict=False)
        orders._settle_key_account_figures(verdicts)
        over = orders.filtered(lambda order: order in verdicts and verdicts[order].over)
        consented = self.env["key.account.approval"]._get_approved_terms(over) if over else {}
        return {
            order: verdicts[order]
            for order in over
            if not self._is_allowed(order, verdicts[order], consented.get(order.id, ()), before[order.id])
        }

    def _is_allowed(self, order, verdict, consented, before):
        if verdict.problem:
            return False
        if any(map(verdict.is_covered, consented)):
            return True
        earlier = before and before.get("discount")
        return bool(earlier) and before["deal"] == self._get_deal(order) and verdict.is_no_worse_than(earlier)

    # -------------------------------------------------------------------------
    # Words
    # -------------------------------------------------------------------------

    def describe_over(self, order, verdict, confirmed):
        """Return what is over, and what the user can do.

        :param bool confirmed: whether the order was confirmed before this change
        """
        if verdict.problem:
            parts = [self.env._("%(order)s cannot be compared with its discount caps:", order=order.name)]
        else:
            parts = [self.env._("%(order)s gives more discount than its caps allow:", order=order.name)]
        parts += [f"• {sentence}" for sentence in self.describe(order, verdict)]
        if confirmed:
            parts.append(_describe_way_back(self.env))
        elif not verdict.problem:
            # No approval can be asked for what cannot be judged; the problem itself says what to do.
            parts.append(self.env._("Reduce the discount, or press “Ask for Approval” on the order."))
        return "\n".join(parts)

    def describe(self, order, verdict):
        """Return one sentence for each line that is over, and for the order as a whole."""
        if verdict.problem:
            return [verdict.problem]
        sentences = [
            self._describe_line(line, judged, order.company_id.currency_id)
            for line, judged in verdict.lines.items()
            if judged.over
        ]
        if verdict.judgement.order_over:
            sentences.append(self._describe_whole(verdict.judgement, order.company_id.currency_id))
        return sentences

    def _describe_line(self, line, judged, currency):
        formatter = self.env["key.account.formatter"]
        name = self.env["key.account.approval"]._get_line_name(line)
        if judged.over_cap:
            return self.env._(
                "%(product)s: %(given)s given, %(cap)s allowed (%(excess)s too much)",
                product=name,
                given=formatter._format_percentage(judged.shown_pct),
                cap=formatter._format_percentage(judged.line.cap),
                excess=formatter._format_amount(judged.excess, currency),
            )
        return self.env._(
            "%(product)s: the margin is below %(floor)s (%(shortfall)s missing)",
            product=name,
            floor=formatter._format_percentage(judged.line.margin_floor),
            shortfall=formatter._format_amount(formatter._round_up(judged.shortfall, currency), currency),
        )

    def _describe_whole(self, judgement, currency):
        formatter = self.env["key.account.formatter"]
        return self.env._(
            "In total: %(given)s given, %(allowed)s allowed",
            given=formatter._format_amount(judgement.given, currency),
            allowed=formatter._format_amount(judgement.allowed, currency),
        )


class CreditCheck:
    """Whether confirmed orders stay within the credit of the invoiced customer, or have an approval."""

    # Fields of orders that hold the checked figures.
    fields = ("key_account_uninvoiced_amount", "partner_invoice_id", "company_id")

    def __init__(self, env):
        self.env = env

    def applies(self, company):
        limiting = company._get_key_account_limiting()
        return any(one._get_key_account_credit_facts().enforces for one in limiting)

    def snapshot(self, orders):
        """Return ``{order: {"credit": claims}}`` of orders whose credit is judged."""
        claims = {}
        for (order, _company), claim in self.env["key.account.credit"]._get_claims(orders).items():
            claims.setdefault(order, {"credit": []})["credit"].append(claim)
        return claims

    def find_violations(self, orders, before):
        """Return ``{order: why the customer may not have it on credit}``."""
        return {
            order: self._describe_over(order, verdict, bool(before[order.id]))
            for order, verdict in self.get_over(orders, before).items()
        }

    def get_over(self, orders, before):
        """Return ``{order: CreditVerdict}`` of orders that use more than before, do not fit and have no approval.

        A confirmed order that uses no more than before the change passes, whatever other documents use now.
        """
        credit = self.env["key.account.credit"]
        claims = {
            (order, company): claim
            for (order, company), claim in credit._get_claims(orders).items()
            if claim.value > 0 and not self._uses_no_more(claim, before[order.id])
        }
        return credit._get_refused(claims, self._get_consented) if claims else {}

    def _uses_no_more(self, claim, before):
        earlier = (before or {}).get("credit", ())
        return any(claim.is_no_worse_than(one) for one in earlier)

    def _get_consented(self, orders):
        """Return the approved terms, in companies that accept approvals: ``{order id: [terms]}``."""
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

    def _describe_over(self, order, verdict, confirmed):
        """Return what exceeds the credit, and what the user can do.

        :param bool confirmed: whether the order was confirmed before this change
        """
        if verdict.problem:
            return verdict.problem
        parts = [
            self.env._(
                "%(order)s exceeds what %(customer)s may have on credit:",
                order=order.name,
                customer=verdict.customer.display_name,
            ),
            *(f"• {sentence}" for sentence in self._describe_credit(verdict)),
            self._describe_way_out(verdict, confirmed),
        ]
        return "\n".join(parts)

    def _describe_credit(self, verdict):
        """Return one sentence for the limit and one for overdue amounts, as far as they stop the order."""
        currency = verdict.company.currency_id
        formatter = self.env["key.account.formatter"]
        names = ("limit", "used", "value", "excess", "overdue")
        values = {name: formatter._format_amount(getattr(verdict, name) or 0, currency) for name in names}
        sentences = []
        if verdict.excess:
            sentences.append(
                self.env._("Limit %(limit)s · open %(used)s · this order %(value)s · over by %(excess)s", **values)
            )
        if verdict.overdue:
            days = verdict.company._get_key_account_credit_facts().overdue_days
            sentences.append(self.env._("Overdue for more than %(days)s days: %(overdue)s", days=days, **values))
        return sentences

    def _describe_way_out(self, verdict, confirmed):
        asks = verdict.company._get_key_account_credit_facts().policy == "approval"
        if asks and confirmed:
            return _describe_way_back(self.env)
        if asks:
            return self.env._("Let the customer pay first, or press “Ask for Approval” on the order.")
        sentences = [self.env._("It is confirmed, so this change was not made.")] if confirmed else []
        if verdict.overdue:
            sentences.append(self.env._("The overdue amount must be paid first."))
        if verdict.excess:
            sentences.append(self.env._("The customer must pay first, or an accounting user must raise the limit."))
        return " ".join(sentences)


def _describe_way_back(env):
    """Return what the user can do about a change of a confirmed order that needs an approval."""
    return env._(
        "It is confirmed, so this change was not made. To have it approved, cancel the order, set it to"
        " quotation, change it there and press “Ask for Approval”."
    )

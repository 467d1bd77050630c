from odoo import api, models


class KeyAccountGuard(models.AbstractModel):
    """Confirmed orders keep their discount caps, or somebody consented to what they give."""

    _inherit = "key.account.guard"

    @api.model
    def _is_on_guard(self, company):
        return super()._is_on_guard(company) or bool(company.key_account_cap_ruleset_id)

    @api.model
    def _get_judged_fields(self):
        return [*super()._get_judged_fields(), "key_account_verdict"]

    @api.model
    def _prepare_before(self, orders):
        before = super()._prepare_before(orders)
        for order, verdict in self.env["key.account.discount"]._judge_orders(orders, strict=False).items():
            before[order.id] |= {"discount": verdict, "deal": self._get_deal(order)}
        return before

    @api.model
    def _get_deal(self, order):
        """Whose deal an order is; what one customer got excuses nothing for another."""
        return order.partner_id.commercial_partner_id, order.company_id

    @api.model
    def _get_breaches(self, orders, before):
        breaches = super()._get_breaches(orders, before)
        for order, verdict in self._get_orders_over_cap(orders, before).items():
            breaches.setdefault(order, []).append(self._describe_over_cap(order, verdict, before[order.id] is not None))
        return breaches

    @api.model
    def _get_orders_over_cap(self, orders, before):
        """``{order: Verdict}`` of orders that nobody consented to and that were not as bad before the change."""
        verdicts = self.env["key.account.discount"]._judge_orders(orders, strict=False)
        over = orders.filtered(lambda order: order in verdicts and verdicts[order].over)
        consented = self.env["key.account.approval"]._get_approved_terms(over) if over else {}
        return {
            order: verdicts[order]
            for order in over
            if not self._is_allowed(order, verdicts[order], consented.get(order.id, ()), before[order.id])
        }

    @api.model
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

    @api.model
    def _describe_over_cap(self, order, verdict, confirmed):
        """What is over, and what to do.

        :param bool confirmed: whether the order was confirmed before this change
        """
        parts = [self.env._("%(order)s gives more discount than its caps allow:", order=order.name)]
        parts += [f"• {sentence}" for sentence in self._describe_verdict(order, verdict)]
        if confirmed:
            parts.append(self._describe_way_back())
        else:
            parts.append(self.env._("Give less, or press “Ask for Approval” on the order."))
        return "\n".join(parts)

    @api.model
    def _describe_verdict(self, order, verdict):
        """One sentence for each line that is over, and for the order as a whole."""
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

    @api.model
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
            "%(product)s: the margin of %(floor)s is not kept (%(shortfall)s missing)",
            product=name,
            floor=formatter._format_percentage(judged.line.margin_floor),
            shortfall=formatter._format_amount(formatter._round_up(judged.shortfall, currency), currency),
        )

    @api.model
    def _describe_whole(self, judgement, currency):
        formatter = self.env["key.account.formatter"]
        return self.env._(
            "In total: %(given)s given, %(allowed)s allowed",
            given=formatter._format_amount(judgement.given, currency),
            allowed=formatter._format_amount(judgement.allowed, currency),
        )

from contextlib import contextmanager
from functools import partial

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import ormcache

from ..shared.holding import HOLDING
from ..shared.rows import touch

WATCH = "key_account_watch"


class Held(Exception):
    """Raised instead of a user error where no user would read it; not an error, since the order waits for a user.

    :ivar dict breaches: ``{order: {language: [sentences]}}``, as returned by ``_get_breaches``, in the languages of the
        users who have to act
    """

    def __init__(self, breaches):
        super().__init__(breaches)
        self.breaches = breaches


class Watch:
    """The orders affected by one change.

    :ivar dict before: by order id, the result of ``_prepare_before``; None if the order was not confirmed
    :ivar set touched: ids of orders with changed lines
    :ivar set made: ids of new orders, which other transactions cannot see yet
    """

    def __init__(self, before=()):
        self.before = dict(before)
        self.touched = set()
        self.made = set()


class KeyAccountGuard(models.AbstractModel):
    """Prevents confirmed orders beyond what salespeople may grant alone, whichever way they are confirmed or changed.

    ``create``, ``write`` and ``unlink`` of orders and their lines call it, which every way passes: buttons, imports,
    remote calls, the portal, payments, other addons, sudo. It checks orders as they are when the outermost of these
    calls is done, since an order is often wrong for a moment between two changes of lines. Nothing that a caller
    controls (a context key, a hidden button, a stored total) influences the check.

    It checks discounts and credit. Other addons add checks by extending ``_is_on_guard``, ``_get_judged_fields``,
    ``_prepare_before`` and ``_get_breaches``, and record what they need in ``_keep_passed``.
    """

    _name = "key.account.guard"
    _description = "Guard of Confirmed Orders"

    # -------------------------------------------------------------------------
    # The watch
    # -------------------------------------------------------------------------

    @api.model
    @contextmanager
    def _watch(self, orders):
        """Let the caller change orders, and check them after the outermost change.

        :param orders: existing orders that will be changed
        :raise UserError: a confirmed order exceeds a cap or a limit
        """
        # In the cursor's cache, where core keeps its own stacks: it is out of the caller's reach, and ends with the
        # transaction.
        cache = self.env.cr.cache
        watch = cache.get(WATCH)
        if watch is not None:
            self._add(watch, orders)
            yield watch
            return
        watch = cache[WATCH] = Watch()
        try:
            self._add(watch, orders)
            yield watch
            self._touch(watch)
        except Exception:
            self._check_before_commit(watch)
            raise
        finally:
            cache.pop(WATCH, None)
        self._check(watch)

    @api.model
    def _add(self, watch, orders):
        """Record the state of orders before they change; of several changes the first counts."""
        new = orders.filtered(lambda order: order.id not in watch.before)
        # sudo: the guard checks every changed order, also if the user loses access to it by the change
        confirmed = new.sudo().filtered(lambda order: order.state == "sale")
        watch.before |= {**dict.fromkeys(new.ids), **(self._prepare_before(confirmed) if confirmed else {})}

    @api.model
    def _check(self, watch):
        # sudo: as in ``_add``
        orders = self.env["sale.order"].sudo().browse(watch.before)
        entered = orders.filtered(lambda order: order.state == "sale")
        breaches = self._get_breaches(entered, watch.before) if entered else {}
        if breaches:
            self._refuse(breaches, watch.before)
        if entered:
            self._keep_passed(entered)

    @api.model
    def _refuse(self, breaches, before):
        self._check_before_commit(Watch({order.id: before[order.id] for order in breaches}))
        if HOLDING.get():
            raise Held(self._get_breaches_for_readers(breaches, before))
        raise UserError(self._get_refusal(breaches))

    @api.model
    def _get_breaches_for_readers(self, breaches, before):
        """Return the same breaches in the salespeople's languages: a customer confirms, but salespeople read them."""
        orders = self.env["sale.order"].union(*breaches)
        languages = {order: order._get_key_account_hold_languages() for order in orders}
        readable = {
            lang: self.with_context(lang=lang)._get_breaches(orders.with_context(lang=lang), before)
            for lang in set().union(*languages.values())
        }
        return {
            order: {lang: readable[lang].get(order, breaches[order]) for lang in languages[order]} for order in orders
        }

    @api.model
    def _check_before_commit(self, watch):
        """Check again before the commit: a caller that catches the error without rollback cannot commit the change."""
        self.env.cr.precommit.add(partial(self._check_again, watch))

    @api.model
    def _check_again(self, watch):
        # sudo: as in ``_add``
        left = self.env["sale.order"].sudo().browse(watch.before).exists()
        self._touch(watch)
        self._check(Watch({order.id: watch.before[order.id] for order in left}))

    @api.model
    @contextmanager
    def _holding(self):
        """Raise ``Held`` instead of an error, where customers and payments confirm orders; the caller catches it."""
        token = HOLDING.set(True)
        try:
            yield
        finally:
            HOLDING.reset(token)

    @api.model
    def _touch(self, watch):
        """Make a change of an order's lines conflict with a concurrent confirmation of the order.

        A line may change without a change in its order's row. Then another transaction could confirm the order at the
        same time, and each would see the order without the other's change. The touch makes the second one fail and
        retry.
        """
        if watch.touched <= watch.made:
            return
        # sudo: which companies have caps does not depend on the user's rights
        touched = self.env["sale.order"].sudo().browse(watch.touched - watch.made)
        self._meet([order.id for order in touched if self._is_on_guard(order.company_id)])

    @api.model
    def _meet(self, order_ids):
        """Touch the orders, so that the second of two concurrent transactions on one order fails and is retried."""
        touch(self.env["sale.order"].browse(order_ids))

    # -------------------------------------------------------------------------
    # What is checked
    # -------------------------------------------------------------------------

    @api.model
    def _is_on_guard(self, company):
        """Return whether the guard checks orders of the company."""
        return self._caps_discounts(company) or self._limits_credit(company)

    @api.model
    def _prepare_before(self, orders):
        """Return the state of confirmed orders that the checks need, before they change.

        :return: ``{order id: {kind of check: anything}}``
        """
        discounts, credits = self._prepare_discounts_before(orders), self._prepare_credits_before(orders)
        return {order.id: {**discounts.get(order, {}), **credits.get(order, {})} for order in orders}

    @api.model
    def _get_breaches(self, orders, before):
        """Return why confirmed orders are not allowed as they are.

        :param orders: orders that are confirmed now, in sudo
        :param dict before: by order id, as returned by ``_prepare_before``; None: it was not confirmed before
        :return: ``{order: [sentences]}`` of the refused orders; first the discounts, then the credit
        """
        discounts, credits = self._get_discount_breaches(orders, before), self._get_credit_breaches(orders, before)
        return {
            order: [found[order] for found in (discounts, credits) if order in found]
            for order in dict.fromkeys([*discounts, *credits])
        }

    @api.model
    def _keep_passed(self, orders):
        """Record data of confirmed orders (in sudo) that passed all checks; other addons extend this."""

    @api.model
    def _get_refusal(self, breaches):
        return "\n\n".join(sentence for sentences in breaches.values() for sentence in sentences)

    @api.model
    def _describe_way_back(self):
        """Return what the user can do about a change of a confirmed order that needs an approval."""
        return self.env._(
            "It is confirmed, so this change was not made. To have it approved, cancel the order, set it to"
            " quotation, change it there and press “Ask for Approval”."
        )

    # -------------------------------------------------------------------------
    # Which changes matter
    # -------------------------------------------------------------------------

    @api.model
    def _get_judged_fields(self):
        """Return names of order fields that hold the checked figures: changes of them or their dependencies matter."""
        return [*self._get_discount_fields(), *self._get_credit_fields()]

    @api.model
    @ormcache("model_name", cache="stable")
    def _get_guarded_fields(self, model_name):
        """Return names of the fields of orders or their lines that can make a confirmed order worse.

        They come from Odoo's own field dependencies, so that fields of other addons are included.
        """
        judged = {self.env["sale.order"]._fields[name] for name in self._get_judged_fields()}
        return frozenset(
            name
            for name, field in self.env[model_name]._fields.items()
            if field in judged or not judged.isdisjoint(self.pool.get_dependent_fields(field))
        )

    # -------------------------------------------------------------------------
    # Confirmed orders keep their discount caps, or have an approval of their discounts
    # -------------------------------------------------------------------------

    @api.model
    def _caps_discounts(self, company):
        return bool(company.key_account_cap_ruleset_id)

    @api.model
    def _get_discount_fields(self):
        return ["key_account_verdict"]

    @api.model
    def _prepare_discounts_before(self, orders):
        """Return ``{order: {"discount": verdict, "deal": …}}`` of orders whose discounts are judged."""
        verdicts = self.env["key.account.discount"]._judge_orders(orders, strict=False)
        return {order: {"discount": verdict, "deal": self._get_deal(order)} for order, verdict in verdicts.items()}

    @api.model
    def _get_deal(self, order):
        """Return the parties of an order's deal: an earlier violation for one customer excuses none for another."""
        return order.partner_id.commercial_partner_id, order.company_id

    @api.model
    def _get_discount_breaches(self, orders, before):
        """Return ``{order: why it may not give that much}``."""
        return {
            order: self._describe_over_cap(order, verdict, before[order.id] is not None)
            for order, verdict in self._get_orders_over_cap(orders, before).items()
        }

    @api.model
    def _get_orders_over_cap(self, orders, before):
        """Return ``{order: Verdict}`` of orders without an approval that were not as bad before the change."""
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
        """Return what is over, and what the user can do.

        :param bool confirmed: whether the order was confirmed before this change
        """
        parts = [self.env._("%(order)s gives more discount than its caps allow:", order=order.name)]
        parts += [f"• {sentence}" for sentence in self._describe_verdict(order, verdict)]
        if confirmed:
            parts.append(self._describe_way_back())
        else:
            parts.append(self.env._("Reduce the discount, or press “Ask for Approval” on the order."))
        return "\n".join(parts)

    @api.model
    def _describe_verdict(self, order, verdict):
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
            "%(product)s: the margin is below %(floor)s (%(shortfall)s missing)",
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

    # -------------------------------------------------------------------------
    # Confirmed orders stay within the credit of the invoiced customer, or have an approval
    # -------------------------------------------------------------------------

    @api.model
    def _limits_credit(self, company):
        limiting = company._get_key_account_limiting()
        return any(one._get_key_account_credit_facts().enforces for one in limiting)

    @api.model
    def _get_credit_fields(self):
        return ["key_account_open_amount", "partner_invoice_id", "company_id"]

    @api.model
    def _prepare_credits_before(self, orders):
        """Return ``{order: {"credit": claims}}`` of orders whose credit is judged."""
        claims = {}
        for (order, _company), claim in self.env["key.account.credit"]._get_claims(orders).items():
            claims.setdefault(order, {"credit": []})["credit"].append(claim)
        return claims

    @api.model
    def _get_credit_breaches(self, orders, before):
        """Return ``{order: why the customer may not have it on credit}``."""
        return {
            order: self._describe_over_limit(order, verdict, bool(before[order.id]))
            for order, verdict in self._get_orders_over_limit(orders, before).items()
        }

    @api.model
    def _get_orders_over_limit(self, orders, before):
        """Return ``{order: CreditVerdict}`` of orders that use more than before, do not fit and have no approval.

        A confirmed order that uses no more than before the change passes, whatever other documents use now.
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

    @api.model
    def _describe_over_limit(self, order, verdict, confirmed):
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

    @api.model
    def _describe_credit(self, verdict):
        """Return one sentence for the limit and one for overdue amounts, as far as they stop the order."""
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
            sentences.append(self.env._("The overdue amount must be paid first."))
        if verdict.excess:
            sentences.append(self.env._("The customer must pay first, or an accounting user must raise the limit."))
        return " ".join(sentences)

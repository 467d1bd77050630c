from contextlib import contextmanager
from functools import partial

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import ormcache

from ..shared.order_hold import HOLD_INSTEAD_OF_RAISING
from ..shared.statements import touch
from .approval_needed import ApprovalNeeded
from .order_checks import CreditCheck, DiscountCheck

ORDER_CHANGE = "key_account_order_change"
# In the order of the sentences that users read.
CHECKS = (DiscountCheck, CreditCheck)


class OrderOnHold(Exception):
    """Raised instead of a user error where no user would read it; not an error, since the order waits for a user.

    :ivar dict violations: ``{order: {language: [sentences]}}``, as returned by ``_find_violations``, in the languages
        of the users who have to act
    """

    def __init__(self, violations):
        super().__init__(violations)
        self.violations = violations


class OrderChange:
    """The orders affected by one change.

    :ivar dict before: by order id, the result of ``_snapshot``; None if the order was not confirmed
    :ivar set line_changed_ids: ids of orders with changed lines
    :ivar set created_ids: ids of new orders, which other transactions cannot see yet
    """

    def __init__(self, before=()):
        self.before = dict(before)
        self.line_changed_ids = set()
        self.created_ids = set()


class KeyAccountGuard(models.AbstractModel):
    """Prevents confirmed orders beyond what salespeople may grant alone, whichever way they are confirmed or changed.

    ``create``, ``write`` and ``unlink`` of orders and their lines call it, which every way passes: buttons, imports,
    remote calls, the portal, payments, other addons, sudo. It checks orders as they are when the outermost of these
    calls is done, since an order is often wrong for a moment between two changes of lines. Nothing that a caller
    controls (a context key, a hidden button, a stored total) influences the check.

    It checks discounts and credit. Other addons add checks by extending ``_is_enforced_for``, ``_get_judged_fields``,
    ``_snapshot`` and ``_find_violations``, and record what they need in ``_keep_passed``.
    """

    _name = "key.account.guard"
    _description = "Guard of Confirmed Orders"

    # -------------------------------------------------------------------------
    # The change
    # -------------------------------------------------------------------------

    @api.model
    @contextmanager
    def _checking_changes(self, orders):
        """Let the caller change orders, and check them after the outermost change.

        :param orders: existing orders that will be changed
        :raise UserError: a confirmed order exceeds a cap or a limit
        """
        # In the cursor's cache, where core keeps its own stacks: it is out of the caller's reach, and ends with the
        # transaction.
        cache = self.env.cr.cache
        change = cache.get(ORDER_CHANGE)
        if change is not None:
            self._remember(change, orders)
            yield change
            return
        change = cache[ORDER_CHANGE] = OrderChange()
        try:
            self._remember(change, orders)
            yield change
            self._lock_changed_orders(change)
        except Exception:
            self._check_before_commit(change)
            raise
        finally:
            cache.pop(ORDER_CHANGE, None)
        self._check(change)

    @api.model
    def _remember(self, change, orders):
        """Record the state of orders before they change; of several changes the first counts."""
        new = orders.filtered(lambda order: order.id not in change.before)
        # sudo: the guard checks every changed order, also if the user loses access to it by the change
        confirmed = new.sudo().filtered(lambda order: order.state == "sale")
        change.before |= {**dict.fromkeys(new.ids), **(self._snapshot(confirmed) if confirmed else {})}

    @api.model
    def _check(self, change):
        # sudo: as in ``_remember``
        orders = self.env["sale.order"].sudo().browse(change.before)
        entered = orders.filtered(lambda order: order.state == "sale")
        violations = self._find_violations(entered, change.before) if entered else {}
        if violations:
            self._refuse(violations, change.before)
        if entered:
            self._keep_passed(entered)

    @api.model
    def _refuse(self, violations, before):
        self._check_before_commit(OrderChange({order.id: before[order.id] for order in violations}))
        if HOLD_INSTEAD_OF_RAISING.get():
            raise OrderOnHold(self._get_violations_for_readers(violations, before))
        message = self._get_refusal(violations)
        if order := self._get_order_to_ask_for(violations, before):
            raise ApprovalNeeded(message, order)
        raise UserError(message)

    @api.model
    def _get_order_to_ask_for(self, violations, before):
        """Return the order whose user can ask for approval; None for several orders, or if asking is of no use."""
        order = next(iter(violations))
        if len(violations) > 1 or before[order.id] is not None or self.env.user.share:
            return None
        needs = self.env["key.account.approval"]._get_needs(order, strict=False)
        is_possible = not any(need.verdict.problem or need.obstacle for need in needs.values())
        return order if needs and is_possible else None

    @api.model
    def _get_violations_for_readers(self, violations, before):
        """Return the same violations in the salespeople's languages: a customer confirms, but salespeople read them."""
        orders = self.env["sale.order"].union(*violations)
        languages = {order: order._get_key_account_hold_languages() for order in orders}
        readable = {
            lang: self.with_context(lang=lang)._find_violations(orders.with_context(lang=lang), before)
            for lang in set().union(*languages.values())
        }
        return {
            order: {lang: readable[lang].get(order, violations[order]) for lang in languages[order]} for order in orders
        }

    @api.model
    def _check_before_commit(self, change):
        """Check again before the commit: a caller that catches the error without rollback cannot commit the change."""
        self.env.cr.precommit.add(partial(self._check_again, change))

    @api.model
    def _check_again(self, change):
        # sudo: as in ``_remember``
        left = self.env["sale.order"].sudo().browse(change.before).exists()
        self._lock_changed_orders(change)
        self._check(OrderChange({order.id: change.before[order.id] for order in left}))

    @api.model
    @contextmanager
    def _hold_instead_of_raising(self):
        """Raise ``OrderOnHold`` where customers or payments confirm orders, not an error; the caller catches it."""
        token = HOLD_INSTEAD_OF_RAISING.set(True)
        try:
            yield
        finally:
            HOLD_INSTEAD_OF_RAISING.reset(token)

    @api.model
    def _lock_changed_orders(self, change):
        """Make a change of an order's lines conflict with a concurrent confirmation of the order.

        A line may change without a change in its order's row. Then another transaction could confirm the order at the
        same time, and each would see the order without the other's change. The touch makes the second one fail and
        retry.
        """
        if change.line_changed_ids <= change.created_ids:
            return
        # sudo: which companies have caps does not depend on the user's rights
        touched = self.env["sale.order"].sudo().browse(change.line_changed_ids - change.created_ids)
        self._touch_orders([order.id for order in touched if self._is_enforced_for(order.company_id)])

    @api.model
    def _touch_orders(self, order_ids):
        """Touch the orders, so that the second of two concurrent transactions on one order fails and is retried."""
        touch(self.env["sale.order"].browse(order_ids))

    # -------------------------------------------------------------------------
    # What is checked
    # -------------------------------------------------------------------------

    @api.model
    def _is_enforced_for(self, company):
        """Return whether the guard checks orders of the company."""
        return any(check(self.env).applies(company) for check in CHECKS)

    @api.model
    def _snapshot(self, orders):
        """Return the state of confirmed orders that the checks need, before they change.

        :return: ``{order id: {kind of check: anything}}``
        """
        found = [check(self.env).snapshot(orders) for check in CHECKS]
        return {
            order.id: {kind: one for part in found for kind, one in part.get(order, {}).items()} for order in orders
        }

    @api.model
    def _find_violations(self, orders, before):
        """Return why confirmed orders are not allowed as they are.

        :param orders: orders that are confirmed now, in sudo
        :param dict before: by order id, as returned by ``_snapshot``; None: it was not confirmed before
        :return: ``{order: [sentences]}`` of the refused orders; first the discounts, then the credit
        """
        found = [check(self.env).find_violations(orders, before) for check in CHECKS]
        refused = dict.fromkeys(order for part in found for order in part)
        return {order: [part[order] for part in found if order in part] for order in refused}

    @api.model
    def _keep_passed(self, orders):
        """Record data of confirmed orders (in sudo) that passed all checks; other addons extend this."""

    @api.model
    def _get_refusal(self, violations):
        return "\n\n".join(sentence for sentences in violations.values() for sentence in sentences)

    # -------------------------------------------------------------------------
    # Which changes matter
    # -------------------------------------------------------------------------

    @api.model
    def _get_judged_fields(self):
        """Return names of order fields that hold the checked figures: changes of them or their dependencies matter."""
        return [name for check in CHECKS for name in check.fields]

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

from contextlib import contextmanager
from functools import partial

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import ormcache

from ..shared.holding import HOLDING
from ..shared.statements import touch
from .order_checks import CreditCheck, DiscountCheck

WATCH = "key_account_watch"
# In the order of the sentences that users read.
CHECKS = (DiscountCheck, CreditCheck)


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
        return any(check(self.env).applies(company) for check in CHECKS)

    @api.model
    def _prepare_before(self, orders):
        """Return the state of confirmed orders that the checks need, before they change.

        :return: ``{order id: {kind of check: anything}}``
        """
        found = [check(self.env).prepare_before(orders) for check in CHECKS]
        return {
            order.id: {kind: one for part in found for kind, one in part.get(order, {}).items()} for order in orders
        }

    @api.model
    def _get_breaches(self, orders, before):
        """Return why confirmed orders are not allowed as they are.

        :param orders: orders that are confirmed now, in sudo
        :param dict before: by order id, as returned by ``_prepare_before``; None: it was not confirmed before
        :return: ``{order: [sentences]}`` of the refused orders; first the discounts, then the credit
        """
        found = [check(self.env).get_breaches(orders, before) for check in CHECKS]
        refused = dict.fromkeys(order for part in found for order in part)
        return {order: [part[order] for part in found if order in part] for order in refused}

    @api.model
    def _keep_passed(self, orders):
        """Record data of confirmed orders (in sudo) that passed all checks; other addons extend this."""

    @api.model
    def _get_refusal(self, breaches):
        return "\n\n".join(sentence for sentences in breaches.values() for sentence in sentences)

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

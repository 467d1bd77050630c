from contextlib import contextmanager
from functools import partial

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import SQL, ormcache

from ..shared.holding import HOLDING

WATCH = "key_account_watch"


class Held(Exception):
    """Instead of a message to the user, where nobody would read it; no error, since the order waits for somebody.

    :ivar dict breaches: ``{order: {language: [sentences]}}``, as of ``_get_breaches``, in the languages of those who
        have to act
    """

    def __init__(self, breaches):
        super().__init__(breaches)
        self.breaches = breaches


class Watch:
    """What one change of orders touches.

    :ivar dict before: by order id, what ``_prepare_before`` knew of it; None for what was no confirmed order
    :ivar set touched: ids of orders of which lines changed
    :ivar set made: ids of orders that nobody else can see yet
    """

    def __init__(self, before=()):
        self.before = dict(before)
        self.touched = set()
        self.made = set()


class KeyAccountGuard(models.AbstractModel):
    """No confirmed order beyond what salespeople may grant alone, whichever way it came there.

    It stands in ``create``, ``write`` and ``unlink`` of orders and their lines, which every way goes through: buttons,
    imports, remote calls, the portal, payments, other addons, sudo. What is checked are orders as they are when the
    outermost of these calls is done, since an order is often wrong for a moment between two of its lines. Nothing that
    a caller brings with it (a context key, a hidden button, a stored total) has a say.

    What is checked is added by extending ``_prepare_before`` and ``_get_breaches``, what is kept ``_keep_passed``.
    """

    _name = "key.account.guard"
    _description = "Guard of Confirmed Orders"

    # -------------------------------------------------------------------------
    # The watch
    # -------------------------------------------------------------------------

    @api.model
    @contextmanager
    def _watch(self, orders):
        """Let orders be changed, and check them after the outermost change.

        :param orders: those that exist already and will be changed
        :raise UserError: a confirmed order is beyond what it may be
        """
        # The cursor's cache, as core keeps stacks of its own there: it is out of the caller's reach, and goes with the
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
        """Remember what orders are before they change; of several changes the first counts."""
        new = orders.filtered(lambda order: order.id not in watch.before)
        # sudo: the guard looks at whatever is changed, also where rights end with the change
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
        """The same breaches in other words: it is a customer who confirms, and salespeople who read why it fails."""
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
        """Whoever catches an exception without going back behind the change does not get it committed."""
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
        """Where customers and payments confirm orders, ``Held`` is raised and no error; the caller catches it."""
        token = HOLDING.set(True)
        try:
            yield
        finally:
            HOLDING.reset(token)

    @api.model
    def _touch(self, watch):
        """Make changes of an order's lines meet with its confirmation at the same moment.

        A line may change without any change in its order's row. Then somebody could confirm the order meanwhile, and
        each would see it as it was before the other. By this the second of the two fails and is tried again.
        """
        if watch.touched <= watch.made:
            return
        # sudo: which companies have caps does not depend on who may read it
        touched = self.env["sale.order"].sudo().browse(watch.touched - watch.made)
        self._meet([order.id for order in touched if self._is_on_guard(order.company_id)])

    @api.model
    def _meet(self, order_ids):
        """Of two who do something with the same order at once, the second fails and is tried again."""
        if order_ids:
            self.env.cr.execute(SQL("UPDATE sale_order SET write_date = write_date WHERE id IN %s", tuple(order_ids)))

    # -------------------------------------------------------------------------
    # What is checked
    # -------------------------------------------------------------------------

    @api.model
    def _is_on_guard(self, company):
        """Whether anything of the company's orders is checked."""
        return False

    @api.model
    def _prepare_before(self, orders):
        """What has to be known of confirmed orders before they change.

        :return: ``{order id: {kind of check: anything}}``
        """
        return {order.id: {} for order in orders}

    @api.model
    def _get_breaches(self, orders, before):
        """Why confirmed orders may not be as they are.

        :param orders: confirmed by now, in sudo
        :param dict before: by order id, what ``_prepare_before`` said; None: it was not confirmed before
        :return: ``{order: [sentences]}`` of the orders that must not be
        """
        return {}

    @api.model
    def _keep_passed(self, orders):
        """Record what has to be known of confirmed orders (in sudo) that may be as they are now."""

    @api.model
    def _get_refusal(self, breaches):
        return "\n\n".join(sentence for sentences in breaches.values() for sentence in sentences)

    @api.model
    def _describe_way_back(self):
        """What to do about a change of a confirmed order that somebody would have to consent to."""
        return self.env._(
            "It is confirmed, so this change was not made. To have it approved, cancel the order, set it to"
            " quotation, change it there and press “Ask for Approval”."
        )

    # -------------------------------------------------------------------------
    # Which changes matter
    # -------------------------------------------------------------------------

    @api.model
    def _get_judged_fields(self):
        """Names of fields of orders that say what is checked: a change of them, and of what they depend on, matters."""
        return []

    @api.model
    @ormcache("model_name", cache="stable")
    def _get_guarded_fields(self, model_name):
        """Names of the fields of orders or their lines by which a confirmed order may get worse.

        Odoo's own knowledge of what depends on what, so that it also holds for the fields of other addons.
        """
        judged = {self.env["sale.order"]._fields[name] for name in self._get_judged_fields()}
        return frozenset(
            name
            for name, field in self.env[model_name]._fields.items()
            if field in judged or not judged.isdisjoint(self.pool.get_dependent_fields(field))
        )

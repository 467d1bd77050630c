import logging
from collections import defaultdict
from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL

from ..evaluations.key_account_evaluation_job import COLLISIONS
from ..shared.access import ACTIVITY_AWARD, ACTIVITY_DELIVERY, FINANCE, KEY_ACCOUNT_MANAGER, strip_caller_context
from .key_account_award import ENDED_STATES
from .key_account_credit_entry import LimitChange

_logger = logging.getLogger(__name__)
OPEN_STATES = ("proposed", "approved", "promised")


class KeyAccountAward(models.Model):
    """Post approved credit limits on the customers; deliver, revert and expire awards.

    The approved awards themselves are the queue. A batch claims its rows by their state in the transaction that writes
    the limits, so each award is posted once, even if a process dies at any point.
    """

    _inherit = "key.account.award"  # pylint: disable=consider-merging-classes-inherited

    # Limits per batch: each write on a customer is logged. Up to one batch is posted while the user waits.
    _posting_batch_size = 500

    def _post_or_queue(self):
        """Post now, or in the background if there is more than one batch."""
        if len(self) <= self._posting_batch_size:
            self._post()
        else:
            self.env.ref("key_account_mgmt.ir_cron_key_account_post_awards")._trigger()

    def _post(self):
        """Post those of these awards that no other transaction has posted."""
        claimed = self._take("approved", "posted")
        if not claimed:
            return
        claimed._write_protected({"posted_on": fields.Datetime.now(), "problem": False})
        gone = claimed.filtered(lambda award: not award.partner_id)
        ended = {"state": "reverted", "ended_on": fields.Datetime.now()}
        gone._write_protected({**ended, "note": self.env._("The customer was deleted before it was posted.")})
        for awards in (claimed - gone)._get_rounds():
            awards._post_limits()

    def _take(self, state, new_state):
        """Move rows from one state to the next; of two concurrent transactions, one gets them.

        :return: those of these awards that were in ``state``
        """
        self.flush_recordset()
        taken = self.env.execute_query(
            SQL(
                "UPDATE key_account_award SET state = %s WHERE id IN %s AND state = %s RETURNING id",
                new_state,
                tuple(self.ids or [0]),
                state,
            )
        )
        self.invalidate_recordset()
        awards = self.browse(sorted(award_id for (award_id,) in taken))
        # The cost depends on the state.
        self.env.add_to_compute(self._fields["cost"], awards)
        if new_state in ENDED_STATES:
            awards._write_protected({"ended_on": fields.Datetime.now()})
        return awards

    def _get_rounds(self):
        """Split these awards into rounds in which each customer of a company occurs once.

        Customers may have been merged: the limit that the second award replaces is then that of the first.
        """
        rounds, seen = [], {}
        # sudo: the customer may be hidden from the user
        for award in self.sudo():
            place = (award._get_customer(), award.company_id)
            number = seen[place] = seen.get(place, -1) + 1
            if number == len(rounds):
                rounds.append([])
            rounds[number].append(award.id)
        return [self.browse(ids) for ids in rounds]

    def _post_limits(self):
        changes = []
        # sudo: Finance may not see all contacts; only its decision is written
        for company, awards in self.sudo().grouped("company_id").items():
            customers = awards.partner_id.commercial_partner_id.with_company(company)
            before = customers._get_key_account_own_limits()
            for award in awards:
                limit = Decimal(repr(award.approved_amount))
                changes.append(award._prepare_change("award", before[award._get_customer()], limit))
        self.env["res.partner"]._set_key_account_limits(changes)

    def _prepare_change(self, source, old, new, user=None):
        user = user or self.decided_by_id
        return LimitChange(self._get_customer(), self.company_id, old, new, source, user, self)

    # -------------------------------------------------------------------------
    # In the background
    # -------------------------------------------------------------------------

    @api.model
    def _cron_post(self):
        """Post the waiting awards, batch by batch, each with a commit."""
        while ids := self._get_waiting_ids(self._posting_batch_size):
            self.browse(ids)._post_batch()
            left = bool(self._get_waiting_ids(1))
            if not self.env["ir.cron"]._commit_progress(len(ids), remaining=int(left)):
                return

    @api.model
    def _get_waiting_ids(self, limit):
        domain = [("kind", "=", "credit"), ("state", "=", "approved"), ("problem", "=", False)]
        return self.search(domain, limit=limit, order="id").ids

    def _post_batch(self):
        """Post a batch; if one of its awards fails, the others are still posted."""
        try:
            with self.env.cr.savepoint():
                self._post()
        except COLLISIONS:
            raise
        except Exception as error:
            if len(self) > 1:
                for award in self:
                    award._post_batch()
            else:
                self._fail(error)

    def _fail(self, error):
        """Mark an award that cannot be posted, with the reason, so that the queue continues without it."""
        _logger.warning("Award %s cannot be posted: %s", self.name, error)
        self._write_protected({"problem": str(error)})
        self._log_each({self: self.env._("The limit could not be posted: %s", error)})
        self._tell_decider(self.env._("%(award)s could not be posted", award=self.name))

    def action_post(self):
        """Retry to post awards that could not be posted."""
        self._claim("approved")
        self._check_decider()
        self._write_protected({"problem": False})
        self._post_or_queue()
        return True

    # -------------------------------------------------------------------------
    # Revert
    # -------------------------------------------------------------------------

    def action_revert(self):
        """Take awards back: a posted limit becomes what it was before, unless it was changed since."""
        self._claim(*OPEN_STATES, "posted")
        self._check_decider()
        self._take_back()
        self.evaluation_id._tell_finance()
        return True

    def _take_back(self):
        """Take back all awards that are not delivered or ended; the caller checks the rights."""
        posted = self._take("posted", "reverted")
        waiting = self.filtered(lambda award: award.state in OPEN_STATES)
        waiting._write_protected({"state": "reverted", "ended_on": fields.Datetime.now()})
        waiting._log_each(dict.fromkeys(waiting, self.env._("Taken back.")))
        (posted | waiting)._end_activities()
        posted._restore("revert", self.env.user)

    # -------------------------------------------------------------------------
    # Expiry
    # -------------------------------------------------------------------------

    @api.model
    def _cron_expire(self):
        """End temporary limits and promises after their last day, batch by batch, each with a commit."""
        today = fields.Date.context_today(self)
        for state, name, expire in (
            ("posted", "valid_until", "_expire_limits"),
            ("promised", "expiry_date", "_expire_promises"),
        ):
            domain = [("state", "=", state), (name, "<", today)]
            while awards := self.search(domain, limit=self._posting_batch_size, order="id"):
                getattr(awards, expire)()
                left = self.search_count(domain, limit=1)
                if not self.env["ir.cron"]._commit_progress(len(awards), remaining=left):
                    return

    def _expire_limits(self):
        """Restore the old limits; notify the user who granted a limit if it was changed since."""
        expired = self._take("posted", "expired")
        for award in expired._restore("expiry", self.env.user):
            award._tell_decider(
                award.env._("The temporary limit of %(customer)s has ended: review it", customer=award.partner_name)
            )

    def _expire_promises(self):
        expired = self._take("promised", "expired")
        expired._end_activities()
        expired._log_each(dict.fromkeys(expired, self.env._("Expired: it was not delivered in time.")))

    # -------------------------------------------------------------------------
    # The old limit
    # -------------------------------------------------------------------------

    def _restore(self, source, user):
        """Restore the limits that these awards replaced.

        :param source: revert or expiry, for the ledger
        :return: the awards whose limit was left alone because it was changed since; they have a note
        """
        left_alone = self.browse()
        for awards in self[::-1]._get_rounds():
            left_alone |= awards._restore_round(source, user)
        return left_alone

    def _restore_round(self, source, user):
        histories = self._get_histories()
        changes, notes = [], {}
        # sudo: the customer may be hidden from the user
        for award in self.sudo():
            customer = award._get_customer().with_company(award.company_id)
            limit = customer and customer._get_key_account_limit()
            if customer and award._is_limit_own(histories[award.id], limit):
                target = award._get_lasting_old(histories[award.id])
                changes.append(award._prepare_change(source, limit, target, user))
            else:
                notes[self.browse(award.id)] = award._get_left_alone_text(customer, limit)
        self.env["res.partner"]._set_key_account_limits(changes)
        for award, note in notes.items():
            award._write_protected({"note": note})
        left_alone = self.browse().union(*notes)
        done = self - left_alone
        self._log_each({**notes, **dict.fromkeys(done, self.env._("The customer's previous limit is restored."))})
        return left_alone

    def _get_histories(self):
        """Return the ledgers of the customers of these awards, the last entry first: ``{award id: entries}``."""
        # sudo: all later changes count, whatever the user may see
        awards = self.sudo()
        ledger = self.env["key.account.credit.entry"].sudo()
        customers = awards.partner_id.commercial_partner_id
        entries = ledger.search([("partner_id", "in", customers.ids), ("company_id", "in", awards.company_id.ids)])
        places = defaultdict(list)
        for entry in entries:
            places[entry.partner_id.id, entry.company_id.id].append(entry.id)
        return {award.id: ledger.browse(places[award._get_customer().id, award.company_id.id]) for award in awards}

    def _get_own_entry(self, history):
        return history.filtered(lambda entry: entry.award_id == self and entry.source == "award")

    def _is_limit_own(self, history, limit):
        """Return whether the limit is still that of this award; later awards that have ended do not count.

        :param history: ledger of the customer, the last entry first
        :param limit: the current limit of the customer
        """
        own = self._get_own_entry(history)
        if not own or own._get_new() != limit:
            return False
        since = history.filtered(lambda entry: entry.id > own.id)
        return not any(not entry.award_id or entry.award_id.state == "posted" for entry in since)

    def _get_lasting_old(self, history):
        """Return the limit to restore: the one before this award, skipping limits of awards that have ended since.

        Their limits were left alone when they ended, because this award had replaced them; they must not return.
        """
        own = self._get_own_entry(history)
        target = own._get_old()
        for entry in history.filtered(lambda entry: entry.id < own.id):
            ended = entry.source == "award" and entry.award_id.state in ("expired", "reverted")
            if not ended or entry._get_new() != target:
                break
            target = entry._get_old()
        return target

    def _get_left_alone_text(self, customer, limit):
        if not customer:
            return self.env._("The customer was deleted.")
        formatter = self.env["key.account.formatter"]
        return self.env._(
            "The limit was changed since it was posted, so it was left as it is: %(now)s instead of %(posted)s.",
            now=self.env._("none") if limit is None else formatter._format_amount(limit, self.currency_id),
            posted=formatter._format_amount(repr(self.approved_amount), self.currency_id),
        )

    # -------------------------------------------------------------------------
    # A user delivers promises, at a cost, with a proof
    # -------------------------------------------------------------------------

    def action_deliver(self, cost=None, comment=False, attachment_ids=()):
        """Record the delivery of promised awards.

        :param cost: the actual cost, in company currency; None: as estimated
        :param attachment_ids: proofs that the user uploaded, for the chatter
        """
        self._claim("promised")
        self._check_deliverer()
        proofs = self.env["ir.attachment"].browse(attachment_ids)
        # Only attachments that the user may read become visible to the readers of the award.
        proofs.check_access("read")
        delivery = {
            "state": "delivered",
            "delivered_by_id": self.env.uid,
            "delivered_on": fields.Datetime.now(),
        }
        for award in self:
            amount = award.estimated_cost if cost is None else award._get_amount(cost)
            award._write_protected({**delivery, "actual_cost": amount})
            # sudo: no user has write access to awards, which attaching requires
            copies = proofs.sudo().copy({"res_model": self._name, "res_id": award.id})
            award.message_post(body=award.env._("Delivered. %s", comment or ""), attachment_ids=copies.ids)
        self._end_activities()
        return True

    def _check_deliverer(self):
        """Check that the user is responsible for the awards, a manager, or of Finance."""
        user = self.env.user
        if any(user.has_group(group) for group in (KEY_ACCOUNT_MANAGER, FINANCE)):
            return
        # sudo: only the name of the responsible user is shown
        others = self.filtered(lambda award: award.user_id != user)
        if others:
            raise AccessError(
                self.env._(
                    "%(user)s must deliver %(award)s.",
                    award=others[0].name,
                    user=others[0].sudo().user_id.name or self.env._("a Key Accounts manager"),
                )
            )

    def action_open_delivery(self):
        """Ask for cost and proof."""
        return self._get_wizard_action("key.account.award.delivery", self.env._("Deliver"))

    # -------------------------------------------------------------------------
    # Notifying users
    # -------------------------------------------------------------------------

    def _tell_deliverers(self):
        """Create an activity for the responsible user, due when the promise expires."""
        # sudo: Finance need not have the right to assign work to salespeople
        for (user, date), awards in strip_caller_context(self).sudo()._group_by_deliverer().items():
            text = self.with_context(lang=user.lang).env._("Deliver what was promised")
            awards.activity_schedule(ACTIVITY_DELIVERY, date_deadline=date or None, user_id=user.id, summary=text)

    def _group_by_deliverer(self):
        """Group awards by responsible user and last day; without users who could not see them."""
        groups = {}
        for award in self:
            user = award.user_id
            if user.active and not user.share and award.company_id in user.company_ids:
                key = (user, award.expiry_date)
                groups[key] = groups.get(key, self.browse()) | award
        return groups

    def _tell_decider(self, summary):
        """Create an activity for the Finance user who granted the award."""
        # sudo: the caller is a scheduled action, or a user who may not assign work to Finance
        for award in strip_caller_context(self).sudo():
            award.activity_schedule(ACTIVITY_AWARD, user_id=award.decided_by_id.id, summary=summary, note=award.note)

    def _end_activities(self):
        # sudo: the activities belong to the responsible users
        strip_caller_context(self).sudo().activity_unlink([ACTIVITY_DELIVERY, ACTIVITY_AWARD])

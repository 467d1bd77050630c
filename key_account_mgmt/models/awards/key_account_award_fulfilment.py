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
    """Approved credit limits reach the customers.

    The approved awards themselves are the queue. A batch takes its rows by their state in the transaction that writes
    the limits, so that each is posted once wherever a process dies.
    """

    _inherit = "key.account.award"  # pylint: disable=consider-merging-classes-inherited

    # Limits per batch: each write on a customer is logged. Up to one batch is posted while the user waits.
    _posting_batch_size = 500

    def _post_or_queue(self):
        """Post now, or hand over to the background what is more than a batch."""
        if len(self) <= self._posting_batch_size:
            self._post()
        else:
            self.env.ref("key_account_mgmt.ir_cron_key_account_post_awards")._trigger()

    def _post(self):
        """Post those of these awards that nobody else has posted."""
        claimed = self._take("approved", "posted")
        if not claimed:
            return
        claimed._set_values({"posted_on": fields.Datetime.now(), "problem": False})
        gone = claimed.filtered(lambda award: not award.partner_id)
        ended = {"state": "reverted", "ended_on": fields.Datetime.now()}
        gone._set_values({**ended, "note": self.env._("The customer was deleted before it was posted.")})
        for awards in (claimed - gone)._get_rounds():
            awards._post_limits()

    def _take(self, state, new_state):
        """Move rows from one state to the next; of two who try at once, one gets them.

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
        # The cost hangs on the state.
        self.env.add_to_compute(self._fields["cost"], awards)
        if new_state in ENDED_STATES:
            awards._set_values({"ended_on": fields.Datetime.now()})
        return awards

    def _get_rounds(self):
        """These awards in rounds, in which no customer of a company stands twice: since two were merged, the limit
        that the second replaces is the one of the first."""
        rounds, seen = [], {}
        # sudo: the customer need not be one of those whom the user sees
        for award in self.sudo():
            place = (award._get_customer(), award.company_id)
            number = seen[place] = seen.get(place, -1) + 1
            if number == len(rounds):
                rounds.append([])
            rounds[number].append(award.id)
        return [self.browse(ids) for ids in rounds]

    def _post_limits(self):
        changes = []
        # sudo: finance need not see all contacts; written is what finance decided
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
        """Post what waits, batch by batch, each with a commit."""
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
        """Post a batch; where one of its awards fails, the others are posted all the same."""
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
        """Leave an award that cannot be posted, and say why, so that the queue goes on without it."""
        _logger.warning("Award %s cannot be posted: %s", self.name, error)
        self._set_values({"problem": str(error)})
        self._log_each({self: self.env._("The limit could not be posted: %s", error)})
        self._tell_decider(self.env._("%(award)s could not be posted", award=self.name))

    def action_post(self):
        """Try once more to post what could not be posted."""
        self._claim("approved")
        self._check_decider()
        self._set_values({"problem": False})
        self._post_or_queue()
        return True

    # -------------------------------------------------------------------------
    # Revert
    # -------------------------------------------------------------------------

    def action_revert(self):
        """Take awards back: a posted limit becomes what it was before, unless somebody changed it since."""
        self._claim(*OPEN_STATES, "posted")
        self._check_decider()
        self._take_back()
        self.evaluation_id._tell_finance()
        return True

    def _take_back(self):
        """Take back whatever is not delivered or ended; who may is the caller's affair."""
        posted = self._take("posted", "reverted")
        waiting = self.filtered(lambda award: award.state in OPEN_STATES)
        waiting._set_values({"state": "reverted", "ended_on": fields.Datetime.now()})
        waiting._log_each(dict.fromkeys(waiting, self.env._("Taken back.")))
        (posted | waiting)._end_activities()
        posted._restore("revert", self.env.user)

    # -------------------------------------------------------------------------
    # Expiry
    # -------------------------------------------------------------------------

    @api.model
    def _cron_expire(self):
        """End temporary limits and promises whose last day is over, batch by batch, each with a commit."""
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
        """Put old limits back; where somebody changed one since, tell the person who granted it."""
        expired = self._take("posted", "expired")
        for award in expired._restore("expiry", self.env.user):
            award._tell_decider(
                award.env._("Temporary limit of %(customer)s has ended: look at it", customer=award.partner_name)
            )

    def _expire_promises(self):
        expired = self._take("promised", "expired")
        expired._end_activities()
        expired._log_each(dict.fromkeys(expired, self.env._("Expired: it was not delivered in time.")))

    # -------------------------------------------------------------------------
    # The old limit
    # -------------------------------------------------------------------------

    def _restore(self, source, user):
        """Put back the limits that these awards replaced.

        :param source: revert or expiry, for the ledger
        :return: the awards whose limit was left alone, since somebody changed it; they say so
        """
        left_alone = self.browse()
        for awards in self[::-1]._get_rounds():
            left_alone |= awards._restore_round(source, user)
        return left_alone

    def _restore_round(self, source, user):
        histories = self._get_histories()
        changes, notes = [], {}
        # sudo: the customer need not be one of those whom the user sees
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
            award._set_values({"note": note})
        left_alone = self.browse().union(*notes)
        done = self - left_alone
        self._log_each({**notes, **dict.fromkeys(done, self.env._("The customer has its old limit again."))})
        return left_alone

    def _get_histories(self):
        """Ledgers of the customers of these awards, the last entry first: ``{award id: entries}``."""
        # sudo: what was changed since has to be known whoever may see it
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
        """Whether nobody changed the limit since this award was posted; later awards that ended do not count.

        :param history: ledger of the customer, the last entry first
        :param limit: what the customer has now
        """
        own = self._get_own_entry(history)
        if not own or own._get_new() != limit:
            return False
        since = history.filtered(lambda entry: entry.id > own.id)
        return not any(not entry.award_id or entry.award_id.state == "posted" for entry in since)

    def _get_lasting_old(self, history):
        """What the limit was before, without awards that ended meanwhile: their limits were left alone when this one
        had replaced them, and must not come back."""
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
    # Promises are delivered by somebody, at a cost, with a proof
    # -------------------------------------------------------------------------

    def action_deliver(self, cost=None, comment=False, attachment_ids=()):
        """Record that promised awards were delivered.

        :param cost: what it cost, in company currency; None: as estimated
        :param attachment_ids: proofs that the user uploaded, for the chatter
        """
        self._claim("promised")
        self._check_deliverer()
        proofs = self.env["ir.attachment"].browse(attachment_ids)
        # Only what the user may read himself gets in front of those who may read the award.
        proofs.check_access("read")
        delivery = {
            "state": "delivered",
            "delivered_by_id": self.env.uid,
            "delivered_on": fields.Datetime.now(),
        }
        for award in self:
            amount = award.estimated_cost if cost is None else award._get_amount(cost)
            award._set_values({**delivery, "actual_cost": amount})
            # sudo: nobody has the right to write awards, so that nobody could attach anything
            copies = proofs.sudo().copy({"res_model": self._name, "res_id": award.id})
            award.message_post(body=award.env._("Delivered. %s", comment or ""), attachment_ids=copies.ids)
        self._end_activities()
        return True

    def _check_deliverer(self):
        """Who is responsible, and those who run evaluations or pay for them."""
        user = self.env.user
        if any(user.has_group(group) for group in (KEY_ACCOUNT_MANAGER, FINANCE)):
            return
        # sudo: only the name of who is responsible is shown
        others = self.filtered(lambda award: award.user_id != user)
        if others:
            raise AccessError(
                self.env._(
                    "%(award)s is to be delivered by %(user)s.",
                    award=others[0].name,
                    user=others[0].sudo().user_id.name or self.env._("a Key Accounts manager"),
                )
            )

    def action_open_delivery(self):
        """Ask for cost and proof."""
        return self._get_wizard_action("key.account.award.delivery", self.env._("Deliver"))

    # -------------------------------------------------------------------------
    # Telling people
    # -------------------------------------------------------------------------

    def _tell_deliverers(self):
        """An activity for who is responsible, until the promise expires."""
        # sudo: finance need not be allowed to assign work to salespeople
        for (user, date), awards in strip_caller_context(self).sudo()._group_by_deliverer().items():
            text = self.with_context(lang=user.lang).env._("Deliver what was promised")
            awards.activity_schedule(ACTIVITY_DELIVERY, date_deadline=date or None, user_id=user.id, summary=text)

    def _group_by_deliverer(self):
        """Awards by the person and the last day; without those whose person could not see them."""
        groups = {}
        for award in self:
            user = award.user_id
            if user.active and not user.share and award.company_id in user.company_ids:
                key = (user, award.expiry_date)
                groups[key] = groups.get(key, self.browse()) | award
        return groups

    def _tell_decider(self, summary):
        """An activity for the person of finance who granted the award."""
        # sudo: a cron tells it, or somebody who may not assign work to finance
        for award in strip_caller_context(self).sudo():
            award.activity_schedule(ACTIVITY_AWARD, user_id=award.decided_by_id.id, summary=summary, note=award.note)

    def _end_activities(self):
        # sudo: the activities are those of whoever is responsible
        strip_caller_context(self).sudo().activity_unlink([ACTIVITY_DELIVERY, ACTIVITY_AWARD])

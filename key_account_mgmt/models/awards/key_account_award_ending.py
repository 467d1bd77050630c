from collections import defaultdict

from odoo import api, fields, models

from .key_account_award_posting import BATCH_SIZE

OPEN_STATES = ("proposed", "approved", "promised")


class KeyAccountAward(models.Model):
    """Awards end: limits go back to what they were, promises lapse."""

    _inherit = "key.account.award"  # pylint: disable=consider-merging-classes-inherited

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
            while awards := self.search(domain, limit=BATCH_SIZE, order="id"):
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

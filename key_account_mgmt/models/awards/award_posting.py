"""Credit limits of awards: posted on the customers, taken back and expired."""

import logging
from collections import defaultdict
from decimal import Decimal

from odoo import fields

from ..shared.key_account_job_mixin import COLLISIONS
from .award_notices import AwardNotices
from .award_states import OPEN_STATES
from .key_account_credit_entry import LimitChange

_logger = logging.getLogger(__name__)


class AwardLimits:
    """Credit limits of awards, written on the customers and restored."""

    def __init__(self, awards):
        self.awards = awards
        self.env = awards.env

    def post(self):
        """Write the limits on the customers."""
        for awards in self._get_rounds():
            self._post_round(awards)

    def restore(self, source, user):
        """Restore the limits that the awards replaced.

        :param source: revert or expiry, for the ledger
        :return: the awards whose limit was left alone because it was changed since; they have a note
        """
        left_alone = self.awards.browse()
        for awards in AwardLimits(self.awards[::-1])._get_rounds():
            left_alone |= self._restore_round(awards, source, user)
        return left_alone

    def _get_rounds(self):
        """Split the awards into rounds in which each customer of a company occurs once.

        Customers may have been merged: the limit that the second award replaces is then that of the first.
        """
        rounds, seen = [], {}
        # sudo: the customer may be hidden from the user
        for award in self.awards.sudo():
            place = (award._get_customer(), award.company_id)
            number = seen[place] = seen.get(place, -1) + 1
            if number == len(rounds):
                rounds.append([])
            rounds[number].append(award.id)
        return [self.awards.browse(ids) for ids in rounds]

    def _post_round(self, awards):
        changes = []
        # sudo: Finance may not see all contacts; only its decision is written
        for company, group in awards.sudo().grouped("company_id").items():
            customers = group.partner_id.commercial_partner_id.with_company(company)
            before = customers._get_key_account_own_limits()
            for award in group:
                limit = Decimal(repr(award.approved_amount))
                changes.append(_prepare_change(award, "award", before[award._get_customer()], limit))
        self.env["res.partner"]._set_key_account_limits(changes)

    def _restore_round(self, awards, source, user):
        histories = self._get_histories(awards)
        changes, notes = [], {}
        # sudo: the customer may be hidden from the user
        for award in awards.sudo():
            customer = award._get_customer().with_company(award.company_id)
            limit = customer and customer._get_key_account_limit()
            if customer and _is_limit_own(award, histories[award.id], limit):
                target = _get_lasting_old(award, histories[award.id])
                changes.append(_prepare_change(award, source, limit, target, user))
            else:
                notes[awards.browse(award.id)] = self._get_left_alone_text(award, customer, limit)
        self.env["res.partner"]._set_key_account_limits(changes)
        for award, note in notes.items():
            award._write_protected({"note": note})
        left_alone = awards.browse().union(*notes)
        done = awards - left_alone
        awards._log_each({**notes, **dict.fromkeys(done, self.env._("The customer's previous limit is restored."))})
        return left_alone

    def _get_histories(self, awards):
        """Return the ledgers of the customers of awards, the last entry first: ``{award id: entries}``."""
        # sudo: all later changes count, whatever the user may see
        awards = awards.sudo()
        ledger = self.env["key.account.credit.entry"].sudo()
        customers = awards.partner_id.commercial_partner_id
        entries = ledger.search([("partner_id", "in", customers.ids), ("company_id", "in", awards.company_id.ids)])
        places = defaultdict(list)
        for entry in entries:
            places[entry.partner_id.id, entry.company_id.id].append(entry.id)
        return {award.id: ledger.browse(places[award._get_customer().id, award.company_id.id]) for award in awards}

    def _get_left_alone_text(self, award, customer, limit):
        if not customer:
            return self.env._("The customer was deleted.")
        formatter = self.env["key.account.formatter"]
        return self.env._(
            "The limit was changed since it was posted, so it was left as it is: %(now)s instead of %(posted)s.",
            now=self.env._("none") if limit is None else formatter._format_amount(limit, award.currency_id),
            posted=formatter._format_amount(repr(award.approved_amount), award.currency_id),
        )


def _prepare_change(award, source, old, new, user=None):
    user = user or award.decided_by_id
    return LimitChange(award._get_customer(), award.company_id, old, new, source, user, award)


# -------------------------------------------------------------------------
# What the ledger of a customer, its last entry first, says of one award
# -------------------------------------------------------------------------


def _get_own_entry(award, history):
    return history.filtered(lambda entry: entry.award_id == award and entry.source == "award")


def _is_limit_own(award, history, limit):
    """Return whether the limit is still that of the award; later awards that have ended do not count.

    :param limit: the current limit of the customer
    """
    own = _get_own_entry(award, history)
    if not own or own._get_new() != limit:
        return False
    since = history.filtered(lambda entry: entry.id > own.id)
    return not any(not entry.award_id or entry.award_id.state == "posted" for entry in since)


def _get_lasting_old(award, history):
    """Return the limit to restore: the one before the award, skipping limits of awards that have ended since.

    Their limits were left alone when they ended, because this award had replaced them; they must not return.
    """
    own = _get_own_entry(award, history)
    target = own._get_old()
    for entry in history.filtered(lambda entry: entry.id < own.id):
        ended = entry.source == "award" and entry.award_id.state in ("expired", "reverted")
        if not ended or entry._get_new() != target:
            break
        target = entry._get_old()
    return target


class AwardPosting:
    """Posts approved credit limits on the customers.

    The approved awards themselves are the queue. A batch claims its rows by their state in the transaction that writes
    the limits, so each is posted once, even if a process dies at any point.
    """

    def __init__(self, awards):
        self.awards = awards
        self.env = awards.env

    def post(self):
        """Post those of these awards that no other transaction has posted."""
        claimed = self.awards._take("approved", "posted")
        if not claimed:
            return
        claimed._write_protected({"posted_on": fields.Datetime.now(), "problem": False})
        gone = claimed.filtered(lambda award: not award.partner_id)
        ended = {"state": "reverted", "ended_on": fields.Datetime.now()}
        gone._write_protected({**ended, "note": self.env._("The customer was deleted before it was posted.")})
        AwardLimits(claimed - gone).post()

    def post_batch(self):
        """Post a batch; if one of its awards fails, the others are still posted."""
        try:
            with self.env.cr.savepoint():
                self.post()
        except COLLISIONS:
            raise
        except Exception as error:
            if len(self.awards) > 1:
                for award in self.awards:
                    AwardPosting(award).post_batch()
            else:
                self._fail(error)

    def _fail(self, error):
        """Mark an award that cannot be posted, with the reason, so that the queue continues without it."""
        _logger.warning("Award %s cannot be posted: %s", self.awards.name, error)
        self.awards._write_protected({"problem": str(error)})
        self.awards._log_each({self.awards: self.env._("The limit could not be posted: %s", error)})
        AwardNotices(self.awards).notify_decider(self.env._("%(award)s could not be posted", award=self.awards.name))


class AwardEnding:
    """The end of awards that are not delivered: taken back, or expired."""

    def __init__(self, awards):
        self.awards = awards
        self.env = awards.env

    def take_back(self):
        """Take back all awards that are not delivered or ended: a posted limit becomes what it was before."""
        posted = self.awards._take("posted", "reverted")
        waiting = self.awards.filtered(lambda award: award.state in OPEN_STATES)
        waiting._write_protected({"state": "reverted", "ended_on": fields.Datetime.now()})
        waiting._log_each(dict.fromkeys(waiting, self.env._("Taken back.")))
        AwardNotices(posted | waiting).end()
        AwardLimits(posted).restore("revert", self.env.user)

    def expire_limits(self):
        """Restore the old limits; notify the user who granted a limit if it was changed since."""
        expired = self.awards._take("posted", "expired")
        for award in AwardLimits(expired).restore("expiry", self.env.user):
            AwardNotices(award).notify_decider(
                award.env._("The temporary limit of %(customer)s has ended: review it", customer=award.partner_name)
            )

    def expire_promises(self):
        expired = self.awards._take("promised", "expired")
        AwardNotices(expired).end()
        expired._log_each(dict.fromkeys(expired, self.env._("Expired: it was not delivered in time.")))

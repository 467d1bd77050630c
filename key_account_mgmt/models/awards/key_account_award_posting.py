import logging
from decimal import Decimal

from odoo import api, fields, models
from odoo.tools import SQL

from ..evaluations.key_account_evaluation_job import COLLISIONS
from .key_account_award import ENDED_STATES
from .key_account_credit_entry import LimitChange

_logger = logging.getLogger(__name__)

# Limits per batch: each write on a customer is logged. Up to one batch is posted while the user waits.
BATCH_SIZE = 500


class KeyAccountAward(models.Model):
    """Approved credit limits reach the customers.

    The approved awards themselves are the queue. A batch takes its rows by their state in the transaction that writes
    the limits, so that each is posted once wherever a process dies.
    """

    _inherit = "key.account.award"  # pylint: disable=consider-merging-classes-inherited

    def _post_or_queue(self):
        """Post now, or hand over to the background what is more than a batch."""
        if len(self) <= BATCH_SIZE:
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
        while ids := self._get_waiting_ids(BATCH_SIZE):
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

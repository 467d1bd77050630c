from decimal import Decimal

from odoo import models
from odoo.exceptions import UserError

from ...rules import Claim, grant_by_rank, grant_by_share

WAYS = [("rank", "By Rank"), ("share", "All by the Same Share")]


class KeyAccountAward(models.Model):
    """More awards than their budgets have left: finance grants what fits, and the others stay proposed."""

    _inherit = "key.account.award"  # pylint: disable=consider-merging-classes-inherited

    def action_approve_within_budget(self, way):
        """Grant what fits.

        :param way: ``rank``: in full, the best customers first; ``share``: all of them, cut alike
        :return: a notice of what was granted and what is left
        """
        if way not in dict(WAYS):
            raise UserError(self.env._("Choose how to grant the awards: by rank, or all by the same share."))
        self._claim("proposed")
        self._check_decider()
        fitting = self._get_fitting(way)
        if not fitting:
            raise UserError(self.env._("The budget has nothing left for any of these awards. Refuse them."))
        granted = self.browse(award.id for award in fitting)
        cut = {award: cost for award, cost in fitting.items() if cost != award._get_claim().cost}
        granted._approve({}, self._get_cut_comment() if cut else False, {award: float(cut[award]) for award in cut})
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success" if granted == self else "warning",
                "message": self._get_fitting_text(fitting),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    def _get_cut_comment(self):
        return self.env._("Cut by the same share as the others to stay within the budget.")

    def _get_fitting(self, way):
        """What fits into the budgets: ``{award: Decimal}`` with the cost of each, the best customers first."""
        # sudo: in which order they come does not depend on who may see the evaluation's lines
        ranks = {award.id: award.sudo().line_id.rank or float("inf") for award in self}
        spent = self._get_committed_costs(self.evaluation_id)
        fitting = {}
        for evaluation, awards in self.grouped("evaluation_id").items():
            ordered = awards.sorted(lambda award: (ranks[award.id], award.id))
            claims = [award._get_claim() for award in ordered]
            purse = evaluation._get_purse(spent[evaluation.id])
            step = Decimal(1).scaleb(-evaluation.currency_id.decimal_places)
            fitting |= grant_by_rank(claims, purse) if way == "rank" else grant_by_share(claims, purse, step)
        return fitting

    def _get_claim(self):
        cost = Decimal(repr(self.estimated_cost)) if self.kind != "credit" else Decimal(0)
        return Claim(self, self.rule_key, cost, self._is_cost_amount())

    def _get_fitting_text(self, fitting):
        """How many are granted at which cost, and how many stay proposed."""
        formatter, currency = self.env["key.account.formatter"], self.currency_id[:1]
        costs = {award: award._get_claim().cost for award in self}
        return self.env._(
            "Granted: %(granted)s of %(count)s awards, %(cost)s. Still proposed: %(left)s awards. Proposed but not"
            " granted: %(missing)s.",
            granted=len(fitting),
            count=len(self),
            left=len(self) - len(fitting),
            cost=formatter._format_amount(sum(fitting.values()), currency),
            missing=formatter._format_amount(sum(costs.values()) - sum(fitting.values()), currency),
        )

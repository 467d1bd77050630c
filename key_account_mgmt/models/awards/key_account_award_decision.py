import math
from collections import defaultdict
from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from ...rules import Claim, grant_by_rank, grant_by_share
from ..shared.access import FINANCE
from .key_account_award import COMMITTED_STATES
from .key_account_evaluation_budgets import AwardBudgets

# What Finance may decide differently from the proposal.
CHANGEABLE = ("approved_amount", "estimated_cost", "valid_until", "expiry_date", "user_id")
WAYS = [("rank", "By Rank"), ("share", "All by the Same Share")]


class KeyAccountAward(models.Model):
    """Decisions of Finance: by buttons, once, and only by users who were not involved in the evaluation."""

    _inherit = "key.account.award"  # pylint: disable=consider-merging-classes-inherited

    def action_approve(self):
        """Grant the awards as proposed. Credit limits are posted, other awards promised.

        :return: if several awards together exceed their budget, a dialog that asks which of them to grant
        """
        self._claim("proposed")
        self._check_decider()
        if len(self) > 1 and self._is_over_budget() and self._get_fitting("rank"):
            return self._get_wizard_action("key.account.award.budget", self.env._("Grant within the Budget"))
        self._approve({}, False)
        return self._get_off_notice() or True

    def action_approve_changed(self, values, comment=False):
        """Grant the awards with changes.

        :param dict values: some of ``CHANGEABLE``; amounts in company currency
        :param comment: the reason; required if the amount changes
        """
        unknown = sorted(set(values) - set(CHANGEABLE))
        if unknown:
            raise UserError(self.env._("Finance cannot change: %s.", ", ".join(unknown)))
        self._approve(values, (comment or "").strip())
        return self._get_off_notice() or True

    def action_refuse(self, comment):
        """Refuse the awards.

        :param comment: the reason, for the users who evaluated
        """
        if not (comment or "").strip():
            raise UserError(self.env._("Say why you refuse, so that the evaluators know."))
        self._claim("proposed")
        self._check_decider()
        self._write_protected({**self._prepare_decision(comment.strip()), "state": "refused"})
        self._log_each({award: self.env._("Refused: %s", comment.strip()) for award in self})
        self.evaluation_id._tell_finance()
        return True

    # -------------------------------------------------------------------------
    # Approve
    # -------------------------------------------------------------------------

    def _approve(self, changes, comment, amounts=None):
        """Approve the awards, and post or promise them.

        :param changes: the changes by Finance, for all awards
        :param amounts: ``{award: amount}`` for awards with another amount than proposed
        """
        self._claim("proposed")
        self._check_decider()
        values = {award: award._get_approved_values(award._get_changes(changes, amounts), comment) for award in self}
        for award in self:
            award._check_approved(values[award])
        self._check_budgets({award: values[award]["estimated_cost"] for award in self})
        decision = self._prepare_decision(comment)
        for vals, awards in self._group_by_values(values):
            awards._write_protected({**decision, **vals})
        self._log_each({award: award._get_approved_text() for award in self})
        self.evaluation_id._tell_finance()
        self.filtered(lambda award: award.state == "promised")._tell_deliverers()
        self.filtered(lambda award: award.state == "approved")._post_or_queue()

    def _get_changes(self, changes, amounts):
        return {**changes, "approved_amount": amounts[self]} if amounts and self in amounts else changes

    def _prepare_decision(self, comment):
        return {"decided_by_id": self.env.uid, "decided_on": fields.Datetime.now(), "comment": comment}

    def _get_approved_values(self, changes, comment):
        """Return the values that approving writes on one award.

        :param changes: the changes by Finance; dates that the kind of award does not have are ignored
        """
        is_credit = self.kind == "credit"
        amount = self._get_amount(changes.get("approved_amount", self.proposed))
        if self.currency_id.compare_amounts(amount, self.proposed) and not comment:
            raise UserError(self.env._("Say why %s gets another amount than proposed.", self.partner_name))
        cost = changes.get("estimated_cost", amount if self._is_cost_amount() else self.estimated_cost)
        return {
            "state": "approved" if is_credit else "promised",
            "approved_amount": amount,
            "estimated_cost": 0.0 if is_credit else self._get_amount(cost),
            "valid_until": is_credit and fields.Date.to_date(changes.get("valid_until") or False),
            "expiry_date": not is_credit and fields.Date.to_date(changes.get("expiry_date") or False),
            "user_id": changes.get("user_id") or self.user_id.id,
        }

    def _is_cost_amount(self):
        """Return whether the cost is the amount itself, as for a bonus: the cost then follows the amount."""
        return not self.currency_id.compare_amounts(self.estimated_cost, self.proposed)

    def _get_amount(self, amount):
        """Round an amount that a user entered to the currency."""
        number = self._read_number(amount)
        if number is None or not math.isfinite(number) or number < 0:
            raise UserError(
                self.env._(
                    "%(amount)s is not a valid amount for %(customer)s. Enter zero or more.",
                    amount=amount,
                    customer=self.partner_name,
                )
            )
        return self.currency_id.round(number)

    def _read_number(self, amount):
        try:
            return float(amount or 0)
        except (TypeError, ValueError):
            return None

    def _check_approved(self, values):
        if not self.partner_id:
            raise UserError(self.env._("%s was deleted, so the award cannot be granted. Refuse it.", self.partner_name))
        self._check_dates(values)
        self._check_responsible(values["user_id"])

    def _check_responsible(self, user_id):
        """Check that the responsible user has access to the award."""
        # sudo: users of other companies are not readable, and must still be refused with a clear message
        user = self.env["res.users"].sudo().browse(user_id or [])
        if user_id != self.user_id.id and (user.share or self.company_id not in user.company_ids):
            raise UserError(
                self.env._(
                    "%(user)s does not work in %(company)s and cannot be responsible.",
                    user=user.name,
                    company=self.company_id.name,
                )
            )

    def _check_dates(self, values):
        today = fields.Date.context_today(self)
        for name in ("valid_until", "expiry_date"):
            if values[name] and values[name] < today:
                raise UserError(
                    self.env._(
                        "The award of %(customer)s would end on %(date)s, which is in the past. Choose a later day, or"
                        " none.",
                        customer=self.partner_name,
                        date=fields.Date.to_string(values[name]),
                    )
                )

    def _group_by_values(self, values):
        """Group awards by equal values: ``[(values, awards)]``."""
        groups = {}
        for award in self:
            groups.setdefault(tuple(values[award].items()), []).append(award.id)
        return [
            (dict(items), self.browse(award_ids).with_prefetch(self._prefetch_ids))
            for items, award_ids in groups.items()
        ]

    def _get_approved_text(self):
        formatter = self.env["key.account.formatter"]
        amount = formatter._format_amount(repr(self.approved_amount), self.currency_id)
        values = {"amount": amount, "comment": self.comment or ""}
        if self.currency_id.compare_amounts(self.approved_amount, self.proposed):
            return self.env._("Approved with another amount: %(amount)s. %(comment)s", **values)
        return self.env._("Approved: %(amount)s. %(comment)s", **values).strip()

    def _get_off_notice(self):
        """Return a warning if limits were granted where credit limits are turned off; None otherwise."""
        off = self.filtered("is_credit_off")
        if not off:
            return None
        message = self.env._(
            "%(count)s credit limits were granted, but they do not block orders: Sales Credit Limit is disabled in"
            " %(company)s. An administrator can enable it in the Invoicing settings.",
            count=len(off),
            company=off[0].company_id.display_name,
        )
        params = {
            "type": "warning",
            "sticky": True,
            "message": message,
            "next": {"type": "ir.actions.act_window_close"},
        }
        return {"type": "ir.actions.client", "tag": "display_notification", "params": params}

    # -------------------------------------------------------------------------
    # Who may decide, and on what
    # -------------------------------------------------------------------------

    def _claim(self, *states):
        """Check that the user may read these awards, that no other user decides on them, and that they are due."""
        self.check_access("read")
        foreign = self.company_id - self.env.companies
        if foreign:
            raise AccessError(
                self.env._("Switch to company %(company)s first.", company=", ".join(foreign.mapped("name")))
            )
        # Always lock in this order: two users who decide on different awards of one evaluation meet at the evaluation.
        self.evaluation_id._lock_for_awards()
        self._lock()
        for award in self:
            if award.state not in states:
                raise UserError(award._get_wrong_state_message())

    def _check_decider(self):
        """Check that the user is of Finance and was not involved. Superuser mode does not bypass the check."""
        if not self.env.user.has_group(FINANCE):
            raise AccessError(
                self.env._(
                    "Finance decides on awards. Ask a user with the access right Key Accounts: Finance / Finance."
                )
            )
        if involved := self._filter_involved(self.env.user)[:1]:
            raise AccessError(
                self.env._(
                    "You created, submitted, changed or applied “%(evaluation)s”, so another finance user must"
                    " decide on %(award)s.",
                    evaluation=involved.evaluation_id.name,
                    award=involved.name,
                )
            )

    def _may_decide(self):
        """Return whether the user is of Finance and was not involved in any of these awards."""
        return self.env.user.has_group(FINANCE) and not self._filter_involved(self.env.user)

    def _filter_involved(self, user):
        """Return the awards that a user was involved in, so that another user has to decide on them."""
        authors = {evaluation: evaluation._get_award_authors() for evaluation in self.evaluation_id}
        # sudo: only the identity of the users is read
        return self.filtered(lambda award: user in authors[award.evaluation_id] | award.sudo()._get_involved_users())

    def _get_involved_users(self):
        """Return the users who proposed these awards, or changed the tiers that they come from."""
        return self.proposed_by_id | self.line_id.override_user_id

    # -------------------------------------------------------------------------
    # Wizards
    # -------------------------------------------------------------------------

    def action_open_refusal(self):
        """Ask for the comment that a refusal requires."""
        return self._get_wizard_action("key.account.award.refusal", self.env._("Refuse"))

    def action_open_change(self):
        """Ask for the changes to the proposal."""
        return self._get_wizard_action("key.account.award.change", self.env._("Approve Otherwise"))

    def _get_wizard_action(self, model, name):
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": model,
            "view_mode": "form",
            "target": "new",
            "context": {"default_award_ids": self.ids},
        }

    # -------------------------------------------------------------------------
    # Budgets of rewards: per rule, from the frozen policy, and for all rewards of one evaluation together
    # -------------------------------------------------------------------------

    def _check_budgets(self, costs):
        """Refuse costs that exceed a budget, including earlier grants; the caller has locked the evaluations.

        :param dict costs: the cost of each of these awards, in company currency
        :raises UserError: names the budget, the amount used and the amount asked for
        """
        for use in self._get_budget_uses(costs):
            self._check_budget(*use)

    def _is_over_budget(self):
        """Return whether the proposals exceed a budget; credit limits have none."""
        if all(award.kind == "credit" for award in self):
            return False
        return any(self._exceeds(*use[2:]) for use in self._get_budget_uses({one: one.estimated_cost for one in self}))

    def _get_budget_uses(self, costs):
        """Return ``[(evaluation, name, budget or None, spent, asked)]`` for every budget of these awards."""
        used = self._get_committed_costs(self.evaluation_id)
        uses = []
        for evaluation, awards in self.grouped("evaluation_id").items():
            asked = defaultdict(Decimal)
            for award in awards:
                asked[award.rule_key] += Decimal(repr(costs[award]))
            spent = used[evaluation.id]
            budgets = AwardBudgets(evaluation)
            for rule, (name, budget) in budgets.rewards.items():
                uses.append((evaluation, name, budget, spent[rule], asked[rule]))
            uses.append((evaluation, evaluation.name, budgets.total, sum(spent.values()), sum(asked.values())))
        return uses

    @api.model
    def _exceeds(self, budget, spent, asked):
        return budget is not None and asked > 0 and spent + asked > budget

    @api.model
    def _check_budget(self, evaluation, name, budget, spent, asked):
        if not self._exceeds(budget, spent, asked):
            return
        formatter, currency = self.env["key.account.formatter"], evaluation.currency_id
        raise UserError(
            self.env._(
                "The budget of “%(name)s” is %(budget)s. %(spent)s of it is granted, and these awards need %(asked)s."
                " Refuse some, or grant less. Nothing was granted now.",
                name=name,
                budget=formatter._format_amount(budget, currency),
                spent=formatter._format_amount(spent, currency),
                asked=formatter._format_amount(asked, currency),
            )
        )

    @api.model
    def _get_committed_costs(self, evaluations):
        """Return the exact costs of granted awards: ``{evaluation id: {rule key: Decimal}}``."""
        self.flush_model(["cost", "state"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT evaluation_id, rule_key, SUM(cost)::text
                  FROM key_account_award
                 WHERE evaluation_id IN %s AND state IN %s
              GROUP BY evaluation_id, rule_key
                """,
                tuple(evaluations.ids or [0]),
                COMMITTED_STATES,
            )
        )
        costs = {evaluation_id: defaultdict(Decimal) for evaluation_id in evaluations.ids}
        for evaluation_id, rule, cost in rows:
            costs[evaluation_id][rule] += Decimal(cost or 0)
        return costs

    # -------------------------------------------------------------------------
    # More awards than their budgets allow: Finance grants what fits, and the others stay proposed
    # -------------------------------------------------------------------------

    def action_approve_within_budget(self, way):
        """Grant the awards that fit into the budgets.

        :param way: ``rank``: in full, the best customers first; ``share``: all of them, reduced by the same share
        :return: a notice of the granted and the remaining awards
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
        return self.env._("Reduced by the same share as the others to stay within the budget.")

    def _get_fitting(self, way):
        """Return the awards that fit into the budgets, the best customers first: ``{award: Decimal}``, their costs."""
        # sudo: the order does not depend on the user's access to the evaluation's lines
        ranks = {award.id: award.sudo().line_id.rank or float("inf") for award in self}
        spent = self._get_committed_costs(self.evaluation_id)
        fitting = {}
        for evaluation, awards in self.grouped("evaluation_id").items():
            ordered = awards.sorted(lambda award: (ranks[award.id], award.id))
            claims = [award._get_claim() for award in ordered]
            purse = AwardBudgets(evaluation).get_purse(spent[evaluation.id])
            step = Decimal(1).scaleb(-evaluation.currency_id.decimal_places)
            fitting |= grant_by_rank(claims, purse) if way == "rank" else grant_by_share(claims, purse, step)
        return fitting

    def _get_claim(self):
        cost = Decimal(repr(self.estimated_cost)) if self.kind != "credit" else Decimal(0)
        return Claim(self, self.rule_key, cost, self._is_cost_amount())

    def _get_fitting_text(self, fitting):
        """Return a text with the number and cost of the granted awards, and the number of those that stay proposed."""
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

"""What a draft would change: its decisions on last year's figures, beside those of the active rule set."""

from collections import Counter

from odoo.fields import Command

from ...rules import ComparedPolicy, Evaluator, direction


class RulesetEffect:
    """The moves of customers that the draft causes; nothing is stored. The comparison of both says who they are."""

    # Above this, the user would wait too long for a check.
    most_customers = 10_000

    def __init__(self, ruleset):
        self.ruleset = ruleset
        self.env = ruleset.env
        self.active = ruleset._get_active(ruleset.company_id)

    def prepare_comparison(self):
        """Return values of the comparison with the active rule set."""
        return {
            "company_id": self.ruleset.company_id.id,
            "ruleset_ids": [Command.set((self.active | self.ruleset).ids)],
            "ruleset_id": self.active.id,
        }

    def get_sentence(self):
        """Return “On the figures of 2025: 14 up, 9 down, 260 unchanged.”; None if there is nothing to compare."""
        if not self._can_compare():
            return None
        scope = self.env["key.account.comparison"].new(self.prepare_comparison())._get_scope()
        count = self.env["key.account.collector"]._count(scope)
        if count > self.most_customers:
            return self.env._(
                "Who would move is not computed here for %(count)s customers. Press Compare with Active.",
                count=self.env["key.account.formatter"]._format_number(count),
            )
        return self._get_moves_sentence(scope) if count else None

    def _can_compare(self):
        """Return whether there is another rule set in force, and the user may know of all customers."""
        company = self.ruleset.company_id
        may_know = self.env.user.has_group("key_account_mgmt.group_key_account_manager")
        return bool(may_know and company in self.env.companies and self.active - self.ruleset)

    def _get_moves_sentence(self, scope):
        moves = self._count_moves(scope)
        return self.env._(
            "On the figures of %(year)s: %(up)s up, %(down)s down, %(same)s unchanged.",
            year=self.ruleset.company_id._get_key_account_last_year(),
            **{move: moves[move] for move in ("up", "down", "same")},
        )

    def _count_moves(self, scope):
        """Return how many customers move up, move down, and stay, as ``Counter``."""
        evaluators = [Evaluator(one._get_policy()) for one in (self.active, self.ruleset)]
        codes = set().union(*(one.metrics for one in evaluators))
        batches, _revenues = self.env["key.account.collector"]._collect_batches(scope, codes)
        judges = [(one, one.rank_population(batches), ComparedPolicy(one.policy).places) for one in evaluators]
        moves = Counter()
        for batch in batches:
            places = [_get_places(batch, *judge) for judge in judges]
            moves.update(map(direction, *places))
        return moves


def _get_places(batch, evaluator, population, places):
    return [places.get(result.decision.tier) for result in evaluator.decide(batch, population)]

from typing import NamedTuple

from odoo import models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ...rules import Evaluator, FactError, Method, Population, compare


class Contender(NamedTuple):
    """A rule set at work on the comparison's customers; tiers by the code that its policy uses."""

    ruleset: models.BaseModel
    evaluator: Evaluator
    population: Population
    method: Method
    tier_ids: dict

    def get_place(self, result):
        """The place of the customer's tier, 1 is the best; None without a tier."""
        return self.method.places.get(result.decision.tier)

    def get_rank(self, result):
        """The customer's place by score; None where nothing is scored."""
        return result.standing.rank if self.method.policy.criteria and result.standing else None


class KeyAccountComparison(models.Model):
    """Collect once, decide by every rule set, record."""

    _inherit = "key.account.comparison"  # pylint: disable=consider-merging-classes-inherited

    def action_compute(self):
        """Compare the rule sets as they are now; what was computed before is replaced."""
        self.ensure_one()
        self._check_may_compute()
        self._make_result()
        return True

    def _make_result(self):
        """Compare, and replace what was found before."""
        evaluators = self._get_evaluators()
        self._drop_result()
        try:
            self._compare(evaluators)
        except FactError as error:
            raise UserError(self._get_fact_message(error)) from error

    def _get_evaluators(self):
        """``{rule set: Evaluator}``, the reference first; a rule set that is not complete is refused by its name."""
        return {ruleset: Evaluator(ruleset._get_policy()) for ruleset in self._get_rulesets()}

    def _check_may_compute(self):
        """Whether the user may, and what is to be compared is complete."""
        self._check_may_manage()
        self._check_rulesets()

    def _check_may_manage(self):
        """Managers who work in the company: the collector asks for no rights on documents."""
        self.env["key.account.evaluation"]._check_manager()
        self.check_access("write")
        if self.company_id not in self.env.companies:
            raise UserError(self.env._("Switch to company %(company)s first.", company=self.company_id.name))

    def _get_fact_message(self, error):
        metric = self.env["key.account.metric"].with_context(active_test=False).search([("code", "=", error.metric)])
        return self.env._(
            "%(customer)s has a value of %(metric)s that cannot be used: %(value)s. Correct it and compute again.",
            customer=self.env["res.partner"].browse(error.key).display_name,
            metric=metric.name or error.metric,
            value=error.got,
        )

    def _compare(self, evaluators):
        """Decide every customer by every rule set, and keep what comes out.

        :param evaluators: ``{rule set: Evaluator}``, the reference first
        """
        codes = set().union(*(one.metrics for one in evaluators.values()))
        # Once for all rule sets.
        books, revenues = self.env["key.account.collector"]._collect_books(self._get_scope(), codes)
        if not books:
            raise UserError(self._get_nobody_message())
        contenders = [self._get_contender(*pair, books) for pair in evaluators.items()]
        for book in books:
            self._record_lines(self._get_batch_rows(contenders, book, revenues))
        self.env.cr.execute(SQL("ANALYZE key_account_comparison_line"))
        self.env["key.account.comparison.line"].invalidate_model()
        self.invalidate_recordset(["line_ids"])
        found = compare([contender.method for contender in contenders], list(revenues.values()))
        self._set_result(self._get_result_values(contenders, found))

    def _get_contender(self, ruleset, evaluator, books):
        tier_ids = {tier.code: tier.id for tier in ruleset.tier_ids}
        return Contender(ruleset, evaluator, evaluator.survey(books), Method(evaluator.policy), tier_ids)

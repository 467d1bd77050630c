from markupsafe import Markup

from odoo import api, models
from odoo.exceptions import UserError

from ...rules import Policy, PolicyError, asks_for_places, lint, out_of_reach
from ..metrics.collection_scope import CollectionScope
from ..shared.numbers import exact_text
from .kinds.rule_kinds import RULE_KINDS, find_kind


class KeyAccountRulesetPolicy(models.AbstractModel):
    """Converts rows to the policy that the decision core reads, and findings of the core to sentences."""

    _name = "key.account.ruleset.policy"
    _description = "Rules of a Key Account Rule Set as a Policy"

    def _get_policy_values(self):
        """Return the current rows in the form that the core reads.

        Names are in the source language, so that the fingerprint does not depend on the user's language.
        """
        self.ensure_one()
        return self.with_context(lang="en_US")._prepare_policy_values()

    def _prepare_policy_values(self):
        criteria = self.criterion_ids.filtered("active").sorted()
        values = {
            "schema": 1,
            "name": self.name or "",
            "metrics": sorted(self._prepare_metrics_values(), key=lambda metric: metric["code"]),
            "tiers": [self._prepare_tier_values(tier) for tier in self.tier_ids.sorted("rank")],
            "criteria": [criterion._prepare_criterion_values() for criterion in criteria],
            "tables": self._prepare_table_values(),
        }
        return {**values, "weights_total": exact_text(self.weights_total)} if self.weights_total else values

    def _prepare_metrics_values(self):
        """Return the metrics, then those that exist only as columns of rules, not as metrics on the screen."""
        rules = self.rule_ids.filtered("active")
        return [
            *(self._prepare_metric_values(metric) for metric in self._get_policy_metrics()),
            *(metric for kind, rows in self._group(rules) for metric in kind.metrics_to_policy(self, rows)),
        ]

    @api.model
    def _prepare_metric_values(self, metric):
        options = metric.option_ids.mapped("code") if metric.kind == "choice" else []
        values = {"code": metric.code, "name": metric.name or "", "kind": metric.kind, "options": options}
        return {**values, "of": "line"} if metric.source == "line" else values

    @api.model
    def _prepare_tier_values(self, tier):
        return {"code": tier.code, "name": tier.name or "", "rank": tier.rank}

    def _prepare_table_values(self):
        """Return a table for each kind of rule with rules; without tier rules the policy is incomplete."""
        rules = self.rule_ids.filtered("active").sorted()
        tables = [table for kind, rows in self._group(rules) if (table := kind.table_to_policy(self, rows))]
        # Tables without rules come last: fingerprints of policies depend on the order of tables.
        return sorted(tables, key=lambda table: not table["rules"])

    def _group(self, rules):
        """Return ``[(kind, its rules)]``, including the kinds without rules."""
        return [(kind, rules.filtered(lambda rule, code=kind.code: rule.kind == code)) for kind in RULE_KINDS.values()]

    def _get_policy_metrics(self):
        """Return the metrics that the policy uses, except the score, which results from the criteria.

        Metrics of formulas are included, so that the policy stores their names and kinds.
        """
        rules = self.rule_ids.filtered("active")
        metrics = self.criterion_ids.filtered("active")._get_policy_metrics() | rules.condition_ids.metric_id
        codes = {code for rule in rules for code in find_kind(rule.kind).get_formula_metrics(rule)}
        known = self.env["key.account.metric"].with_context(active_test=False)
        metrics = metrics.filtered(lambda metric: metric.source != "score")
        return (metrics | known.search([("code", "in", list(codes))])).sorted("code")

    def _get_graded_metrics(self):
        """Return the metrics for which users enter grades."""
        metrics = self._get_policy_metrics()
        return metrics.filtered(lambda metric: metric.source == "manual" and metric.kind == "choice").sorted()

    def _get_export_values(self):
        """Return the policy for export; a draft as it is, even if it is incomplete."""
        # The database does not keep the order in which the policy was written; a new dump restores it.
        return Policy.load(self.policy).dump() if self.policy else self._get_policy_values()

    def _get_policy(self):
        """Return the frozen policy, or that of the draft; raise UserError with all errors if it is invalid."""
        self.ensure_one()
        if self.policy:
            return Policy.load(self.policy)
        try:
            return Policy.load(self._get_policy_values())
        except PolicyError as error:
            raise UserError(self._get_refusal(self._get_problem_sentences(error.problems))) from error

    def _get_findings(self):
        """Return errors of the rows and warnings (valid but doubtful), each as sentences."""
        self.ensure_one()
        try:
            policy = Policy.load(self.policy or self._get_policy_values())
        except PolicyError as error:
            return self._get_problem_sentences(error.problems), []
        doubts, refused = self._lint(policy), self._get_refused_codes()
        doubts += self._get_unreached(policy)
        return (
            self._get_problem_sentences([doubt for doubt in doubts if doubt.code in refused]),
            self._get_problem_sentences([doubt for doubt in doubts if doubt.code not in refused])
            + self._get_off_sentences(),
        )

    def _get_used_parts(self):
        """Return which rows use which part of the addon, by their names.

        :return: ``{code of the part: [names of its rows]}``
        """
        self.ensure_one()
        users = {}
        for criterion in self.criterion_ids.filtered("active"):
            for part in {metric.part for metric in criterion._get_policy_metrics()} - {False}:
                users.setdefault(part, []).append(criterion.name)
        rules = self.rule_ids.filtered("active")
        formulas = self._get_formula_parts(rules)
        for rule in rules:
            kind = find_kind(rule.kind)
            used = {
                kind.part,
                *kind.get_used_parts(rule),
                *formulas[rule],
                *rule.condition_ids.metric_id.mapped("part"),
            }
            for part in used - {None, False}:
                users.setdefault(part, []).append(rule.name or rule.summary)
        if self.benefit_ids:
            users.setdefault("credit", []).append(self._fields["benefit_ids"]._description_string(self.env))
        return users

    def _get_formula_parts(self, rules):
        """Return the parts of the metrics in the outcomes of rules: ``{rule: {part}}``."""
        codes = {rule: find_kind(rule.kind).get_formula_metrics(rule) for rule in rules}
        known = self.env["key.account.metric"].with_context(active_test=False)
        metrics = known.search([("code", "in", list(set().union(*codes.values()))), ("part", "!=", False)])
        part_of = {metric.code: metric.part for metric in metrics}
        return {rule: {part_of[code] for code in used if code in part_of} for rule, used in codes.items()}

    def _get_off_sentences(self):
        """Return a sentence for each part that is switched off though rows use it."""
        parts = self.env["key.account.part"]
        users = self._get_used_parts() if parts._get_off() else {}
        return [
            self.env._(
                "“%(part)s” is switched off in the settings, so these rows have no effect: %(rows)s.",
                part=label,
                rows=self.env["key.account.formatter"]._format_list(users[part]),
            )
            for part in parts._get_off()
            if part in users
            for label in parts._get_labels([part])
        ]

    def _lint(self, policy):
        """Return what is valid but doubtful in the policy, as problems of the core."""
        for kind in RULE_KINDS.values():
            policy = kind.get_comparable(self.env, policy)
        return lint(policy)

    def _get_unreached(self, policy):
        """Return the tiers that no customer of the last full fiscal year could reach, as problems of the core."""
        if not asks_for_places(policy):
            return []
        company = self.company_id
        # Users who edit rules may know the number of customers; nothing else about them is disclosed.
        dates = company._get_key_account_period(company._get_key_account_last_year())
        return out_of_reach(policy, self.env["key.account.collector"]._count(CollectionScope(company, *dates)))

    def _get_refused_codes(self):
        """Return the codes of the warnings that prevent activation in the company."""
        return frozenset().union(*(kind.get_refused_codes(self.company_id) for kind in RULE_KINDS.values()))

    def _check_activation(self, policy):
        """Raise on a policy that is valid, but that the company's settings refuse."""
        codes = self._get_refused_codes()
        refused = [doubt for doubt in self._lint(policy) if doubt.code in codes] if codes else []
        if refused:
            raise UserError(self._get_refusal(self._get_problem_sentences(refused)))

    def _get_problem_sentences(self, problems):
        # Prepare the rows again, now with names in the user's language.
        return self.env["key.account.policy.error.text"]._get_sentences(problems, self._prepare_policy_values())

    def _get_refusal(self, errors):
        return self.env._(
            "Rule set “%(ruleset)s” cannot be used yet:\n%(errors)s",
            ruleset=self.display_name,
            errors="\n".join(f"• {error}" for error in errors),
        )

    def _render_findings(self, errors, warnings):
        parts = [
            (self.env._("To fix before activation:"), "danger", errors),
            (self.env._("Allowed, but to be checked:"), "warning", warnings),
        ]
        alert = Markup('<div class="alert alert-%s mb-2" role="status"><b>%s</b><ul class="mb-0">%s</ul></div>')
        return Markup("").join(
            alert % (level, title, Markup("").join(Markup("<li>%s</li>") % sentence for sentence in sentences))
            for title, level, sentences in parts
            if sentences
        )

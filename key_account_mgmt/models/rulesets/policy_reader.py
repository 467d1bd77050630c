import json
from copy import copy
from functools import cached_property

from odoo.exceptions import UserError
from odoo.fields import Command

from ...rules import Policy, PolicyError
from .kinds.rule_kinds import RULE_KINDS, find_kind
from .policy_fit import PolicyFit

# No user reads more than this in a dialog; the messages for 10,000 broken rows would take megabytes.
MOST_SENTENCES = 200


class PolicyReader:
    """Converts a policy to records: finds its references by code, and its rows become values of a draft.

    ``metrics``, ``tiers``: records by their codes in the policy.
    """

    def __init__(self, env, policy, company):
        self.env = env
        self.policy = policy
        self.company = company

    @classmethod
    def of_file(cls, env, content, company):
        """Return the reader of a file in the form of Export.

        :param bytes content: content of the file
        :raise UserError: with everything that is wrong with the file, or means something else here
        """
        reader = cls(env, read_policy(env, content), company)
        problems = PolicyFit(reader).find_mismatches()
        if problems:
            raise UserError(_get_refusal(env, problems, len(problems)))
        return reader

    def with_lang(self, lang):
        return PolicyReader(self.env(context={**self.env.context, "lang": lang}), self.policy, self.company)

    def with_tiers(self, tiers):
        """Return a reader whose policy's tier codes stand for these records instead."""
        reader = copy(self)
        reader.tiers = tiers
        return reader

    # --- References of the policy ---

    @cached_property
    def metrics(self):
        codes = [metric.code for metric in self.policy.metrics] + ["score"]
        metrics = self.env["key.account.metric"].with_context(active_test=False).search([("code", "in", codes)])
        return {metric.code: metric for metric in metrics}

    @cached_property
    def tiers(self):
        """Return the tiers by code; the company's own tiers take precedence over shared ones."""
        tiers = self.env["key.account.tier"].search(
            [("code", "in", [tier.code for tier in self.policy.tiers]), ("company_id", "in", [self.company.id, False])]
        )
        return {tier.code: tier for tier in tiers.sorted(lambda tier: bool(tier.company_id))}

    def find_records(self, metric, codes):
        """Return ``{code: record}`` of the records that columns of rules name."""
        return self.env["key.account.cap.vocabulary"]._find_records(metric, codes)

    # --- The draft ---

    def prepare_ruleset(self, name):
        """Return values of a rule set; missing tiers and perspectives are created.

        :param str name: used if the policy has none
        """
        self._create_tiers()
        policy, values = self.policy, {}
        for kind in RULE_KINDS.values():
            values |= kind.table_from_policy(policy.table(kind.code), self)
        return {
            "name": policy.name or name or self.env._("Imported rules"),
            "company_id": self.company.id,
            "tier_ids": [Command.set([self.tiers[tier.code].id for tier in policy.tiers])],
            # Always given: otherwise the default of a new rule set would replace the value of the file.
            "weights_total": float(policy.weights_total or 0),
            "criterion_ids": [
                Command.create(self._prepare_criterion(criterion, sequence))
                for sequence, criterion in enumerate(policy.criteria, 1)
            ],
            "rule_ids": [
                Command.create(self.prepare_rule(table.kind, row, sequence))
                for table in policy.tables
                for sequence, row in enumerate(table.rules, 1)
            ],
            **values,
        }

    def _create_tiers(self):
        lacking = [tier for tier in self.policy.tiers if tier.code not in self.tiers]
        created = self.env["key.account.tier"].create([self._prepare_tier(tier) for tier in lacking])
        self.tiers |= {tier.code: tier for tier in created}

    def _prepare_tier(self, tier):
        return {"name": tier.name or tier.code, "code": tier.code, "rank": tier.rank, "company_id": self.company.id}

    def prepare_rule(self, kind, row, sequence):
        """Return values of a rule.

        :param str kind: code of the row's table
        """
        conditions = [
            Command.create(self._prepare_condition(condition, number, self.metrics[condition.metric]))
            for number, condition in enumerate(row.conditions, 1)
            if condition.metric in self.metrics
        ]
        return {
            "kind": kind,
            "key": row.key,
            "name": row.name or row.key,
            "sequence": 10 * sequence,
            "condition_ids": conditions,
            **find_kind(kind).from_policy(row, self),
        }

    def _prepare_condition(self, condition, number, metric):
        values = {
            "metric_id": metric.id,
            "sequence": 10 * number,
            "measure": condition.measure,
            "operator": condition.operator,
        }
        if metric.kind != "choice":
            return {**values, "value": float(condition.values[0])}
        options = metric.option_ids.filtered(lambda option: option.code in condition.values)
        return {**values, "option_ids": [Command.set(options.ids)]}

    # --- Criteria ---

    def _prepare_criterion(self, criterion, sequence):
        metric = self.metrics[criterion.metric]
        return {
            "key": criterion.key,
            "name": criterion.name or metric.name,
            "sequence": 10 * sequence,
            "metric_id": metric.id,
            "perspective_id": self._get_or_create_perspective(criterion.perspective).id,
            "max_points": float(criterion.max_points),
            "scale": criterion.scale.type,
            **getattr(self, f"_prepare_{criterion.scale.type}")(criterion.scale, metric),
        }

    def _get_or_create_perspective(self, code):
        perspectives = self.env["key.account.perspective"]
        if not code:
            return perspectives
        return perspectives.search([("code", "=", code)]) or perspectives.create({"name": code, "code": code})

    def _prepare_bands(self, scale, _metric):
        return {
            "step_ids": [
                Command.create({"lower_bound": float(step.lower), "points": float(step.points)}) for step in scale.steps
            ]
        }

    def _prepare_linear(self, scale, _metric):
        if scale.target_metric:
            return {"target_metric_id": self.metrics[scale.target_metric].id}
        return {"target": float(scale.target)}

    def _prepare_grades(self, scale, metric):
        options = {option.code: option for option in metric.option_ids}
        return {
            "step_ids": [
                Command.create({"option_id": options[code].id, "points": float(points)})
                for code, points in scale.grades.items()
            ]
        }

    def _prepare_deductions(self, scale, _metric):
        offset = self.metrics[scale.offset_metric].id if scale.offset_metric else False
        return {"points_each": float(scale.points_each), "offset_metric_id": offset}

    def _prepare_percentile(self, _scale, _metric):
        return {}


def read_policy(env, content):
    """Return the policy in a file; raise UserError with everything that is wrong with it."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UserError(get_unreadable(env)) from error
    try:
        return Policy.load(text)
    except PolicyError as error:
        sentences = env["key.account.policy.error.text"]._get_sentences(
            error.problems[:MOST_SENTENCES], _read_names(text)
        )
        raise UserError(_get_refusal(env, sentences, len(error.problems))) from error


def get_unreadable(env):
    return env._("The file is not text. Choose a file created by Export.")


def _read_names(text):
    """Return the raw file, used only to show its rows by name in messages."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return {}


def _get_refusal(env, problems, count):
    """Return the refusal with the first problems in full.

    :param problems: sentences, at least as many as are shown
    :param int count: total number of problems
    """
    shown = [f"• {problem}" for problem in problems[:MOST_SENTENCES]]
    if count > len(shown):
        shown.append(env._("… and %(count)s more problems.", count=count - len(shown)))
    return env._("The file cannot be imported:\n%(problems)s", problems="\n".join(shown))

import base64
import binascii
import json
from decimal import Decimal

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ...models.shared.numbers import exact_text
from ...rules import Policy, PolicyError

# Nobody reads more than this in a dialog; a file of 10,000 broken rows would be megabytes of it.
MOST_SENTENCES = 200


class KeyAccountRulesetImport(models.TransientModel):
    """An exported rule set becomes a draft. What it refers to is found by code; without its metrics it is refused."""

    _name = "key.account.ruleset.import"
    _description = "Import of a Key Account Rule Set"

    file = fields.Binary(required=True)
    filename = fields.Char()
    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company)

    def action_import(self):
        """Create the draft and open it."""
        self.ensure_one()
        policy = self._read_fitting_policy()
        ruleset = self.env["key.account.ruleset"].create(self._prepare_ruleset_values(policy))
        ruleset.message_post(body=self.env._("Imported from %s.", self.filename or self.env._("a file")))
        return {
            "type": "ir.actions.act_window",
            "res_model": ruleset._name,
            "res_id": ruleset.id,
            "views": [(False, "form")],
        }

    def _read_fitting_policy(self):
        """The policy in the file; UserError with all that is wrong with it, or means something else here."""
        policy = self._read_policy()
        problems = self._get_mismatches(policy)
        if problems:
            raise UserError(self._get_refusal(problems, len(problems)))
        return policy

    def _read_policy(self):
        try:
            content = base64.b64decode(self.file).decode("utf-8-sig")
        except (UnicodeDecodeError, binascii.Error) as error:
            raise UserError(self.env._("The file is not text. Choose a file made by Export.")) from error
        try:
            return Policy.load(content)
        except PolicyError as error:
            labels = self._read_labels(content)
            sentences = self.env["key.account.problem"]._get_sentences(error.problems[:MOST_SENTENCES], labels)
            raise UserError(self._get_refusal(sentences, len(error.problems))) from error

    def _read_labels(self, content):
        """The file as it is, only to call its rows by name in messages."""
        try:
            return json.loads(content)
        except (ValueError, RecursionError):
            return {}

    def _get_refusal(self, problems, count):
        """The first problems in full.

        :param problems: sentences, at least as many as are shown
        :param int count: how many there are in all
        """
        shown = [f"• {problem}" for problem in problems[:MOST_SENTENCES]]
        if count > len(shown):
            shown.append(self.env._("… and %(count)s more problems.", count=count - len(shown)))
        return self.env._("The file cannot be imported:\n%(problems)s", problems="\n".join(shown))

    # --- What the file refers to ---

    def _get_metrics(self, policy):
        codes = [metric.code for metric in policy.metrics] + ["score"]
        metrics = self.env["key.account.metric"].with_context(active_test=False).search([("code", "in", codes)])
        return {metric.code: metric for metric in metrics}

    def _get_tiers(self, policy):
        """Tiers by code; the company's own before those that all companies share."""
        tiers = self.env["key.account.tier"].search(
            [("code", "in", [tier.code for tier in policy.tiers]), ("company_id", "in", [self.company_id.id, False])]
        )
        return {tier.code: tier for tier in tiers.sorted(lambda tier: bool(tier.company_id))}

    def _get_mismatches(self, policy):
        """Why the file means something else here than where it was made, as sentences."""
        metrics, tiers = self._get_metrics(policy), self._get_tiers(policy)
        problems = [self._get_metric_mismatch(row, metrics.get(row.code)) for row in policy.metrics]
        problems += [self._get_tier_mismatch(row, tiers.get(row.code)) for row in policy.tiers]
        problems += [self._get_rule_mismatch(rule) for table in policy.tables for rule in table.rules]
        problems += self._get_digit_mismatches(policy)
        return [problem for problem in problems if problem]

    def _get_metric_mismatch(self, row, metric):
        if not metric:
            return self.env._(
                "Metric “%(name)s” (%(code)s) does not exist here. Create it first, of the kind the file has.",
                name=row.name,
                code=row.code,
            )
        if metric.kind != row.kind:
            return self.env._(
                "Metric “%(name)s” is of kind %(here)s here, in the file of kind %(there)s.",
                name=metric.name,
                here=self._get_kind_label(metric.kind),
                there=self._get_kind_label(row.kind),
            )
        if (metric.source == "line") != (row.of == "line"):
            return self.env._(
                "Metric “%(name)s” is not about the same thing here and in the file: once it is about an order line,"
                " once about a customer.",
                name=metric.name,
            )
        known = set(metric.option_ids.mapped("code"))
        lacking = [code for code in row.options if code not in known]
        if lacking:
            return self.env._(
                "Metric “%(name)s” lacks these options here: %(options)s.",
                name=metric.name,
                options=", ".join(lacking),
            )
        return None

    def _get_kind_label(self, kind):
        return dict(self.env["key.account.metric"]._fields["kind"]._description_selection(self.env))[kind]

    def _get_tier_mismatch(self, row, tier):
        if tier and tier.rank != row.rank:
            return self.env._(
                "Tier “%(name)s” has rank %(here)s here, in the file rank %(there)s.",
                name=tier.name,
                here=tier.rank,
                there=row.rank,
            )
        return None

    def _get_rule_mismatch(self, rule):
        """The core compares numbers with several values too; a row on the screen has one."""
        for condition in rule.conditions:
            if condition.operator in ("in", "not in") and not isinstance(condition.values[0], str):
                return self.env._(
                    "Rule “%(rule)s”: a number is compared with a list. Use a rule for each value instead.",
                    rule=rule.name or rule.key,
                )
        return None

    def _get_digit_mismatches(self, policy):
        """Numbers that a row cannot hold exactly; rounded ones would be other rules."""
        rules = [(self.env._("Rule"), rule.name or rule.key, rule) for table in policy.tables for rule in table.rules]
        criteria = [
            (self.env._("Criterion"), row.name or row.key, (row.max_points, row.scale)) for row in policy.criteria
        ]
        whole = [(self.env._("Rule set"), policy.name, policy.weights_total)]
        return [
            self.env._(
                "%(kind)s “%(row)s”: %(number)s has more digits than can be kept (6 decimals, 15 digits in all).",
                kind=kind,
                row=row,
                number=number,
            )
            for kind, row, part in whole + rules + criteria
            for number in self._get_numbers(part)
            if Decimal(exact_text(float(number))) != number
        ]

    def _get_numbers(self, part):
        """All numbers in a part of a policy."""
        if isinstance(part, Decimal):
            yield part
        elif isinstance(part, (tuple, list, dict)):
            for item in part.values() if isinstance(part, dict) else part:
                yield from self._get_numbers(item)
        elif hasattr(part, "model_fields_set"):
            yield from self._get_numbers(dict(part))

    # --- The draft ---

    def _prepare_ruleset_values(self, policy):
        metrics, tiers = self._get_metrics(policy), self._get_or_create_tiers(policy)
        rules = [
            Command.create(self._prepare_rule_values(table.kind, rule, sequence, metrics, tiers))
            for table in policy.tables
            for sequence, rule in enumerate(table.rules, 1)
        ]
        criteria = [
            Command.create(self._prepare_criterion_values(criterion, sequence, metrics))
            for sequence, criterion in enumerate(policy.criteria, 1)
        ]
        return {
            "name": policy.name or self.filename or self.env._("Imported rules"),
            "company_id": self.company_id.id,
            "tier_ids": [Command.set([tiers[tier.code].id for tier in policy.tiers])],
            # Given in any case: what a new rule set on the screen starts with is not what the file says.
            "weights_total": float(policy.weights_total or 0),
            "criterion_ids": criteria,
            "rule_ids": rules,
        }

    def _get_or_create_tiers(self, policy):
        tiers = self._get_tiers(policy)
        lacking = [tier for tier in policy.tiers if tier.code not in tiers]
        created = self.env["key.account.tier"].create([self._prepare_tier_values(tier) for tier in lacking])
        return tiers | {tier.code: tier for tier in created}

    def _prepare_tier_values(self, tier):
        return {
            "name": tier.name or tier.code,
            "code": tier.code,
            "rank": tier.rank,
            "company_id": self.company_id.id,
        }

    def _prepare_rule_values(self, kind, rule, sequence, metrics, tiers):
        """A row; a new kind of rule adds its outcome and its columns here."""
        conditions = [
            Command.create(self._prepare_condition_values(condition, number, metrics[condition.metric]))
            for number, condition in enumerate(rule.conditions, 1)
            if condition.metric in metrics
        ]
        values = {
            "kind": kind,
            "key": rule.key,
            "name": rule.name or rule.key,
            "sequence": 10 * sequence,
            "condition_ids": conditions,
        }
        return {**values, "tier_id": tiers[rule.tier].id} if kind in ("tier", "veto") else values

    def _prepare_condition_values(self, condition, number, metric):
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

    def _prepare_criterion_values(self, criterion, sequence, metrics):
        metric = metrics[criterion.metric]
        return {
            "key": criterion.key,
            "name": criterion.name or metric.name,
            "sequence": 10 * sequence,
            "metric_id": metric.id,
            "perspective_id": self._get_or_create_perspective(criterion.perspective).id,
            "max_points": float(criterion.max_points),
            "scale": criterion.scale.type,
            **getattr(self, f"_prepare_{criterion.scale.type}_values")(criterion.scale, metric, metrics),
        }

    def _get_or_create_perspective(self, code):
        perspectives = self.env["key.account.perspective"]
        if not code:
            return perspectives
        return perspectives.search([("code", "=", code)]) or perspectives.create({"name": code, "code": code})

    def _prepare_bands_values(self, scale, _metric, _metrics):
        return {
            "step_ids": [
                Command.create({"lower_bound": float(step.lower), "points": float(step.points)}) for step in scale.steps
            ]
        }

    def _prepare_linear_values(self, scale, _metric, metrics):
        if scale.target_metric:
            return {"target_metric_id": metrics[scale.target_metric].id}
        return {"target": float(scale.target)}

    def _prepare_grades_values(self, scale, metric, _metrics):
        options = {option.code: option for option in metric.option_ids}
        return {
            "step_ids": [
                Command.create({"option_id": options[code].id, "points": float(points)})
                for code, points in scale.grades.items()
            ]
        }

    def _prepare_deductions_values(self, scale, _metric, metrics):
        offset = metrics[scale.offset_metric].id if scale.offset_metric else False
        return {"points_each": float(scale.points_each), "offset_metric_id": offset}

    def _prepare_percentile_values(self, _scale, _metric, _metrics):
        return {}

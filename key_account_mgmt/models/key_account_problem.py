from itertools import pairwise

from odoo import api, models
from odoo.tools.translate import LazyTranslate

_lt = LazyTranslate(__name__)

COLUMNS = {
    "amount": _lt("Amount"),
    "below_exposure": _lt("Also below Today's Exposure"),
    "budget": _lt("Budget"),
    "cap": _lt("Discount Cap (%)"),
    "ceilings": _lt("Credit Ceiling"),
    "code": _lt("Code"),
    "conditions": _lt("Conditions"),
    "cost": _lt("Estimated Cost"),
    "criteria": _lt("Criteria"),
    "days": _lt("Days"),
    "direction": _lt("Direction"),
    "factor": _lt("Factor"),
    "formula": _lt("Formula"),
    "freezes_credit": _lt("Freezes Credit"),
    "grades": _lt("Grades"),
    "key": _lt("Key"),
    "kind": _lt("Kind"),
    "lower": _lt("From (included)"),
    "margin_floor": _lt("Margin Floor (%)"),
    "max_change_pct": _lt("Largest Change (%)"),
    "max_points": _lt("Maximum Points"),
    "maximum": _lt("At Most"),
    "measure": _lt("Measure"),
    "metric": _lt("Metric"),
    "metrics": _lt("Metrics"),
    "minimum": _lt("At Least"),
    "months": _lt("Months"),
    "name": _lt("Name"),
    "offset_metric": _lt("Offset by"),
    "operator": _lt("Operator"),
    "options": _lt("Options"),
    "perspective": _lt("Perspective"),
    "points": _lt("Points"),
    "points_each": _lt("Points Off per Occurrence"),
    "rank": _lt("Rank"),
    "reference": _lt("Discount Measured from"),
    "reward": _lt("Reward"),
    "rounding": _lt("In Steps of"),
    "rules": _lt("Rules"),
    "scale": _lt("Scale"),
    "schema": _lt("Version of the File"),
    "share_pct": _lt("Share (%)"),
    "steps": _lt("Bands"),
    "tables": _lt("Tables of Rules"),
    "target": _lt("Target"),
    "target_metric": _lt("Target from Metric"),
    "tier": _lt("Tier"),
    "tiers": _lt("Tiers"),
    "type": _lt("Scale"),
    "value_kind": _lt("Kind of Value"),
    "values": _lt("Value"),
    "weights_total": _lt("Weights Add Up To"),
}
# What the core calls the form that a value in a file should have.
FORMS = {
    "bool": _lt("true or false"),
    "dict": _lt("object"),
    "int": _lt("whole number"),
    "list": _lt("list"),
    "model": _lt("object"),
    "model_attributes": _lt("object"),
    "number as text": _lt("number in quotation marks"),
    "option": _lt("option"),
    "string": _lt("text"),
    "tuple": _lt("list"),
}
MESSAGES = {
    "required": _lt("has to be filled in."),
    "empty": _lt("has to be filled in."),
    "unknown_field": _lt("is not known; got %(got)s."),
    "not_allowed": _lt("got “%(got)s”, allowed are: %(allowed)s."),
    "unknown_type": _lt("got “%(got)s”, allowed are: %(allowed)s."),
    "wrong_type": _lt("got “%(got)s”, which is not of the right form (%(allowed)s)."),
    "too_long": _lt("the text is too long."),
    "out_of_range": _lt("got %(got)s, allowed is %(allowed)s."),
    "not_a_number": _lt("got “%(got)s”, which is not a number."),
    "not_finite": _lt("got “%(got)s”, which is not a finite number."),
    "too_many_decimals": _lt("got %(got)s, at most %(allowed)s decimals are allowed."),
    "negative": _lt("got %(got)s, it must not be negative."),
    "not_positive": _lt("got %(got)s, it must be more than 0."),
    "duplicate": _lt("“%(got)s” is there twice; each may occur once only."),
    "not_json": _lt("the file is not readable as JSON: %(got)s"),
    "reserved_code": _lt("“%(got)s” has a meaning of its own; choose another code."),
    "no_tiers": _lt("no tier is chosen. Add at least one."),
    "no_tier_table": _lt("there is no tier rule. Add at least one, such as one without conditions for everybody."),
    "unknown_metric": _lt("“%(got)s” is not a metric of this rule set."),
    "unknown_tier": _lt("“%(got)s” is not one of the rule set's tiers (%(allowed)s)."),
    "unknown_option": _lt("“%(got)s” is not an option of the metric, allowed are: %(allowed)s."),
    "score_not_allowed": _lt("the score adds up from the criteria, so it cannot be in one."),
    "wrong_metric_kind": _lt("“%(got)s” does not fit a metric of kind “%(kind)s”."),
    "measure_not_allowed": _lt("“%(got)s” does not fit a metric with options, which have no rank and no share."),
    "operator_not_allowed": _lt("“%(got)s” does not fit the metric, allowed are: %(allowed)s."),
    "metric_not_allowed": _lt(
        "“%(got)s” is known of an order line only, so nothing but a discount cap can look at it."
    ),
    "place_not_allowed": _lt("“%(got)s” compares with all other customers; a discount cap can look at the value only."),
    "minimum_above_maximum": _lt("got %(got)s, which is above the highest limit (%(allowed)s)."),
    "formula_not_allowed": _lt("only a bonus has a formula."),
    "no_value": _lt("has to be filled in; choose at least one."),
    "too_many_values": _lt("%(got)s values are given, allowed is one; for several use “is one of”."),
    "no_steps": _lt("there is no band. Add at least one."),
    "duplicate_step": _lt("two bands begin at %(got)s, so one of them is empty."),
    "steps_not_ascending": _lt("%(got)s must be %(allowed)s: bands overlap."),
    "one_target": _lt("give either a fixed target or a metric that holds the target."),
    "no_grades": _lt("no grade has points. Add at least one."),
    "weights_not_in_total": _lt(
        "the maximum points of the criteria add up to %(got)s instead of %(allowed)s (%(rows)s). Change the points, or"
        " what they have to add up to."
    ),
    # Findings of lint: allowed, but hardly what was meant.
    "tier_never_given": _lt("no rule gives this tier."),
    "above_maximum": _lt("%(got)s points are more than the maximum of the criterion (%(allowed)s) and are cut down."),
    "option_without_grade": _lt("this option has no points, so it gives 0."),
    "score_without_criteria": _lt("the score is compared, but no criterion gives points."),
    "no_rule_for_everybody": _lt(
        "customers for whom no rule holds get no tier. Add a last rule without conditions for everybody else."
    ),
    "impossible": _lt("they exclude each other (%(metrics)s), so the rule never holds."),
    "unreachable": _lt("the rule is never reached: “%(behind)s” above it holds for all these customers."),
    "cap_not_monotone": _lt(
        "customers of tier “%(worse)s” may be given up to %(worse_cap)s %%, those of the better tier “%(better)s” only "
        "%(better_cap)s %% (“%(better_rule)s”), though all else is the same."
    ),
    "cap_not_monotone_without": _lt(
        "customers of the worse tier “%(worse)s” have no cap where those of “%(better)s” have %(better_cap)s %%, "
        "though all else is the same. Add a row for them."
    ),
    "caps_not_compared": _lt(
        "the rows overlap in too many ways to say for all customers whether a worse tier gets a higher cap."
    ),
    "ceiling_not_monotone": _lt(
        "customers of tier “%(worse)s” may have up to %(worse_ceiling)s of credit, those of the better tier "
        "“%(better)s” only %(better_ceiling)s."
    ),
    "ceiling_not_monotone_without": _lt(
        "customers of the worse tier “%(worse)s” have no credit ceiling where those of “%(better)s” have "
        "%(better_ceiling)s. Add one for them."
    ),
    "veto_without_effect": _lt("a cap at the best tier changes nothing."),
    "veto_for_everybody": _lt("without conditions the veto holds for every customer."),
}


class KeyAccountProblem(models.AbstractModel):
    """What the decision core finds wrong with a policy, in the user's words: which row, which column, what was got
    and what is allowed. The core gives codes and parameters only."""

    _name = "key.account.problem"
    _description = "Problems of Key Account Rules"

    @api.model
    def _get_sentences(self, problems, policy_values):
        """Sentences such as "Tier rule “Top 15 %”, condition 2, Value: no value given."

        :param problems: ``Problem`` objects of the core
        :param dict policy_values: the policy they were found in, for the names of its rows
        """
        return [self._get_sentence(problem, policy_values) for problem in problems]

    @api.model
    def _get_sentence(self, problem, policy_values):
        values = policy_values if isinstance(policy_values, dict) else {}
        where, what = self._get_place(problem, values), self._get_message(problem, self._get_names(values))
        return self.env._("%(where)s: %(what)s", where=where, what=what)

    @api.model
    def _get_rows(self, values, column):
        """The rows in a column of a policy, or of a row; a file may have anything in their place.

        What is no row is one without columns, since problems name rows by their number too.
        """
        rows = values.get(column)
        return [row if isinstance(row, dict) else {} for row in rows] if isinstance(rows, list) else []

    # --- Where ---

    @api.model
    def _get_place(self, problem, policy_values):
        rows = [self._get_row_name(problem.path, policy_values), *self._get_inner_names(problem.path)]
        if problem.path[-1:] == ("ceilings",):
            rows.append(self._find_name(self._get_rows(policy_values, "tiers"), "code", problem.column))
        elif problem.path[-1:] == ("grades",):
            rows.append(self._get_named(self.env._("grade"), self._get_grade_name(problem, policy_values)))
        elif problem.path[-1:] == ("formula",) and problem.column == "type":
            rows.append(self._get_column_label("formula"))
        elif problem.column:
            rows.append(self._get_column_label(problem.column))
        # A condition's values stand in one cell.
        if isinstance(problem.params.get("index"), int) and problem.column != "values":
            rows.append(self.env._("row %s", problem.params["index"] + 1))
        return self.env["key.account.formatter"]._format_list(rows)

    @api.model
    def _get_row_name(self, path, policy_values):
        """The row at ``path``: a rule, a criterion, a tier, or the rule set."""
        if not path:
            return self.env._("Rule set")
        if path[0] == "tables" and len(path) >= 4:
            return self._get_rule_name(path, policy_values)
        labels = {
            "criteria": self.env._("Criterion"),
            "tiers": self.env._("Tier"),
            "metrics": self.env._("Metric"),
        }
        if path[0] == "tables":
            kinds = {
                "tier": self.env._("Tier rules"),
                "veto": self.env._("Vetoes"),
                "discount_cap": self.env._("Discount caps"),
                "credit_limit": self.env._("Credit limits"),
                "reward": self.env._("Rewards"),
                "value_kind": self.env._("Kinds of value"),
            }
            if path[-1] == "ceilings":
                return self.env._("Credit ceilings")
            return kinds.get(path[-1], self.env._("Tables of Rules"))
        column = "key" if path[0] == "criteria" else "code"
        name = self._find_name(self._get_rows(policy_values, path[0]), column, path[1]) if len(path) > 1 else ""
        return self._get_named(labels.get(path[0], path[0]), name)

    @api.model
    def _get_rule_name(self, path, policy_values):
        tables = [table for table in self._get_rows(policy_values, "tables") if table.get("kind") == path[1]]
        name = self._find_name(self._get_rows(tables[0], "rules") if tables else [], "key", path[3])
        kinds = {
            "tier": self.env._("Tier rule"),
            "veto": self.env._("Veto"),
            "discount_cap": self.env._("Discount cap"),
            "credit_limit": self.env._("Credit limit"),
            "reward": self.env._("Reward"),
            "value_kind": self.env._("Kind of value"),
        }
        return self._get_named(kinds.get(path[1], path[1]), name)

    @api.model
    def _get_named(self, kind, name):
        return self.env._("%(kind)s “%(name)s”", kind=kind, name=name)

    @api.model
    def _get_inner_names(self, path):
        """The condition of a rule, or the band of a criterion."""
        labels = {"conditions": self.env._("condition"), "steps": self.env._("band")}
        return [
            f"{labels[part]} {index + 1}" for part, index in pairwise(path) if part in labels and isinstance(index, int)
        ][:1]

    @api.model
    def _find_name(self, rows, column, label):
        """The name of the row with that key, or its number where it has none."""
        if isinstance(label, int):
            row = rows[label] if label < len(rows) else {}
            return row.get("name") or str(label + 1)
        for row in rows:
            if row.get(column) == label:
                return row.get("name") or label
        return label

    @api.model
    def _get_grade_name(self, problem, policy_values):
        """The name of the option that the column of a criterion's grades stands for; its code where it is gone."""
        criteria = self._get_rows(policy_values, "criteria")
        metrics = [str(row.get("metric")) for row in criteria if row.get("key") == problem.path[1]]
        option = self.env["key.account.metric.option"].search(
            [("metric_id.code", "in", metrics), ("code", "=", problem.column)], limit=1
        )
        return option.name or problem.column

    @api.model
    def _get_column_label(self, column):
        return self.env._(COLUMNS[column]) if column in COLUMNS else column

    # --- What ---

    @api.model
    def _get_message(self, problem, names):
        """What is wrong there: the sentence of the problem's code with what was got and what is allowed."""
        params = {name: self._get_shown(value, names) for name, value in problem.params.items()}
        form = FORMS.get(params.get("allowed")) if problem.code == "wrong_type" else None
        if form:
            params["allowed"] = self.env._(form)
        code = problem.code
        if code == "cap_not_monotone" and problem.params["worse_rule"] is None:
            code = "cap_not_monotone_without"
        if code == "ceiling_not_monotone" and problem.params["worse_ceiling"] is None:
            code = "ceiling_not_monotone_without"
        if code not in MESSAGES:
            return f"{code} {params}"
        for name in ("better_ceiling", "worse_ceiling"):
            if problem.params.get(name):
                params[name] = self.env["key.account.formatter"]._format_number(problem.params[name])
        template = self.env._(MESSAGES[code])
        return template % {"got": "", "allowed": "", "kind": "", **params}

    @api.model
    def _get_shown(self, value, names):
        """A parameter in a sentence, as the screens call it."""
        if isinstance(value, (list, tuple)):
            return ", ".join(self._get_shown(item, names) for item in value)
        if isinstance(value, dict):
            return self._format_weights((names.get(("criteria", key), key), points) for key, points in value.items())
        return names.get(value, str(value).replace("<=", "≤").replace(">=", "≥"))

    @api.model
    def _format_weights(self, weights):
        """Such as “Performance 50, Cooperation 20”, from pairs of a name and points."""
        formatter = self.env["key.account.formatter"]
        parts = [
            self.env._("%(name)s %(points)s", name=name, points=formatter._format_number(points))
            for name, points in weights
        ]
        return formatter._format_list(parts)

    @api.model
    def _get_names(self, policy_values):
        """What screens call the codes in parameters: operators, kinds and scales, and the policy's own rows."""
        names = {}
        for model, field in [
            ("key.account.rule.condition", "operator"),
            ("key.account.rule.condition", "measure"),
            ("key.account.metric", "kind"),
            ("key.account.criterion", "scale"),
            ("key.account.rule", "reward"),
            ("key.account.rule", "credit_formula"),
            ("key.account.rule", "bonus_formula"),
            ("key.account.rule", "direction"),
            ("key.account.rule", "value_kind"),
        ]:
            names |= dict(self.env[model]._fields[field]._description_selection(self.env))
        for label in self.env["key.account.explainer"]._get_column_labels(policy_values).values():
            names |= label.options
        # A criterion often has the key that its metric has as code, and another name.
        for row in self._get_rows(policy_values, "criteria"):
            if row.get("name"):
                names["criteria", str(row.get("key"))] = str(row["name"])
        rules = [row for table in self._get_rows(policy_values, "tables") for row in self._get_rows(table, "rules")]
        for row in [*self._get_rows(policy_values, "tiers"), *self._get_rows(policy_values, "metrics"), *rules]:
            if row.get("name"):
                names[str(row.get("key") or row.get("code"))] = str(row["name"])
        return names

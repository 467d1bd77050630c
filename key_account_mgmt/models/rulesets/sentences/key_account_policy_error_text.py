from itertools import pairwise

from odoo import api, models

from ..kinds.rule_kinds import RULE_KINDS
from .policy_error_messages import COLUMNS, FORMS, MESSAGES
from .policy_rows import PolicyRows, get_rows


class KeyAccountPolicyErrorText(models.AbstractModel):
    """Problems that the decision core finds in a policy, as sentences in the user's language.

    Each sentence gives the row, the column, the actual value and the allowed values. The core returns only codes and
    parameters.
    """

    _name = "key.account.policy.error.text"
    _description = "Problems of Key Account Rules"

    @api.model
    def _get_sentences(self, problems, policy_values):
        """Return sentences such as "Tier rule “Top 15 %”, condition 2, Value: no value given."

        :param problems: ``Problem`` objects of the core
        :param dict policy_values: the policy with the problems, for the names of its rows
        """
        rows = PolicyRows(policy_values)
        names = self._get_names(rows)
        grades = self._get_grade_names(problems, rows)
        return [self._get_sentence(problem, rows, names, grades) for problem in problems]

    @api.model
    def _get_sentence(self, problem, policy_rows, names, grades):
        where, what = self._get_place(problem, policy_rows, grades), self._get_message(problem, names)
        return self.env._("%(where)s: %(what)s", where=where, what=what)

    # --- Place of the problem ---

    @api.model
    def _get_place(self, problem, policy_rows, grades):
        rows = [self._get_row_name(problem.path, policy_rows), *self._get_inner_names(problem.path)]
        if problem.path[-1:] == ("ceilings",):
            rows.append(policy_rows.find_name(policy_rows.get("tiers"), "code", problem.column))
        elif problem.path[-1:] == ("grades",):
            name = grades.get((problem.path[1], problem.column), problem.column)
            rows.append(self._get_named(self.env._("grade"), name))
        elif problem.path[-1:] == ("formula",) and problem.column == "type":
            rows.append(self._get_column_label("formula"))
        elif problem.column:
            rows.append(self._get_column_label(problem.column))
        # A condition has one cell for all its values.
        if isinstance(problem.params.get("index"), int) and problem.column != "values":
            rows.append(self.env._("row %s", problem.params["index"] + 1))
        return self.env["key.account.formatter"]._format_list(rows)

    @api.model
    def _get_row_name(self, path, policy_rows):
        """Return the row at ``path``: a rule, a criterion, a tier, or the rule set."""
        if not path:
            return self.env._("Rule set")
        if path[0] == "tables" and len(path) >= 4:
            return self._get_rule_name(path, policy_rows)
        labels = {
            "criteria": self.env._("Criterion"),
            "tiers": self.env._("Tier"),
            "metrics": self.env._("Metric"),
        }
        if path[0] == "tables":
            if path[-1] == "ceilings":
                return self.env._("Credit ceilings")
            kind = RULE_KINDS.get(path[-1])
            return self.env._(kind.table_name) if kind else self.env._("Tables of Rules")
        column = "key" if path[0] == "criteria" else "code"
        name = policy_rows.find_name(policy_rows.get(path[0]), column, path[1]) if len(path) > 1 else ""
        return self._get_named(labels.get(path[0], path[0]), name)

    @api.model
    def _get_rule_name(self, path, policy_rows):
        name = policy_rows.find_name(policy_rows.get_rules(path[1]), "key", path[3])
        kind = RULE_KINDS.get(path[1])
        return self._get_named(self.env._(kind.row_name) if kind else path[1], name)

    @api.model
    def _get_named(self, kind, name):
        return self.env._("%(kind)s “%(name)s”", kind=kind, name=name)

    @api.model
    def _get_inner_names(self, path):
        """Return the condition of a rule, or the band of a criterion."""
        labels = {"conditions": self.env._("condition"), "steps": self.env._("band")}
        return [
            f"{labels[part]} {index + 1}" for part, index in pairwise(path) if part in labels and isinstance(index, int)
        ][:1]

    @api.model
    def _get_grade_names(self, problems, policy_rows):
        """Return the names of options in grades of criteria; deleted options are left out.

        :return: ``{(key of the criterion, code of the option): name}``
        """
        keys = {problem.path[1] for problem in problems if problem.path[-1:] == ("grades",)}
        named = [row for row in policy_rows.get("criteria") if isinstance(row.get("key"), str)]
        metrics = {row["key"]: str(row.get("metric")) for row in named if row["key"] in keys}
        if not metrics:
            return {}
        options = self.env["key.account.metric.option"].search([("metric_id.code", "in", list(metrics.values()))])
        names = {(option.metric_id.code, option.code): option.name for option in options}
        return {
            (key, code): name
            for key, metric in metrics.items()
            for (owner, code), name in names.items()
            if owner == metric
        }

    @api.model
    def _get_column_label(self, column):
        return self.env._(COLUMNS[column]) if column in COLUMNS else column

    # --- Message of the problem ---

    @api.model
    def _get_message(self, problem, names):
        """Return the sentence of the problem's code, with the actual and the allowed values."""
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
        """Return a parameter in a sentence, with the names used on screens."""
        if isinstance(value, (list, tuple)):
            return ", ".join(self._get_shown(item, names) for item in value)
        if isinstance(value, dict):
            return self._format_weights((names.get(("criteria", key), key), points) for key, points in value.items())
        return names.get(value, str(value).replace("<=", "≤").replace(">=", "≥"))

    @api.model
    def _format_weights(self, weights):
        """Return “Performance 50, Cooperation 20” from pairs of a name and points."""
        formatter = self.env["key.account.formatter"]
        parts = [
            self.env._("%(name)s %(points)s", name=name, points=formatter._format_number(points))
            for name, points in weights
        ]
        return formatter._format_list(parts)

    @api.model
    def _get_names(self, policy_rows):
        """Return screen names of the codes in parameters: operators, kinds and scales, and the policy's own rows."""
        names = {}
        for model, field in [
            ("key.account.rule.condition", "operator"),
            ("key.account.rule.condition", "measure"),
            ("key.account.metric", "kind"),
            ("key.account.criterion", "scale"),
            *(("key.account.rule", field) for kind in RULE_KINDS.values() for field in kind.selections),
        ]:
            names |= dict(self.env[model]._fields[field]._description_selection(self.env))
        for label in self.env["key.account.explainer"]._get_column_labels(policy_rows.values).values():
            names |= label.options
        # The key of a criterion often equals the code of its metric, but its name differs.
        for row in policy_rows.get("criteria"):
            if row.get("name"):
                names["criteria", str(row.get("key"))] = str(row["name"])
        rules = [row for table in policy_rows.get("tables") for row in get_rows(table, "rules")]
        for row in [*policy_rows.get("tiers"), *policy_rows.get("metrics"), *rules]:
            if row.get("name"):
                names[str(row.get("key") or row.get("code"))] = str(row["name"])
        return names

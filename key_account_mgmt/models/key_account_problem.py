from itertools import pairwise

from odoo import api, models

from .key_account_problem_texts import COLUMNS, FORMS, MESSAGES


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

from decimal import Decimal

from odoo import api, models

from ....rules import TIER
from ..key_account_cap_vocabulary import CHOICE_COLUMNS
from ..kinds.rule_kinds import find_explanation


class KeyAccountExplainer(models.AbstractModel):
    """Rules and reasons as sentences in the user's language. This model makes no decisions."""

    _name = "key.account.explainer"
    _inherit = ["key.account.scale.text"]
    _description = "Explainer of Key Account Decisions"

    @api.model
    def _get_reason_sentences(self, policy_values, reasons, currency, labels=None):
        """Return the reasons of a decision as sentences.

        :param dict policy_values: the policy of the decision
        :param labels: as returned by ``_get_labels``; pass them when explaining many decisions by one policy
        """
        labels = labels or self._get_labels(policy_values, reasons=reasons or ())
        sentences = [self._get_reason_sentence(reason, labels, currency) for reason in reasons or []]
        return [sentence for sentence in sentences if sentence]

    @api.model
    def _get_reason_sentence(self, reason, labels, currency):
        """Return the sentence of a reason: its kind of rule explains it, or ``_explain_<code>`` of another addon."""
        params = reason.get("params", {})
        explain = getattr(self, f"_explain_{reason['code']}", None)
        if explain:
            return explain(params, labels, currency)
        explain = find_explanation(reason["code"])
        return explain(self, params, labels, currency) if explain else reason["code"]

    @api.model
    def _explain_missing(self, params, labels, _currency):
        metric = self._get_metric_label(params["metric"], labels).name
        if params.get("criterion"):
            criterion = labels.criteria.get(params["criterion"], params["criterion"])
            return self.env._(
                "No points for “%(criterion)s”: “%(metric)s” has no value.", criterion=criterion, metric=metric
            )
        return self.env._(
            "Rule “%(rule)s” could not be judged: “%(metric)s” has no value.",
            rule=self._rule(params, labels),
            metric=metric,
        )

    @api.model
    def _explain_overridden(self, params, labels, _currency):
        tier = labels.tiers.get(params["to"], params["to"])
        before = labels.tiers.get(params["from"], params["from"])
        if not before:
            return self.env._(
                "Credit limit, rewards and value type are those of tier %(tier)s, given by hand where the rules"
                " give none.",
                tier=tier,
            )
        return self.env._(
            "Credit limit, rewards and value type are those of tier %(tier)s, given by hand instead of tier"
            " %(before)s.",
            tier=tier,
            before=before,
        )

    @api.model
    def _get_fact_phrases(self, params, labels, currency):
        """Return the facts that made a rule hold, each with the rule's condition."""
        conditions = labels.conditions.get(params.get("rule"), [])
        phrases, seen = [], set()
        for fact in params.get("facts", []):
            operand = (fact["metric"], fact.get("measure", "value"))
            if operand not in seen:
                asked = [c for c in conditions if (c["metric"], c.get("measure", "value")) == operand]
                phrases.append(self._get_fact_phrase(operand, fact.get("value"), asked, labels, currency))
            seen.add(operand)
        return self._format_list(phrases)

    @api.model
    def _get_fact_phrase(self, operand, value, asked, labels, currency):
        metric, measure = self._get_metric_label(operand[0], labels), operand[1]
        asked = [] if self._says_all(operand[0], metric) else asked
        limits = [self._get_comparison({"measure": measure, **c}, metric, currency) for c in asked]
        if measure == "cumulative_share_pct" and self._is_crossed(value, asked):
            limits.append(self.env._("crossed by the customer"))
        is_number = self._get_measure_kind(metric, measure) not in ("choice", "date")
        thresholds = [Decimal(limit) for c in asked for limit in c["values"]] if is_number else []
        shown = self._format_measured(metric, measure, value, currency, thresholds)
        name = self._get_operand_phrase(metric, measure)
        return f"{name} {shown} ({', '.join(limits)})" if limits else f"{name} {shown}"

    @api.model
    def _says_all(self, code, metric):
        """Return whether a fact needs no condition beside it: true for columns, except nested categories."""
        return code == TIER or (code in CHOICE_COLUMNS and not metric.within)

    @api.model
    def _is_crossed(self, share, conditions):
        """Return whether a share begins within a limit that holds, and ends beyond it."""
        limits = [condition["values"][0] for condition in conditions if condition["operator"] in ("<=", "<")]
        return any(Decimal(share) > Decimal(limit) for limit in limits)

    @api.model
    def _tier(self, params, labels):
        return labels.tiers.get(params.get("tier"), params.get("tier"))

    @api.model
    def _rule(self, params, labels):
        return labels.rules.get(params.get("rule"), params.get("rule"))

"""Notices before the next step of an evaluation: gaps, appraisals, and other evaluations of the same period."""

from functools import cached_property


class EvaluationNotices:
    """Read-only: the notices of one evaluation, as sentences."""

    def __init__(self, evaluation):
        self.evaluation = evaluation
        self.env = evaluation.env
        self.formatter = self.env["key.account.formatter"]

    @cached_property
    def evaluated_count(self):
        """Return the number of customers with figures: values are missing among these only."""
        lines = self.env["key.account.evaluation.line"]
        return lines.search_count([("evaluation_id", "=", self.evaluation.id), ("in_population", "=", True)])

    # -------------------------------------------------------------------------
    # Missing values
    # -------------------------------------------------------------------------

    def get_missing(self):
        """Return notices of missing values. After approval they are history and not returned."""
        # Salespeople, who read applied evaluations only, may not read the counts.
        counts = self.evaluation.state in ("computed", "in_review") and self.evaluation.missing_counts
        if not counts:
            return []
        metrics = self.env["key.account.metric"].with_context(active_test=False)
        names = {metric.code: metric for metric in metrics.search([("code", "in", list(counts))])}
        return [self._get_missing_sentence(names.get(code), code, count) for code, count in counts.items()]

    def _get_missing_sentence(self, metric, code, count):
        sentence = self.env._(
            "%(metric)s has no value for %(count)s of %(total)s customers.",
            metric=metric.name if metric else code,
            count=count,
            total=self.evaluated_count,
        )
        if metric and metric.source in ("manual", "target", "expectation"):
            sentence += " " + self.env._("Enter the missing values, reset to draft and compute again.")
        return sentence

    # -------------------------------------------------------------------------
    # Appraisals
    # -------------------------------------------------------------------------

    def get_appraisals(self):
        """Return notices of missing appraisals of the period; once the evaluation has lines, only of its customers."""
        evaluation = self.evaluation
        if evaluation.state not in ("draft", "computed", "in_review"):
            return []
        if not (evaluation.date_from and evaluation.date_to):
            return []
        # sudo: readers of the evaluation need no access to the appraisals; they are only counted by appraiser
        groups = self.env["key.account.appraisal"].sudo()._read_group(self._get_open_domain(), ["user_id"], ["__count"])
        if not groups:
            return []
        return [
            self.env._(
                "Appraisals of the period still to do: %(count)s (%(appraisers)s). Until they are done, their grades do"
                " not count.",
                count=sum(count for _user, count in groups),
                appraisers=self.formatter._format_list(f"{user.name} {count}" for user, count in groups),
            )
        ]

    def _get_open_domain(self):
        evaluation = self.evaluation
        domain = [
            ("company_id", "=", evaluation.company_id.id),
            ("state", "=", "draft"),
            ("date_from", ">=", evaluation.date_from),
            ("date_to", "<=", evaluation.date_to),
        ]
        if evaluation.state == "draft":
            return domain
        # sudo: open appraisals are counted for all customers of the evaluation
        lines = self.env["key.account.evaluation.line"].sudo()
        lines = lines._search([("evaluation_id", "=", evaluation._origin.id)])
        return [*domain, ("partner_id", "in", lines.subselect("partner_id"))]

    # -------------------------------------------------------------------------
    # Other evaluations
    # -------------------------------------------------------------------------

    def get_overlaps(self):
        """Return a notice of other evaluations of exactly that period."""
        evaluation = self.evaluation
        others = get_same_period_evaluations(evaluation.company_id, evaluation.date_from, evaluation.date_to)
        others -= evaluation._origin
        if not others:
            return []
        return [
            self.env._(
                "Evaluated more than once, with the same period: %(others)s. The evaluation applied last counts.",
                others=self.formatter._format_list(others.mapped("display_name")),
            )
        ]


def get_same_period_evaluations(company, date_from, date_to):
    """Return the evaluations of exactly that period, except reverted ones."""
    evaluations = company.env["key.account.evaluation"]
    if not (company and date_from and date_to):
        return evaluations
    return evaluations.search(
        [
            ("company_id", "=", company.id),
            ("date_from", "=", date_from),
            ("date_to", "=", date_to),
            ("state", "!=", "reverted"),
        ]
    )

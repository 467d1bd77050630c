from .evaluation_common import KeyAccountEvaluationCommon


class KeyAccountPictureCommon(KeyAccountEvaluationCommon):
    """An evaluation with points for present and for potential value; everybody is in tier C."""

    @classmethod
    def make_perspective_evaluation(cls):
        """Revenue gives present value, of 100.000001 points at most; the number of invoices potential value."""
        ruleset = cls.make_ruleset()
        steps = [(0, 0), (1000, 33.333333), (2000, 33.333334), (3000, 66.666667), (4000, 66.666668), (5000, 100)]
        for metric, perspective, values in (
            ("revenue", "sales", {"steps": steps}),
            ("invoice_count", "customer", {"steps": [(0, 0), (2, 20)], "max_points": 20}),
            ("order_count", "finance", {"steps": [(1, 0.000001)], "max_points": 0.000001}),
        ):
            record = cls.env.ref(f"key_account_mgmt.perspective_{perspective}")
            cls.make_criterion(ruleset, metric, "bands", perspective_id=record.id, **values)
        cls.make_rule(ruleset, "C")
        ruleset.action_activate()
        return cls.make_evaluation(ruleset_id=ruleset.id)

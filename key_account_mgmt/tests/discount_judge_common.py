from odoo.fields import Command

from .discount_value_common import DiscountValueCommon


class DiscountJudgeCommon(DiscountValueCommon):
    @classmethod
    def put_in_force(cls, *caps, **values):
        """An active rule set with these rows of caps: ``{"cap": 10, …}``, records as they are."""
        ruleset = cls.make_ruleset(**values)
        cls.make_rule(ruleset, "C")
        for number, row in enumerate(caps):
            conditions = [cls._prepare_condition(*one) for one in row.get("conditions", ())]
            columns = {name: value for name, value in row.items() if name != "conditions"}
            cls.env["key.account.rule"].create(
                {
                    "name": f"Cap {number + 1}",
                    "ruleset_id": ruleset.id,
                    "kind": "discount_cap",
                    "sequence": number,
                    "condition_ids": [Command.create(one) for one in conditions],
                    **{name: getattr(value, "ids", value) for name, value in columns.items()},
                }
            )
        ruleset.action_activate()
        return ruleset

    @classmethod
    def judge(cls, order, **options):
        return cls.env["key.account.discount"]._judge_orders(order, **options).get(order)

    def get_cap(self, **order):
        """The cap of a line of one piece, ``order`` being values of its order; None without one."""
        order = self.make_quotation({}, **order)
        verdict = self.judge(order)
        return verdict and verdict.decisions[order.order_line].cap

from odoo.fields import Command

from .cap_rules_common import CapRulesCommon
from .grant_common import GrantRulesMixin

PERIOD = {"date_from": "2026-01-01", "date_to": "2026-12-31"}
GOLD = "condition 1, Value: “gold” is not an option of the metric"


class RuleKindCommon(GrantRulesMixin, CapRulesCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.gold = cls.make_tier("gold", 9)


class KindCase:
    """What ``test_rule_kinds.py`` knows of one kind of rule. A kind joins the tests by a case in ``KIND_CASES``.

    Each case has these methods; ``tests`` is the test case with its builders and records:

    - ``make(tests, ruleset, *conditions, **values)``: one rule; whatever a test does not say has a harmless default
    - ``fill(tests, ruleset)``: a rule with something in every column, and the plainest one behind it
    - ``get_policy_rules(tests)``: both in the policy, conditions as ``(metric, measure, operator, values)``
    - ``get_sentences(tests)``: ``(conditions, values, sentence)``, in English
    - ``enter(tests, row)``: types a rule in the form; returns its sentence and the metrics of its conditions
    - ``get_changes(tests)``: values that the full rule does not have; the first also goes into a draft
    - ``get_problems(tests)``: what a rule must not be: ``(values, problem)``; a problem that ends with “…” goes on
    - ``get_misfits(tests)``: what a file can say and no row can hold: ``(change of the exported rules, message)``
    """

    code = ""
    # Of the rule set with the rules, and what its table has besides them.
    ruleset_values, table_values = {}, {}
    # The summary of the rule set with one rule that was typed, and the count of two.
    summary = two = ""
    # Columns whose default stands in a file as a value.
    rewritten = ()

    def make_ruleset(self, tests):
        """A draft that only lacks rules of this kind."""
        return tests.make_tier_ruleset(**self.ruleset_values)


class TierCase(KindCase):
    code = "tier"
    unfinished = "Every other customer: choose a tier"
    summary, two = "3 tiers, 1 tier rule", "2 tier rules"

    def make_ruleset(self, tests):
        return tests.make_ruleset()

    def make(self, tests, ruleset, *conditions, tier="C", **values):
        return tests.make_rule(ruleset, tier, *conditions, **values)

    def fill(self, tests, ruleset):
        conditions = [("revenue", "rank_pct", "<=", 15), ("loyalty", "in", ["good", "average"])]
        self.make(tests, ruleset, *conditions, tier="A", name="Everything")
        self.make(tests, ruleset, name="All others")

    def get_policy_rules(self, tests):
        conditions = [
            ("revenue", "rank_pct", "<=", ["15"]),
            ("loyalty", "value", "in", ["good", "average"]),
        ]
        return [
            {"name": "Everything", "conditions": conditions, "tier": "A"},
            {"name": "All others", "conditions": [], "tier": "C"},
        ]

    def get_sentences(self, tests):
        return [
            ((), {"tier": "A"}, "Every other customer: tier A"),
            ([("revenue", ">=", 50_000)], {"tier": "A"}, "If revenue ≥ $ 50,000: tier A"),
        ]

    def enter(self, tests, row):
        row.tier_id = tests.get_tier("A")
        return "Every other customer: tier A", []

    def get_changes(self, tests):
        return [{"tier_id": tests.get_tier("B").id}]

    def get_problems(self, tests):
        return [
            ({"tier_id": False}, "Tier rule “Wrong”, Tier: has to be filled in."),
            ({"tier": tests.gold}, "Tier rule “Wrong”, Tier: “gold” is not one of the rule set's tiers (A, B, C)."),
        ]

    def get_misfits(self, tests):
        return [
            (lambda rules: rules[0].update(tier="Z"), "Tier rule “Everything”, Tier: “Z” is not one of"),
            (lambda rules: rules[0].update(tier=7), "Tier rule “Everything”, Tier: got “7”, which is not"),
        ]


class VetoCase(TierCase):
    code = "veto"
    unfinished = "Every customer: choose a tier"
    summary, two = "3 tiers, 3 tier rules, 1 veto", "2 vetoes"

    def make_ruleset(self, tests):
        return KindCase.make_ruleset(self, tests)

    def make(self, tests, ruleset, *conditions, **values):
        return super().make(tests, ruleset, *conditions, kind="veto", **values)

    def fill(self, tests, ruleset):
        self.make(tests, ruleset, ("late_count", ">=", 5), freezes_credit=True, name="Everything")
        self.make(tests, ruleset, tier="B", name="All others")

    def get_policy_rules(self, tests):
        late = ("late_count", "value", ">=", ["5"])
        return [
            {"name": "Everything", "conditions": [late], "tier": "C", "freezes_credit": True},
            {"name": "All others", "conditions": [], "tier": "B"},
        ]

    def get_sentences(self, tests):
        share = [("largest_invoice_share_pct", ">=", 70), ("invoice_count", "<=", 2)]
        return [
            ((), {"tier": "A"}, "Every customer: at best tier A"),
            (share, {"tier": "A"}, "If share of the largest invoice ≥ 70 % and invoices ≤ 2: at best tier A"),
            (
                [("late_count", ">=", 5)],
                {"freezes_credit": True},
                "If invoices paid late ≥ 5: at best tier C, and the credit limit stays as it is",
            ),
        ]

    def enter(self, tests, row):
        row.tier_id = tests.get_tier("B")
        row.freezes_credit = True
        return "Every customer: at best tier B, and the credit limit stays as it is", []

    def get_changes(self, tests):
        return [{"freezes_credit": False}, *super().get_changes(tests)]

    def get_problems(self, tests):
        return [(values, problem.replace("Tier rule", "Veto")) for values, problem in super().get_problems(tests)]

    def get_misfits(self, tests):
        return [(change, message.replace("Tier rule", "Veto")) for change, message in super().get_misfits(tests)]


class DiscountCapCase(KindCase):
    code = "discount_cap"
    unfinished = "Every other order line: choose a discount"
    ruleset_values, table_values = {"discount_reference": "pricelist"}, {"reference": "pricelist"}
    summary = "3 tiers, 3 tier rules, 1 discount cap"
    two = "2 discount caps"

    def make(self, tests, ruleset, *conditions, cap=10, **values):
        return tests.make_cap(ruleset, cap, *conditions, **values)

    def fill(self, tests, ruleset):
        tests.make_full_caps(ruleset)

    def get_policy_rules(self, tests):
        everything = [
            ("customer_tier", "in", ["A", "B", "no_tier"]),
            ("product_category", "in", sorted(map(tests.get_external_id, tests.office | tests.kitchen))),
            ("product", "in", [tests.get_external_id(tests.stool)]),
            ("customer_value_type", "in", ["strategic"]),
            ("sales_team", "in", [tests.get_external_id(tests.team)]),
            ("country", "in", ["DE", "FR"]),
            ("pricelist", "in", [tests.get_external_id(tests.pricelist)]),
            ("order_date", ">=", ["20260101"]),
            ("order_date", "<=", ["20261231"]),
            ("order_amount", ">=", ["10000"]),
            ("order_quantity", "<", ["0.5"]),
            ("revenue", ">=", ["50000"]),
            ("loyalty", "in", ["good", "average"]),
            ("score", ">=", ["60"]),
        ]
        conditions = [(metric, "value", *rest) for metric, *rest in everything]
        return [
            {"name": "Everything", "conditions": conditions, "cap": "12.5", "margin_floor": "7.25"},
            {"name": "All others", "conditions": [], "cap": "0"},
        ]

    def get_sentences(self, tests):
        ten = "at most 10 % discount"
        return [
            ((), {}, f"Every other order line: {ten}"),
            ((), {"cap": 0}, "Every other order line: no discount"),
            ((), {"cap": 12.345678}, "Every other order line: at most 12.345678 % discount"),
            ((), {"tiers": ("A",)}, f"If customer tier is A: {ten}"),
            ((), {"tiers": ("A", "B")}, f"If customer tier is A or B: {ten}"),
            ((), {"without_tier": True}, f"If customer tier is none: {ten}"),
            ((), {"tiers": ("C",), "without_tier": True}, f"If customer tier is C or none: {ten}"),
            ((), {"product_categ_ids": tests.chairs}, f"If product category is within Office / Chairs: {ten}"),
            ((), {"product_tmpl_ids": tests.stool}, f"If product is Stool: {ten}"),
            ((), {"customer_value_type": "intrinsic"}, f"If value type is Intrinsic (Price): {ten}"),
            ((), {"customer_value_type": "no_value_type"}, f"If value type is Not Confirmed: {ten}"),
            ((), {"team_ids": tests.team}, f"If sales team is North: {ten}"),
            ((), {"country_ids": tests.germany}, f"If country is Germany: {ten}"),
            ((), {"pricelist_ids": tests.pricelist}, f"If pricelist is Friends: {ten}"),
            ((), PERIOD, f"If the order date is from 01/01/2026 to 12/31/2026: {ten}"),
            ((), {"date_from": "2026-01-01"}, f"If the order date is 01/01/2026 or later: {ten}"),
            ((), {"date_to": "2026-12-31"}, f"If the order date is 12/31/2026 or earlier: {ten}"),
            (
                [("order_amount", ">=", 10_000), ("score", ">", 60)],
                {"tiers": ("A",), "has_margin_floor": True, "margin_floor": 20},
                f"If customer tier is A and order amount ≥ $ 10,000 and score > 60 points: {ten} and at least 20 %"
                " margin",
            ),
        ]

    def enter(self, tests, row):
        row.cap = 15
        row.tier_filter_ids.add(tests.get_tier("A"))
        row.product_categ_ids.add(tests.office)
        with row.condition_ids.new() as condition:
            condition.metric_id = tests.get_metric("order_amount")
            condition.value = 500
        sentence = (
            "If customer tier is A and product category is within Office and order amount ≥ $ 500: at most 15 %"
            " discount"
        )
        return sentence, ["customer_tier", "product_category", "order_amount"]

    def get_changes(self, tests):
        return [
            {"cap": 50, "product_tmpl_ids": [Command.set(tests.pan.ids)]},
            {"cap": 99},
            {"has_margin_floor": False},
            {"margin_floor": 0},
            {"tier_filter_ids": [Command.clear()]},
            {"without_tier": False},
            {"product_categ_ids": [Command.unlink(tests.office.id)]},
            {"product_tmpl_ids": [Command.link(tests.pan.id)]},
            {"customer_value_type": False},
            {"team_ids": [Command.clear()]},
            {"country_ids": [Command.clear()]},
            {"pricelist_ids": [Command.clear()]},
            {"date_to": "2036-12-31"},
            {"option_codes": {}},
        ]

    def get_problems(self, tests):
        return [({"tiers": (tests.gold,)}, f"Discount cap “Wrong”, {GOLD}, allowed are: A, B, C, none.")]

    def get_misfits(self, tests):
        def of(rules, metric):
            return next(condition for condition in rules[0]["conditions"] if condition["metric"] == metric)

        def replace(metric, **values):
            return lambda rules: of(rules, metric).update(values)

        def twice(rules):
            rules[0]["conditions"].append(of(rules, "country"))

        column = "“Everything”: the condition on “%s” does not fit into its column"
        return [
            (replace("country", operator="not in"), column % "Country"),
            (replace("order_date", operator="="), column % "Order Date"),
            (replace("order_date", values=["20261301"]), column % "Order Date"),
            (twice, column % "Country"),
            (lambda rules: rules[0].update(cap="101"), "got 101"),
            (lambda rules: rules[0].update(cap="-1"), "got -1"),
            (lambda rules: rules[0].update(cap="0.1234567"), "0.1234567 has more digits"),
        ]


class DecidedTierCase(KindCase):
    """Rules that may ask for the tier that was decided."""

    everything = [("tier", "value", "in", ["A", "B", "no_tier"]), ("score", "value", ">=", ["60"])]

    def asking(self, operator, *more):
        """A file whose rule asks for the tier in another way than its column."""
        row = {"metric": "tier", "measure": "value", "operator": operator, "values": ["A"]}
        return lambda rules: rules[0].update(conditions=[row, *more])

    def get_misfits(self, tests):
        other = {"metric": "tier", "measure": "value", "operator": "in", "values": ["B"]}
        message = "“Everything”: the condition on the tier does not fit into its column"
        return [(self.asking("not in"), message), (self.asking("in", other), message)]


class CreditLimitCase(DecidedTierCase):
    code = "credit_limit"
    unfinished = "Every other customer: choose an amount"
    summary = "3 tiers, 3 tier rules, 1 credit limit"
    two = "2 credit limits"
    # The step of the currency stands in the file as a number.
    rewritten = ("rounding_step", "summary")

    def make(self, tests, ruleset, *conditions, number=10_000, **values):
        return tests.make_limit(ruleset, number, *conditions, **values)

    def fill(self, tests, ruleset):
        self.make(
            tests,
            ruleset,
            ("score", ">=", 60),
            ("account_value_type", "in", ["strategic", "extrinsic"]),
            number=1.5,
            tiers=("A", "B"),
            without_tier=True,
            credit_formula="months",
            minimum=1_000,
            maximum=50_000.5,
            rounding_step=500,
            max_change_pct=12.5,
            direction="both",
            below_exposure=True,
            name="Everything",
        )
        self.make(tests, ruleset, number=0, name="All others")

    def get_policy_rules(self, tests):
        return [
            {
                "name": "Everything",
                "conditions": [*self.everything, ("account_value_type", "value", "in", ["extrinsic", "strategic"])],
                "formula": {"type": "months", "months": "1.5"},
                "minimum": "1000",
                "maximum": "50000.5",
                "rounding": "500",
                "max_change_pct": "12.5",
                "direction": "both",
                "below_exposure": True,
            },
            {
                "name": "All others",
                "conditions": [],
                "formula": {"type": "fixed", "amount": "0"},
                "rounding": "0.01",
                "direction": "raise",
                "below_exposure": False,
            },
        ]

    def get_sentences(self, tests):
        fixed = "credit limit $ 10,000, never lowered"
        bounds = {"minimum": 100, "maximum": 9_000.5, "rounding_step": 50, "max_change_pct": 20}
        return [
            ((), {}, f"Every other customer: {fixed}"),
            (
                (),
                {"number": 1.2, "credit_formula": "factor"},
                "Every other customer: credit limit 1.2 × the current limit, never lowered",
            ),
            (
                (),
                {"number": 5, "credit_formula": "revenue_share", "direction": "both"},
                "Every other customer: credit limit 5 % of the revenue",
            ),
            (
                (),
                {"number": 2, "credit_formula": "months", "tiers": ("A", "B"), "without_tier": True},
                "If tier is A or B or none: credit limit 2 × the average month, never lowered",
            ),
            (
                (),
                {"number": 45, "credit_formula": "days", **bounds, "direction": "both", "below_exposure": True},
                "Every other customer: credit limit 45 days of sales, at least $ 100, at most $ 9,000.50,"
                " in steps of $ 50, changed by at most 20 %, even below the current exposure",
            ),
        ]

    def enter(self, tests, row):
        row.tier_filter_ids.add(tests.get_tier("A"))
        row.credit_formula = "months"
        row.formula_value = 2
        with row.condition_ids.new() as condition:
            condition.metric_id = tests.get_metric("score")
            condition.value = 60
        sentence = "If tier is A and score ≥ 60 points: credit limit 2 × the average month, never lowered"
        return sentence, ["tier", "score"]

    def get_changes(self, tests):
        numbers = ("formula_value", "minimum", "maximum", "rounding_step", "max_change_pct")
        return [
            *({name: 9} for name in numbers),
            {"credit_formula": "fixed"},
            {"direction": "raise"},
            {"below_exposure": False},
            {"tier_filter_ids": [Command.clear()]},
            {"without_tier": False},
        ]

    def get_problems(self, tests):
        wrong = "Credit limit “Wrong”"
        return [
            ({"number": -1}, f"{wrong}, Amount: got -1, it must not be negative."),
            ({"credit_formula": "factor", "number": 0}, f"{wrong}, Factor: got 0, it must be more than 0."),
            ({"credit_formula": "factor", "number": 100.5}, f"{wrong}, Factor: got 100.5, allowed is ≤ 100."),
            ({"credit_formula": "revenue_share", "number": 101}, f"{wrong}, Share (%): got 101, allowed is ≤ 100."),
            (
                {"credit_formula": "days", "number": float("nan")},
                f"{wrong}, Days: got “NaN”, which is not a finite number.",
            ),
            (
                {"minimum": 10, "maximum": 9},
                f"{wrong}, Lowest Limit: got 10, which is above the highest limit (≤ 9).",
            ),
            ({"minimum": -3}, f"{wrong}, Lowest Limit: got -3, it must not be negative."),
            ({"max_change_pct": -5}, f"{wrong}, Maximum Change (%): got -5, it must be more than 0."),
            (
                {"credit_formula": False},
                f"{wrong}, Formula: got “None”, which is not of the right form (object).",
            ),
            ({"tiers": (tests.gold,)}, f"{wrong}, {GOLD}, allowed are: A, B, C, no_tier."),
        ]

    def get_misfits(self, tests):
        return [
            *super().get_misfits(tests),
            (lambda rules: rules[0].update(rounding="0.0000001"), "has more digits than can be stored"),
            (
                lambda rules: rules[0].update(formula={"type": "magic"}),
                "Credit limit “Everything”, Formula: got “magic”, allowed are: Fixed Amount",
            ),
        ]


class RewardCase(DecidedTierCase):
    code = "reward"
    unfinished = "Every customer: choose a reward"
    summary = "3 tiers, 3 tier rules, 1 reward"
    two = "2 rewards"

    def make(self, tests, ruleset, *conditions, reward="training", **values):
        return tests.make_reward(ruleset, reward, *conditions, **values)

    def fill(self, tests, ruleset):
        self.make(
            tests,
            ruleset,
            ("score", ">=", 60),
            ("growth_pct", ">", 10),
            reward="bonus",
            tiers=("A", "B"),
            without_tier=True,
            bonus_formula="growth_share",
            formula_value=2.5,
            cost=5,
            budget=20_000,
            name="Everything",
        )
        self.make(tests, ruleset, reward="equipment", name="Fridge")

    def get_policy_rules(self, tests):
        return [
            {
                "name": "Everything",
                "conditions": [*self.everything, ("growth_pct", "value", ">", ["10"])],
                "reward": "bonus",
                "formula": {"type": "growth_share", "share_pct": "2.5"},
                "cost": "5",
                "budget": "20000",
                "rounding": "0.01",
            },
            {"name": "Fridge", "conditions": [], "reward": "equipment", "rounding": "0.01"},
        ]

    def get_sentences(self, tests):
        return [
            ((), {}, "Every customer: reward: training"),
            (
                (),
                {"reward": "priority_delivery", "cost": 30, "budget": 500},
                "Every customer: reward: priority delivery, estimated cost $ 30, budget $ 500",
            ),
            (
                (),
                {"reward": "bonus", "formula_value": 500, "tiers": ("A",)},
                "If tier is A: reward: bonus of $ 500",
            ),
            (
                (),
                {"reward": "bonus", "bonus_formula": "growth_share", "formula_value": 2.5},
                "Every customer: reward: bonus of 2.5 % of the growth of revenue",
            ),
        ]

    def enter(self, tests, row):
        row.reward = "training"
        return "Every customer: reward: training", []

    def get_changes(self, tests):
        return [
            {"budget": 10**9},
            {"cost": 0},
            {"reward": "none"},
            {"bonus_formula": "fixed"},
            {"formula_value": 9},
            {"tier_filter_ids": [Command.clear()]},
            {"without_tier": False},
        ]

    def get_problems(self, tests):
        wrong = "Reward “Wrong”"
        return [
            ({"reward": False}, f"{wrong}, Reward: has to be filled in."),
            ({"reward": "bonus", "bonus_formula": False}, f"{wrong}, Formula: has to be filled in.…"),
            ({"budget": -1}, f"{wrong}, Budget: got -1, it must not be negative.…"),
            ({"cost": -1}, f"{wrong}, Estimated Cost: got -1, it must not be negative.…"),
            ({"tiers": (tests.gold,)}, f"{wrong}, {GOLD}, allowed are: A, B, C, no_tier."),
        ]


class ValueTypeCase(DecidedTierCase):
    code = "value_type"
    unfinished = "Every other customer: choose a value type"
    summary = "3 tiers, 3 tier rules, 1 value type rule"
    two = "2 value type rules"

    def make(self, tests, ruleset, *conditions, kind="intrinsic", **values):
        return tests.make_value_type(ruleset, kind, *conditions, **values)

    def fill(self, tests, ruleset):
        conditions = [("score", ">=", 60), ("customer_years", ">=", 3), ("account_value_type", "in", ["extrinsic"])]
        values = {"tiers": ("A", "B"), "without_tier": True, "name": "Everything"}
        self.make(tests, ruleset, *conditions, kind="strategic", **values)
        self.make(tests, ruleset, name="All others")

    def get_policy_rules(self, tests):
        conditions = [
            *self.everything,
            ("customer_years", "value", ">=", ["3"]),
            ("account_value_type", "value", "in", ["extrinsic"]),
        ]
        return [
            {"name": "Everything", "conditions": conditions, "value_type": "strategic"},
            {"name": "All others", "conditions": [], "value_type": "intrinsic"},
        ]

    def get_sentences(self, tests):
        return [
            ((), {}, "Every other customer: suggest Intrinsic (Price)"),
            ([("margin_pct", ">=", 30)], {"kind": "extrinsic"}, "If margin rate ≥ 30 %: suggest Extrinsic (Service)"),
            (
                [("customer_years", ">=", 3)],
                {"kind": "strategic", "tiers": ("A",), "without_tier": True},
                "If tier is A or none and years as a customer ≥ 3: suggest Strategic",
            ),
        ]

    def enter(self, tests, row):
        row.value_type = "strategic"
        row.tier_filter_ids.add(tests.get_tier("A"))
        return "If tier is A: suggest Strategic", ["tier"]

    def get_changes(self, tests):
        return [{"value_type": "intrinsic"}, {"tier_filter_ids": False}, {"without_tier": False}]

    def get_problems(self, tests):
        return [
            ({"kind": False}, "Value type “Wrong”, Value Type: has to be filled in."),
            ({"tiers": (tests.gold,)}, f"Value type “Wrong”, {GOLD}, allowed are: A, B, C, no_tier."),
        ]

    def get_misfits(self, tests):
        magic = (lambda rules: rules[0].update(value_type="magic"), "Value type “Everything”, Value Type: got")
        return [*super().get_misfits(tests), magic]


KIND_CASES = (TierCase(), VetoCase(), DiscountCapCase(), CreditLimitCase(), RewardCase(), ValueTypeCase())

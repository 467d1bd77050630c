from collections import Counter
from decimal import Decimal

from odoo.tests import Form, tagged

from ..common import KeyAccountCommon
from ..retail import make_retail_book

YEAR = 2011


@tagged("-standard", "real_invoices")
class TestRetailFigures(KeyAccountCommon):
    """The default rule set on a year of real invoices gives the tiers that are known of them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        make_retail_book(cls, YEAR)
        cls.evaluation = cls._evaluate()
        # Read once, since each test starts with an empty cache.
        names = ["partner_name", "facts", "rank", "vetoed", "tier_id", "reasons"]
        cls.lines = {line["partner_name"]: line for line in cls.evaluation.line_ids.read(names, load=None)}
        cls.codes = {tier.id: tier.code for tier in cls.evaluation.ruleset_id.tier_ids}

    @classmethod
    def _evaluate(cls):
        # At once, since background work commits, which a test may not.
        cls.env["ir.config_parameter"].set_param("key_account_mgmt.at_once_limit", 10_000)
        # It is the main company's, which the tests' user does not see.
        shipped = cls.env.ref("key_account_mgmt.ruleset_revenue_abc").sudo()
        shipped.copy({"company_id": cls.company.id}).action_activate()
        wizard = Form(cls.env["key.account.evaluation.wizard"])
        wizard.year = YEAR
        return cls.env["key.account.evaluation"].browse(wizard.save().action_evaluate()["res_id"])

    def test_population_and_revenue(self):
        self.assertEqual(self.evaluation.state, "computed")
        self.assertEqual(len(self.lines), 4219)
        self.assertEqual(sum(map(self._get_revenue, self.lines.values())), Decimal("8338694.01"))

    def test_tiers(self):
        tiers = Counter(self.codes[line["tier_id"]] for line in self.lines.values())
        self.assertEqual(tiers, {"A": 616, "B": 769, "C": 2834})

    def test_the_best_632_by_revenue_are_a_unless_vetoed(self):
        best = sorted(self.lines.values(), key=self._get_revenue, reverse=True)[:632]
        self.assertEqual([line["rank"] for line in best], list(range(1, 633)))
        self.assertEqual({self.codes[line["tier_id"]] for line in best if not line["vetoed"]}, {"A"})
        self.assertEqual({self.codes[line["tier_id"]] for line in best if line["vetoed"]}, {"C"})
        self.assertEqual(self._get_revenue(best[-1]), 2560)

    def test_pseudo_key_accounts_end_in_c_and_the_reason_names_the_veto_and_both_values(self):
        for customer, revenue, invoices in [("16446", "168472.5", "2"), ("12346", "77183.6", "1")]:
            with self.subTest(customer=customer):
                line = self.lines[customer]
                self.assertEqual((self.codes[line["tier_id"]], line["vetoed"]), ("C", True))
                self.assertEqual((line["facts"]["revenue"], line["facts"]["invoice_count"]), (revenue, invoices))
                self._check_veto_sentence(line, ["100 %", f"invoices {invoices} "])

    def _get_revenue(self, line):
        return Decimal(line["facts"]["revenue"])

    def _check_veto_sentence(self, line, words):
        sentences = self.env["key.account.explainer"]._get_reason_sentences(
            self.evaluation.policy, line["reasons"], self.evaluation.currency_id
        )
        (sentence,) = [sentence for sentence in sentences if "One-off purchase" in sentence]
        for word in words:
            self.assertIn(word, sentence)

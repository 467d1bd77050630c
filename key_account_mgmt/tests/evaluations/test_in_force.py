from ..award_common import AwardCommon

EVALUATION = "key.account.evaluation"
LINE = "key.account.evaluation.line"


class TestNumbersOfEvaluations(AwardCommon):
    """Evaluations may be named alike; their numbers, and those of their awards, are there once."""

    def test_two_evaluations_of_a_name_are_told_apart(self):
        one, other = self.make_evaluation(), self.make_evaluation()
        self.assertEqual(one.name, other.name)
        self.assertNotEqual(one.reference, other.reference)
        self.assertEqual(one.display_name, f"2024 ({one.reference}, {self.ruleset.display_name}, Computed)")
        self.assertEqual(self.env[EVALUATION].name_search(other.reference)[0][0], other.id)

    def test_names_have_the_commas_of_the_language(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        evaluation = self.make_evaluation().with_context(lang="zh_CN")
        self.assertIn(f"（{evaluation.reference}，{self.ruleset.display_name}，", evaluation.display_name)

    def test_awards_of_two_evaluations_of_a_name_are_told_apart(self):
        awards = self.make_credit() | self.make_credit()
        self.assertEqual(len(set(awards.mapped("name"))), 2)
        self.assertEqual(awards[0].name, f"{awards[0].evaluation_id.reference}/0001")

    def test_the_number_is_nobodys_to_write(self):
        evaluation = self.make_evaluation(reference="MINE")
        self.assertNotEqual(evaluation.reference, "MINE")
        self.assert_refused(self.manager, EVALUATION, "write", evaluation.ids, {"reference": "MINE"})
        self.assert_refused(self.manager, EVALUATION, "write", evaluation.ids, {"superseded": True})
        self.assertNotEqual(evaluation.copy().reference, evaluation.reference)


class TestWhatIsInForce(AwardCommon):
    """Of several applied evaluations that counts from which customers have their tiers."""

    def get_in_force(self):
        """By the lines and by the search, which must agree: ``{customer: evaluation}``."""
        self.env.invalidate_all()
        lines = self.env[LINE].search([("company_id", "=", self.company.id)])
        found = self.env[LINE].search([("company_id", "=", self.company.id), ("in_force", "=", True)])
        self.assertEqual(lines.filtered("in_force"), found)
        self.assertEqual(lines - found, self.env[LINE].search([("id", "in", lines.ids), ("in_force", "=", False)]))
        return {line.partner_id: line.evaluation_id for line in found}

    def test_the_last_applied_one_supersedes(self):
        first = self.make_evaluation("applied")
        self.assertFalse(first.superseded)
        self.assertEqual(self.get_in_force(), dict.fromkeys(self.customers, first))
        second = self.make_evaluation("applied")
        self.assertEqual((first.superseded, second.superseded), (True, False))
        self.assertTrue(first.display_name.endswith("Applied, Superseded)"), first.display_name)
        self.assertEqual(self.get_in_force(), dict.fromkeys(self.customers, second))
        second.action_revert()
        self.assertEqual((first.superseded, second.superseded), (False, False))
        self.assertEqual(self.get_in_force(), dict.fromkeys(self.customers, first))

    def test_one_of_some_customers_leaves_the_other_in_force_for_the_rest(self):
        first = self.make_evaluation("applied")
        some = self.make_evaluation("applied", population="selected", partner_ids=[(6, 0, self.second.ids)])
        self.assertFalse(first.superseded or some.superseded)
        self.assertEqual(self.get_in_force(), {**dict.fromkeys(self.customers, first), self.second: some})

    def test_a_tier_given_by_hand_is_of_no_evaluation(self):
        evaluation = self.make_evaluation("applied")
        self.second.with_company(self.company).key_account_tier_id = self.tier_c
        self.assertNotIn(self.second, self.get_in_force())
        self.assertFalse(evaluation.superseded)

    def test_lists_begin_with_what_is_in_force(self):
        for action, expected in (
            ("key_account_evaluation_action", "search_default_current"),
            ("key_account_evaluation_line_action", "search_default_in_force"),
        ):
            with self.subTest(action):
                self.assertIn(expected, self.env.ref(f"key_account_mgmt.{action}").context)


class TestNothingAddsUpOverRuns(AwardCommon):
    """Each customer has a line in each evaluation: sums are those of one."""

    AGGREGATES = ("revenue:sum", "revenue:sum_currency", "score:avg", "credit_limit_proposed:sum")

    def group(self, groupby=(), domain=()):
        domain = [("company_id", "=", self.company.id), *domain]
        return self.call(self.manager, LINE, "formatted_read_group", domain, list(groupby), list(self.AGGREGATES))

    def test_sums_and_averages(self):
        first, _second = self.make_evaluation("applied"), self.make_evaluation("applied")
        [row] = self.group()
        self.assertEqual([row[name] or None for name in self.AGGREGATES], [None] * 4)
        [row] = self.group(domain=[("evaluation_id", "=", first.id)])
        self.assertEqual(row["revenue:sum"], 15_000)
        for row in self.group(["evaluation_id"]):
            self.assertEqual(row["revenue:sum"], 15_000)
        for row in self.group(["tier_id"], [("in_force", "=", True)]):
            self.assertTrue(row["revenue:sum"])
        for row in self.group(["partner_id"]):
            self.assertFalse(row["revenue:sum"])

    def test_pivots_too(self):
        first = self.make_evaluation("applied")
        self.make_evaluation("applied")
        sets = self.call(
            self.manager,
            LINE,
            "formatted_read_grouping_sets",
            [("company_id", "=", self.company.id)],
            [[], ["evaluation_id"]],
            ["revenue:sum"],
        )
        [[total], by_evaluation] = sets
        self.assertFalse(total["revenue:sum"])
        self.assertEqual({row["revenue:sum"] for row in by_evaluation}, {15_000})
        self.assertTrue(first)

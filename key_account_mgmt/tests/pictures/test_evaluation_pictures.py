import json

from odoo.exceptions import AccessError, UserError, ValidationError

from ..evaluation_common import MANAGER_GROUPS
from ..picture_common import KeyAccountPictureCommon

REVENUE = "metric:revenue"


class TestEvaluationPictures(KeyAccountPictureCommon):
    """Pyramids, the matrix of values, the radar: figures, the lists behind them, and who sees them.

    Revenues: Big 5,000, Second 4,000, Third 3,000, Fourth 2,000, Fifth 1,000.
    """

    def get_pyramid(self, evaluation, limits, cut="share", measure=REVENUE):
        values = {"measure": measure, "cut": cut, "limits": limits}
        [picture] = evaluation.get_pyramids([values])["pyramids"]
        return picture

    def get_figures(self, levels):
        return [(level["label"], level["customers"], level["revenue"], level["share"]) for level in levels]

    def get_customers(self, evaluation, part):
        """Who is in the list behind a part of a picture."""
        action = evaluation.action_open_level(part, "Title")
        lines = self.env["key.account.evaluation.line"].with_env(evaluation.env).search(action["domain"])
        return set(lines.mapped("partner_name"))

    # -------------------------------------------------------------------------
    # Pyramids
    # -------------------------------------------------------------------------

    def test_pyramid_of_tiers(self):
        gone = self.make_customer(name="Gone")
        gone.with_company(self.company).key_account_tier_id = self.tier_b
        evaluation = self.make_evaluation()
        picture = evaluation.get_pyramids()["tiers"]
        self.assertEqual(
            self.get_figures(picture["levels"]),
            [
                ("A", "1", "$\xa04,000.00", "26.7 %"),
                ("B", "1", "$\xa03,000.00", "20 %"),
                ("C", "3", "$\xa08,000.00", "53.3 %"),
            ],
        )
        self.assertEqual(picture["others"], [], "who had no business is in no pyramid")
        parts = [level["part"] for level in picture["levels"]]
        self.assertEqual(
            [self.get_customers(evaluation, part) for part in parts],
            [{"Second"}, {"Third"}, {"Big", "Fourth", "Fifth"}],
        )

    def test_tier_that_nobody_got_is_an_empty_level_and_no_tier_is_outside(self):
        ruleset = self.make_ruleset()
        self.make_criterion(ruleset, "revenue")
        self.make_rule(ruleset, "B", ("revenue", ">=", 3000))
        ruleset.action_activate()
        evaluation = self.make_evaluation(ruleset_id=ruleset.id)
        picture = evaluation.get_pyramids()["tiers"]
        self.assertEqual([level["customers"] for level in picture["levels"]], [0, "3", 0])
        self.assertEqual(self.get_figures(picture["others"]), [("No tier", "2", "$\xa03,000.00", "20 %")])
        self.assertEqual(self.get_customers(evaluation, picture["others"][0]["part"]), {"Fourth", "Fifth"})

    def test_pyramid_by_shares_of_customers(self):
        evaluation = self.make_evaluation()
        table = [
            # limits, customers of each level
            (["1", "4", "15", "80"], [0, 0, "1", "4"]),
            (["20", "80"], ["1", "4"]),
            (["19.999999"], [0, "5"]),
            (["20", "20", "20", "20", "20"], ["1"] * 5),
            (["40"], ["2", "3"]),
            (["100"], ["5"]),
        ]
        for limits, customers in table:
            with self.subTest(limits=limits):
                picture = self.get_pyramid(evaluation, limits)
                self.assertEqual([level["customers"] for level in picture["levels"]], customers)
        picture = self.get_pyramid(evaluation, ["20", "40"])
        self.assertEqual(
            self.get_figures(picture["levels"]),
            [
                ("Top 20 %", "1", "$\xa05,000.00", "33.3 %"),
                ("Next 40 %", "2", "$\xa07,000.00", "46.7 %"),
                ("Last 40 %", "2", "$\xa03,000.00", "20 %"),
            ],
        )
        lists = [self.get_customers(evaluation, level["part"]) for level in picture["levels"]]
        self.assertEqual(lists, [{"Big"}, {"Second", "Third"}, {"Fourth", "Fifth"}])

    def test_customers_who_are_alike_share_the_better_level(self):
        self.make_invoice(self.third, 1000, "2024-05-01")
        evaluation = self.make_evaluation()
        picture = self.get_pyramid(evaluation, ["40", "60"])
        lists = [self.get_customers(evaluation, level["part"]) for level in picture["levels"]]
        self.assertEqual(lists, [{"Big", "Second", "Third"}, {"Fourth", "Fifth"}])

    def test_pyramid_by_bounds(self):
        evaluation = self.make_evaluation()
        picture = self.get_pyramid(evaluation, ["2000", "3000.01"], "score")
        self.assertEqual(
            self.get_figures(picture["levels"]),
            [
                ("$\xa03,000.01 and more", "2", "$\xa09,000.00", "60 %"),
                ("$\xa02,000.00 to under $\xa03,000.01", "2", "$\xa05,000.00", "33.3 %"),
                ("Under $\xa02,000.00", "1", "$\xa01,000.00", "6.7 %"),
            ],
        )
        lists = [self.get_customers(evaluation, level["part"]) for level in picture["levels"]]
        self.assertEqual(lists, [{"Big", "Second"}, {"Third", "Fourth"}, {"Fifth"}])
        for measure in ("score", "criterion:revenue"):
            with self.subTest(measure):
                picture = self.get_pyramid(evaluation, ["80", "40"], "score", measure)
                self.assertEqual([level["customers"] for level in picture["levels"]], ["2", "2", "1"])
                self.assertEqual(picture["levels"][1]["label"], "40 to under 80")

    def test_customers_without_a_value_count_as_customers_and_stand_outside(self):
        # Growth in percent is missing without revenue in the year before.
        self.make_invoice(self.fourth, 500, "2023-02-01")
        evaluation = self.make_evaluation()
        picture = self.get_pyramid(evaluation, ["20", "80"], measure="metric:growth_pct")
        self.assertEqual([level["customers"] for level in picture["levels"]], ["1", 0])
        [outside] = picture["others"]
        self.assertEqual((outside["label"], outside["customers"], outside["share"]), ("No value", "4", "86.7 %"))
        self.assertEqual(self.get_customers(evaluation, outside["part"]), {"Big", "Second", "Third", "Fifth"})

    def test_customers_outside_the_population_are_in_no_level(self):
        gone = self.make_customer(name="Gone")
        gone.with_company(self.company).key_account_tier_id = self.tier_b
        evaluation = self.make_evaluation()
        picture = self.get_pyramid(evaluation, ["100"])
        self.assertEqual([level["customers"] for level in picture["levels"] + picture["others"]], ["5"])

    def test_one_customer_without_revenue(self):
        idle = self.make_customer(name="Idle")
        evaluation = self.make_evaluation(population="selected", partner_ids=idle.ids)
        picture = self.get_pyramid(evaluation, ["1", "4", "15", "80"])
        self.assertEqual([level["customers"] for level in picture["levels"]], [0, 0, 0, "1"])
        self.assertEqual({level["share"] for level in picture["levels"]}, {""}, "no share of nothing")

    def test_nothing_before_computing(self):
        evaluation = self.make_evaluation("draft")
        pictures = evaluation.get_pyramids()
        self.assertEqual([level["customers"] for level in pictures["tiers"]["levels"]], [0, 0, 0])
        self.assertEqual([level["customers"] for level in pictures["pyramids"][0]["levels"]], [0, 0, 0, 0])
        self.assertFalse(evaluation.get_value_matrix())

    def test_evaluations_do_not_mix(self):
        evaluation = self.make_evaluation()
        self.make_evaluation(name="Again")
        picture = self.get_pyramid(evaluation, ["20"])
        self.assertEqual([level["customers"] for level in picture["levels"]], ["1", "4"])
        self.assertEqual(len(self.get_customers(evaluation, picture["levels"][1]["part"])), 4)

    def test_pyramids_that_cannot_be_drawn_say_why(self):
        evaluation = self.make_evaluation()
        table = [
            ({"measure": REVENUE, "cut": "share", "limits": ["60", "60"]}, "120 % together"),
            ({"measure": REVENUE, "cut": "share", "limits": ["0"]}, "above zero"),
            ({"measure": REVENUE, "cut": "share", "limits": []}, "at least one"),
            ({"measure": REVENUE, "cut": "share", "limits": ["x"]}, "not a number"),
            ({"measure": REVENUE, "cut": "score", "limits": ["5", "5.0"]}, "twice"),
            ({"measure": REVENUE, "cut": "score", "limits": [str(n) for n in range(11)]}, "at most 10"),
            ({"measure": REVENUE, "cut": "slices", "limits": ["5"]}, "Choose shares or bounds"),
            ({"measure": REVENUE, "cut": "share", "limits": "5"}, "Choose shares or bounds"),
            ({"measure": REVENUE, "cut": "share"}, "needs a measure"),
            ("revenue", "needs a measure"),
        ]
        for pyramid, message in table:
            with self.subTest(message):
                [picture] = evaluation.get_pyramids([pyramid])["pyramids"]
                self.assertIn(message, picture["problem"])
                with self.assertRaisesRegex(ValidationError, message):
                    evaluation.pyramids = [pyramid]
        picture = self.get_pyramid(evaluation, ["20"], measure="criterion:gone")
        self.assertIn("no longer measures that", picture["problem"])

    def test_pyramids_are_kept_whatever_the_state_and_copied(self):
        evaluation = self.make_evaluation()
        pyramids = [{"measure": "score", "cut": "score", "limits": ["80"]}] * 8
        evaluation.pyramids = pyramids
        self.assertEqual(len(evaluation.copy().get_pyramids()["pyramids"]), 8)
        self.advance(evaluation, "applied")
        evaluation.pyramids = pyramids[:1]
        self.assertEqual(len(evaluation.get_pyramids()["pyramids"]), 1)
        for too_many in (pyramids * 2, {"measure": "score"}, 5):
            with self.assertRaisesRegex(ValidationError, "8 pyramids at most"):
                evaluation.pyramids = too_many
            with self.assertRaisesRegex(ValidationError, "8 pyramids at most"):
                evaluation.get_pyramids(too_many)

    def test_what_can_be_measured(self):
        groups = self.make_evaluation().get_pyramids()["measures"]
        measures = {measure: name for _group, members in groups for measure, name in members}
        self.assertEqual([name for name, _members in groups], ["Points", "Criteria", "Metrics"])
        self.assertEqual((measures["score"], measures[REVENUE]), ("Score", "Revenue"))
        self.assertNotIn("metric:account_value_type", measures, "choices have no order")
        self.assertNotIn("metric:score", measures)

    # -------------------------------------------------------------------------
    # Present and potential value, radar
    # -------------------------------------------------------------------------

    def test_matrix_cuts_exactly_at_thirds(self):
        evaluation = self.make_perspective_evaluation()
        matrix = evaluation.get_value_matrix()
        self.assertEqual(matrix["columns"], ["Low", "Middle", "High"])
        self.assertEqual([row["label"] for row in matrix["rows"]], ["High", "Middle", "Low"])
        self.assertEqual(
            [[cell["customers"] for cell in row["cells"]] for row in matrix["rows"]],
            [["1", "2", "1"], [0, 0, 0], [0, 0, "1"]],
        )
        low, middle, high = matrix["rows"][0]["cells"]
        self.assertEqual((middle["revenue"], middle["shade"]), ("$\xa05,000.00", 0.4))
        self.assertEqual(self.get_customers(evaluation, low["part"]), {"Fifth"})
        self.assertEqual(self.get_customers(evaluation, middle["part"]), {"Third", "Fourth"})
        self.assertEqual(self.get_customers(evaluation, high["part"]), {"Second"})
        self.assertEqual(self.get_customers(evaluation, matrix["rows"][2]["cells"][2]["part"]), {"Big"})

    def test_no_matrix_and_no_radar_without_perspectives(self):
        evaluation = self.make_evaluation()
        self.assertFalse(evaluation.has_value_matrix)
        self.assertFalse(evaluation.get_value_matrix())
        self.assertNotIn("<svg", evaluation.line_ids[0].scorecard_html)

    def test_radar_has_an_axis_per_perspective(self):
        gone = self.make_customer(name="Gone")
        gone.with_company(self.company).key_account_tier_id = self.tier_b
        evaluation = self.make_perspective_evaluation()
        card = self.get_line(evaluation, self.big).scorecard_html
        self.assertIn("<svg", card)
        for text in ("Sales 100 %", "Customer 0 %", "Finance 0 %"):
            self.assertIn(text, " ".join(card.split()))
        self.assertNotIn("<svg", self.get_line(evaluation, gone).scorecard_html)

    # -------------------------------------------------------------------------
    # Rights
    # -------------------------------------------------------------------------

    def test_totals_are_not_for_who_sees_own_customers_only(self):
        evaluation = self.make_evaluation("applied")
        part = self.get_pyramid(evaluation, ["20"])["levels"][0]["part"]
        calls = [("get_pyramids",), ("get_value_matrix",), ("action_open_level", part, "Title")]
        for name, *args in calls:
            with self.subTest(name), self.assertRaises(AccessError):
                getattr(evaluation.with_user(self.salesperson), name)(*args)
        lines = self.env["key.account.evaluation.line"].with_user(self.salesperson)
        with self.assertRaises(AccessError):
            lines.search(evaluation.action_open_level(part, "Title")["domain"])
        everything = self.make_user("all", "base.group_user,sales_team.group_sale_salesman_all_leads")
        self.assertTrue(evaluation.with_user(everything).get_pyramids())
        with self.assertRaises(AccessError):
            evaluation.with_user(everything).pyramids = []

    def test_companies_are_separate(self):
        evaluation = self.make_evaluation()
        part = self.get_pyramid(evaluation, ["100"])["levels"][0]["part"]
        domain = evaluation.action_open_level(part, "Title")["domain"]
        other = self.setup_other_company()["company"]
        stranger = self.make_user("stranger", MANAGER_GROUPS)
        stranger.write({"company_id": other.id, "company_ids": [(6, 0, other.ids)]})
        foreign = evaluation.with_user(stranger).with_company(other)
        for name, *args in [("get_pyramids",), ("get_value_matrix",), ("action_open_level", part, "Title")]:
            with self.subTest(name), self.assertRaises(AccessError):
                getattr(foreign, name)(*args)
        with self.assertRaises(AccessError):
            self.env["key.account.evaluation.line"].with_env(foreign.env).search(domain)

    def test_filter_is_data_not_code(self):
        evaluation = self.make_evaluation()
        sound = {"measure": REVENUE, "cut": "share", "limits": ["20"], "level": 0}
        lines = self.env["key.account.evaluation.line"].with_env(evaluation.env)

        def find(level, **values):
            text = json.dumps({"evaluation": evaluation.id, "levels": [level], **values})
            return lines.search([("filter_for_level", "=", text)])

        self.assertEqual(find(sound).partner_id, self.big)
        self.assertFalse(find(sound, evaluation=0))
        self.assertFalse(find({**sound, "level": 7}))
        self.assertFalse(find({**sound, "measure": "metric:x'; DROP TABLE res_users; --"}))
        table = [
            {**sound, "measure": "sql:1"},
            {**sound, "measure": "value:x"},
            {**sound, "measure": None},
            {**sound, "measure": ["score"]},
            {**sound, "cut": "x"},
            {**sound, "cut": []},
            {**sound, "limits": [{}]},
            {**sound, "limits": ["1; SELECT"]},
            {**sound, "level": "0"},
            {**sound, "more": 1},
        ]
        for level in table:
            with self.subTest(level), self.assertRaises(UserError):
                find(level)
        for text in ("", "[]", "{}", "5", '{"evaluation": "1", "levels": [{}]}', '{"evaluation": 1, "levels": 5}'):
            with self.subTest(text), self.assertRaises(UserError):
                lines.search([("filter_for_level", "=", text)])

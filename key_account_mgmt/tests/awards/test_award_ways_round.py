from contextlib import suppress

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from ..award_common import AWARD, ENTRY, AwardCommon

BILLING = "base.group_user,account.group_account_invoice,base.group_partner_manager"


@tagged("post_install", "-at_install")
class TestAwardsWaysRound(AwardCommon):
    """Awards and the ledger come from applying, deciding and writing limits, whatever is sent over RPC."""

    def get_users(self):
        return (self.finance, self.manager, self.salesperson, self.env.ref("base.user_admin"))

    def test_nothing_is_created_or_copied(self):
        award = self.make_credit()
        values = {
            AWARD: {
                "name": "Smuggled",
                "kind": "credit",
                "partner_id": self.third.id,
                "company_id": self.company.id,
                "evaluation_id": award.evaluation_id.id,
                "line_id": award.line_id.id,
                "rule_key": "smuggled",
                "approved_amount": 1,
                "state": "approved",
            },
            ENTRY: {"partner_id": self.third.id, "company_id": self.company.id, "user_id": 1, "source": "award"},
        }
        for model, vals in values.items():
            for user in self.get_users():
                with self.subTest(model=model, user=user.login):
                    self.assert_refused(user, model, "create", vals)
                    self.assert_refused(user, model, "web_save", [], vals, {})
                    self.assert_refused(user, model, "name_create", "Smuggled")
                    with suppress(UserError):
                        self.assertFalse(
                            self.call(user, model, "load", ["company_id/.id"], [[str(self.company.id)]])["ids"]
                        )
            with self.assertRaises(UserError):
                self.env[model].sudo().create(vals)
        for user in self.get_users():
            self.assert_refused(user, AWARD, "copy", award.ids)

    def test_nothing_is_written_or_deleted(self):
        award = self.make_credit()
        self.approve(award)
        entry = award.entry_ids
        changes = {
            award: ({"state": "approved"}, {"approved_amount": 1}, {"partner_id": self.third.id}, {"entry_ids": []}),
            entry: ({"new_limit": 1}, {"user_id": self.manager.id}, {"award_id": False}),
        }
        for record, cases in changes.items():
            for user in self.get_users():
                for vals in cases:
                    with self.subTest(model=record._name, user=user.login, vals=vals):
                        self.assert_refused(user, record._name, "write", record.ids, vals)
                        self.assert_refused(user, record._name, "web_save", record.ids, vals, {})
                        with self.assertRaises(UserError):
                            record.with_user(user).sudo().write(vals)
                self.assert_refused(user, record._name, "unlink", record.ids)
            with self.assertRaises(UserError):
                record.sudo().unlink()
        self.assertRecordValues(award, [{"state": "posted", "approved_amount": 12000}])

    def test_nothing_comes_through_the_evaluation(self):
        award = self.make_credit()
        evaluation = award.evaluation_id
        for commands in ([Command.clear()], [Command.update(award.id, {"state": "approved"})]):
            with self.subTest(commands=commands):
                self.assert_refused(self.manager, evaluation._name, "write", evaluation.ids, {"award_ids": commands})
        self.assert_refused(
            self.manager, "key.account.evaluation.line", "write", award.line_id.ids, {"grants": self.credit(1)}
        )

    def test_private_methods_are_out_of_reach(self):
        award = self.make_credit()
        for model, method, arguments in (
            (AWARD, "_create_protected", ([],)),
            (AWARD, "_write_protected", (award.ids, {"state": "approved"})),
            (AWARD, "_post", (award.ids,)),
            (AWARD, "_take", (award.ids, "proposed", "approved")),
            (AWARD, "_take_back", (award.ids,)),
            (AWARD, "_cron_post", ()),
            (ENTRY, "_record_changes", ([],)),
            ("res.partner", "_set_key_account_limits", ([],)),
            ("res.partner", "_write_key_account_limit", (self.second.ids, 1)),
        ):
            with self.subTest(method), self.assertRaises(Exception):  # noqa: B017 (an AttributeError or AccessError)
                self.call(self.finance, model, method, *arguments)
        self.assertEqual(award.state, "proposed")

    def test_context_does_not_decide(self):
        context = {
            "default_state": "approved",
            "default_approved_amount": 99,
            "default_decided_by_id": self.finance.id,
            "default_problem": "Smuggled",
        }
        evaluation = self.make_granting({self.second: self.credit(12000)}, state="approved")
        self.call(self.manager, evaluation._name, "action_apply", evaluation.ids, context=context)
        self.assertRecordValues(
            self.get_awards(evaluation),
            [{"state": "proposed", "approved_amount": 0, "decided_by_id": False, "problem": False}],
        )

    def test_salespeople_see_own_customers(self):
        self.second.user_id, self.third.user_id = self.manager, self.salesperson
        awards = self.make_credit({self.second: 1000, self.third: 2000, self.fourth: 3000})
        self.approve(awards)
        for model in (AWARD, ENTRY):
            found = self.call(self.salesperson, model, "search_read", [], ["partner_id"])
            self.assertEqual({row["partner_id"][1] for row in found}, {"Third", "Fourth"})
            self.assertEqual(self.call(self.finance, model, "search_count", []), 3)

    def test_customers_on_the_portal_see_nothing(self):
        award = self.make_credit()
        portal = self.make_user("portal", "base.group_portal")
        for model in (AWARD, ENTRY):
            self.assert_refused(portal, model, "search_read", [], ["company_id"])
        self.assert_refused(portal, AWARD, "action_approve", award.ids)


@tagged("post_install", "-at_install")
class TestManualLimit(AwardCommon):
    """Whoever changes a limit beside the ledger is recorded in it, or may not do it at all."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.biller = cls.make_user("biller", BILLING)

    def get_writers(self):
        return self.env[ENTRY].search([("company_id", "=", self.company.id)]).sorted("id").user_id

    def test_recorded_with_who_and_when(self):
        self.call(self.biller, "res.partner", "write", self.second.ids, {"credit_limit": 5000})
        self.assertEqual(self.get_ledger(self.second), [(None, 5000, "manual")])
        entry = self.env[ENTRY].search([("partner_id", "=", self.second.id)])
        self.assertRecordValues(entry, [{"user_id": self.biller.id, "award_id": False, "partner_name": "Second"}])
        self.assertTrue(entry.date)
        message = self.second.sudo().message_ids[0]
        self.assertEqual(message.author_id, self.biller.partner_id)
        self.assertRecordValues(message.tracking_value_ids, [{"old_value_float": 0, "new_value_float": 5000}])

    def test_every_way_is_recorded(self):
        context = {"tracking_disable": True, "mail_notrack": True, "default_source": "award", "su": True}
        partner = self.second.with_company(self.company)
        ways = {
            "context": lambda: self.call(
                self.biller, "res.partner", "write", partner.ids, {"credit_limit": 5000}, context=context
            ),
            "web_save": lambda: self.call(
                self.biller, "res.partner", "web_save", partner.ids, {"credit_limit": 5000}, {}
            ),
            "import": lambda: self.call(
                self.biller, "res.partner", "load", [".id", "credit_limit"], [[str(partner.id), "5000"]]
            ),
            "command": lambda: self.call(
                self.biller,
                "res.partner",
                "write",
                self.third.ids,
                {"child_ids": [Command.link(partner.id), Command.update(partner.id, {"credit_limit": 5000})]},
            ),
            "nothing on credit": lambda: self.call(
                self.biller, "res.partner", "write", partner.ids, {"key_account_no_credit": True}
            ),
            "superuser": lambda: partner.sudo().write({"credit_limit": 5000}),
            "root": lambda: partner.with_user(self.env.ref("base.user_root")).write({"credit_limit": 5000}),
            "assignment": lambda: setattr(partner, "credit_limit", 5000),
        }
        for name, way in ways.items():
            with self.subTest(name), self.env.cr.savepoint() as savepoint:
                way()
                limit = 0 if name == "nothing on credit" else 5000
                self.assertEqual(self.get_ledger(self.second), [(None, limit, "manual")])
                savepoint.rollback()
                self.env.invalidate_all()

    def test_new_customers_are_recorded(self):
        for vals, context in (
            ({"name": "New", "credit_limit": 700}, {}),
            ({"name": "New"}, {"default_credit_limit": 700}),
        ):
            with self.subTest(vals=vals, context=context):
                partner_id = self.call(self.biller, "res.partner", "create", vals, context=context)
                partner = self.env["res.partner"].browse(partner_id)
                self.assertEqual(self.get_ledger(partner), [(None, 700, "manual")])

    def test_unticking_the_box_is_recorded_once(self):
        self.set_limit(self.second, 5000)
        for number, vals in enumerate(
            ({"use_partner_credit_limit": False}, {"use_partner_credit_limit": False, "credit_limit": 3}), 2
        ):
            with self.subTest(vals=vals), self.env.cr.savepoint() as savepoint:
                self.call(self.biller, "res.partner", "write", self.second.ids, vals)
                ledger = self.get_ledger(self.second)
                self.assertEqual(ledger, [(None, 5000, "manual"), (5000, None, "manual")], number)
                savepoint.rollback()
                self.env.invalidate_all()

    def test_same_limit_is_no_change(self):
        self.set_limit(self.second, 5000)
        self.company.key_account_forbid_manual_limit = True
        self.call(self.biller, "res.partner", "write", self.second.ids, {"credit_limit": 5000, "name": "Second"})
        self.assertEqual(len(self.get_ledger(self.second)), 1)

    def test_many_at_once(self):
        self.set_limit(self.third, 5000)
        self.call(self.biller, "res.partner", "write", self.customers.ids, {"credit_limit": 5000})
        self.assertEqual([len(self.get_ledger(customer)) for customer in self.customers], [1] * 5)

    def test_contact_that_leaves_its_company(self):
        """It leaves the limit there; also where limits come from awards, since nobody may be left without one."""
        other = self.setup_other_company()["company"]
        self.set_limit(self.second, 5000)
        self.set_limit(self.second, 6000, other)
        for forbidden, vals in (
            (False, {"parent_id": False}),
            (False, {"is_company": True}),
            (True, {"parent_id": False}),
        ):
            with self.subTest(forbidden=forbidden, vals=vals):
                contact = self.make_customer(name="Contact", parent_id=self.second.id)
                self.company.key_account_forbid_manual_limit = forbidden
                self.assertEqual(self.get_limit(contact), 5000)
                self.call(self.biller, "res.partner", "write", contact.ids, {**vals, "credit_limit": 9000})
                self.assertEqual(contact.with_company(self.company)._get_key_account_limit(), 0)
                for company in (self.company, other):
                    self.assertEqual(self.get_ledger(contact, company), [(None, 0, "left")])
                texts = [text for text in contact.message_ids.mapped("body") if "nothing on credit" in text]
                self.assertEqual(len(texts), 2)

    def test_forbidden(self):
        self.company.key_account_forbid_manual_limit = True
        for model, method, arguments in (
            ("res.partner", "write", (self.second.ids, {"credit_limit": 5000})),
            ("res.partner", "create", ({"name": "New", "credit_limit": 5000},)),
            ("res.partner", "web_save", (self.second.ids, {"credit_limit": 5000}, {})),
        ):
            for user in (self.biller, self.finance, self.env.user):
                with self.subTest(method=method, user=user.login), self.assertRaises(UserError):
                    self.call(user, model, method, *arguments, context={"key_account_award": True})
        with self.assertRaisesRegex(UserError, "limits come from awards. Evaluate the customer"):
            self.second.with_company(self.company).sudo().credit_limit = 5000
        self.assertEqual(self.get_limit(self.second), 0, "nothing is left of it, whoever catches the refusal")
        self.assertEqual(self.get_ledger(self.second), [])

    def test_forbidden_in_one_company_only(self):
        other = self.setup_other_company()["company"]
        self.company.key_account_forbid_manual_limit = True
        self.set_limit(self.second, 5000, other)
        self.assertEqual(self.get_ledger(self.second, other), [(None, 5000, "manual")])

    def test_awards_are_posted_and_reverted_all_the_same(self):
        self.company.key_account_forbid_manual_limit = True
        award = self.make_credit()
        self.approve(award)
        self.assertEqual(self.get_limit(self.second), 12000)
        self.revert(award)
        self.assertEqual(self.get_limit(self.second), 0)

    def test_only_administrators_allow_it(self):
        for user in (self.finance, self.manager, self.biller):
            with self.subTest(user.login), self.assertRaises(AccessError):
                vals = {"key_account_forbid_manual_limit": False}
                self.call(user, "res.company", "write", self.company.ids, vals)

    def test_reading_old_limits_takes_the_same_queries_for_one_and_for_many(self):
        def count_queries(customers):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            customers.with_company(self.company)._get_key_account_own_limits()
            return self.env.cr.sql_log_count - before

        count_queries(self.big)  # warm
        self.assertEqual(count_queries(self.customers), count_queries(self.second))

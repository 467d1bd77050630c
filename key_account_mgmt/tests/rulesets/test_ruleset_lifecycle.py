from freezegun import freeze_time
from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import new_test_user
from odoo.tools import mute_logger

from odoo.addons.base.models.ir_model import MODULE_UNINSTALL_FLAG

from ..ruleset_common import FROZEN, RulesetCommon


class LifecycleCommon(RulesetCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ruleset = cls.make_ruleset(name="Rules of the year")
        cls.criterion = cls.make_criterion(cls.ruleset, "revenue", "bands", 40, [(0, 5), (50_000, 20)], name="Volume")
        cls.rule = cls.make_rule(cls.ruleset, "A", ("revenue", "rank_pct", "<=", 15), name="Top")
        cls.others = cls.make_rule(cls.ruleset, "C", name="Others")
        cls.veto = cls.make_rule(cls.ruleset, "C", ("loyalty", "in", ["poor"]), kind="veto", name="Unloyal")

    def parts(self):
        """One row of each model, with a value to change and what creates another."""
        return [
            (self.criterion, {"max_points": 50}, {"ruleset_id": self.ruleset.id, "name": "New", "metric_id": 1}),
            (self.criterion.step_ids[0], {"points": 6}, {"criterion_id": self.criterion.id, "points": 1}),
            (self.rule, {"tier_id": False}, {"ruleset_id": self.ruleset.id, "name": "New"}),
            (self.rule.condition_ids, {"value": 20}, {"rule_id": self.rule.id, "metric_id": 1, "value": 1}),
        ]


class TestFrozenRuleset(LifecycleCommon):
    def test_rows_of_a_draft_change(self):
        metric = self.get_metric("revenue")
        for row, change, another in self.parts():
            with self.subTest(model=row._name):
                row.write(change)
                if "metric_id" in another:
                    another["metric_id"] = metric.id
                row.create(another).unlink()

    def test_rows_of_an_activated_rule_set_do_not(self):
        metric = self.get_metric("revenue")
        self.ruleset.action_activate()
        for state in ("active", "retired"):
            for row, change, another in self.parts():
                if "metric_id" in another:
                    another["metric_id"] = metric.id
                for records in (row, row.sudo(), row.with_context(**{MODULE_UNINSTALL_FLAG: True, "force": True})):
                    with self.subTest(model=row._name, state=state, superuser=records.env.su):
                        with self.assertRaisesRegex(UserError, FROZEN):
                            records.write(change)
                        with self.assertRaisesRegex(UserError, FROZEN), self.cr.savepoint():
                            records.create(another)
                        with self.assertRaisesRegex(UserError, FROZEN):
                            records.unlink()
            if state == "active":
                self.ruleset.action_retire()

    def test_fields_of_an_activated_rule_set_do_not(self):
        self.ruleset.action_activate()
        cases = [
            {"name": "Other"},
            {"description": "Other"},
            {"company_id": self.env["res.company"].create({"name": "Other"}).id},
            {"tier_ids": [Command.unlink(self.get_tier("B").id)]},
            {"rule_ids": [Command.update(self.rule.id, {"sequence": 99})]},
            {"tier_rule_ids": [Command.delete(self.rule.id)]},
            {"veto_rule_ids": [Command.create({"name": "New"})]},
            {"criterion_ids": [Command.update(self.criterion.id, {"step_ids": [Command.clear()]})]},
        ]
        for values in cases:
            with self.subTest(values=values), self.assertRaisesRegex(UserError, FROZEN):
                self.ruleset.write(values)
        with self.assertRaisesRegex(UserError, FROZEN):
            self.ruleset.with_context(**{MODULE_UNINSTALL_FLAG: True}).unlink()

    def test_a_row_cannot_be_moved_into_or_out_of_an_activated_rule_set(self):
        draft = self.make_ruleset()
        row = self.make_rule(draft, "A")
        self.ruleset.action_activate()
        with self.assertRaisesRegex(UserError, FROZEN), self.cr.savepoint():
            row.ruleset_id = self.ruleset
        with self.assertRaisesRegex(UserError, FROZEN):
            self.rule.ruleset_id = draft

    def test_nobody_sets_the_state_by_hand(self):
        policy = {"policy": self.ruleset._get_policy_values()}
        cases = [{"state": "active"}, {"version": 7}, policy, {"policy_hash": "x"}, {"date_from": "2024-01-01"}]
        for values in cases:
            with self.subTest(values=values):
                with self.assertRaisesRegex(UserError, "set by its buttons only"):
                    self.ruleset.write(values)
                with self.assertRaisesRegex(UserError, "set by its buttons only"):
                    self.ruleset.sudo().create({"name": "New", **values})

    def test_translating_a_name_is_a_change_too(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.rule.update_field_translations("name", {"fr_FR": "Les meilleurs"})
        self.ruleset.action_activate()
        self.assertEqual(self.rule.with_context(lang="fr_FR").name, "Les meilleurs")
        for record in (self.rule, self.ruleset, self.criterion):
            for lang in ("en_US", "fr_FR"):
                with self.subTest(model=record._name, lang=lang), self.assertRaisesRegex(UserError, FROZEN):
                    record.update_field_translations("name", {lang: "Other"})

    def test_messages_and_activities_go_on(self):
        self.ruleset.action_activate()
        self.ruleset.message_post(body="Well done")  # pylint: disable=translation-required
        self.ruleset.activity_schedule("mail.mail_activity_data_todo", user_id=self.env.uid)
        self.ruleset.message_subscribe(self.env.user.partner_id.ids)
        self.assertIn("Well done", str(self.ruleset.message_ids.mapped("body")))

    def test_what_tiers_of_an_activated_rule_set_are_does_not_change(self):
        tier = self.get_tier("A")
        own = self.make_tier("D", 4)
        own.write({"rank": 5, "code": "E"})
        self.ruleset.action_activate()
        cases = [{"rank": 8}, {"code": "X"}, {"company_id": self.company.id}, {"active": False}]
        for values in cases:
            with self.subTest(values=values), self.assertRaisesRegex(UserError, "Tier “A” is used by the rule set"):
                tier.write(values)
        tier.write({"name": "Gold", "color": 3})
        self.assertEqual(tier.name, "Gold")

    def test_a_tier_in_use_is_not_deleted(self):
        tier = self.make_tier("D", 4)
        self.make_ruleset(tiers=("A", tier))
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"), self.cr.savepoint():
            tier.unlink()

    def test_an_option_in_a_condition_is_not_deleted(self):
        with self.assertRaises(UserError), self.cr.savepoint():
            self.option("poor").unlink()


class TestLifecycle(LifecycleCommon):
    def test_activating_freezes_the_policy(self):
        with freeze_time("2024-05-17"):
            self.ruleset.action_activate()
        self.assertEqual((self.ruleset.state, str(self.ruleset.date_from)), ("active", "2024-05-17"))
        self.assertEqual(self.ruleset.policy, self.ruleset._get_policy().dump())
        self.assertEqual(self.ruleset._get_policy().content_hash, self.ruleset.policy_hash)
        self.assertEqual(self.env["key.account.ruleset"]._get_active(self.company), self.ruleset)
        with self.assertRaises(UserError):
            self.ruleset.action_activate()

    def test_new_version_copies_everything_into_a_draft(self):
        self.make_rule(self.ruleset, "B", name="Archived", active=False)
        self.ruleset.action_activate()
        action = self.ruleset.action_new_version()
        draft = self.env["key.account.ruleset"].browse(action["res_id"])
        self.assertEqual((draft.state, draft.version, draft.name), ("draft", 2, "Rules of the year"))
        self.assertEqual(draft.previous_version_id, self.ruleset)
        self.assertEqual(draft._get_policy().content_hash, self.ruleset.policy_hash)
        self.assertEqual(draft.rule_ids.mapped("key"), self.ruleset.rule_ids.mapped("key"))
        self.assertIn("Archived", draft.rule_ids.mapped("name"))
        self.assertFalse(draft.rule_ids & self.ruleset.rule_ids)
        again = self.env["key.account.ruleset"].browse(self.ruleset.action_new_version()["res_id"])
        self.assertEqual(again.version, 3)

    def test_the_new_version_takes_over_at_once(self):
        with freeze_time("2024-01-01"):
            self.ruleset.action_activate()
        draft = self.env["key.account.ruleset"].browse(self.ruleset.action_new_version()["res_id"])
        draft.tier_rule_ids[0].condition_ids.value = 20
        with freeze_time("2024-06-30"):
            draft.action_activate()
        self.assertEqual((self.ruleset.state, str(self.ruleset.date_to)), ("retired", "2024-06-30"))
        self.assertEqual((draft.state, str(draft.date_from), draft.date_to), ("active", "2024-06-30", False))
        self.assertNotEqual(draft.policy_hash, self.ruleset.policy_hash)
        self.assertIn("Replaced by Rules of the year (v2)", str(self.ruleset.message_ids.mapped("body")))
        self.assertEqual(self.env["key.account.ruleset"]._get_active(self.company), draft)

    def test_retiring_leaves_the_company_without_rules(self):
        with self.assertRaisesRegex(UserError, "is not active"):
            self.ruleset.action_retire()
        self.ruleset.action_activate()
        self.ruleset.action_retire()
        self.assertEqual(self.ruleset.state, "retired")
        self.assertFalse(self.env["key.account.ruleset"]._get_active(self.company))

    def test_only_one_is_active_whatever_happens(self):
        self.ruleset.action_activate()
        other = self.make_ruleset()
        self.env.flush_all()
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"), self.cr.savepoint():
            self.cr.execute("UPDATE key_account_ruleset SET state = 'active' WHERE id = %s", [other.id])

    @mute_logger("odoo.sql_db")
    def test_two_administrators_at_once_get_a_message(self):
        other = self.make_ruleset()
        self.make_rule(other, "C")
        self.ruleset.action_activate()
        # The second transaction does not see yet that the first one made a rule set active.
        self.patch(type(self.env["key.account.ruleset"]), "_get_active", lambda ruleset, _company: ruleset.browse())
        with self.assertRaises(IntegrityError) as caught, self.cr.savepoint():
            other.action_activate()
            self.env.flush_all()
        message = other._sql_error_to_message(caught.exception)
        self.assertEqual(message, "This company has an active rule set already. Retire it first.")

    def test_archiving(self):
        self.ruleset.active = False
        self.ruleset.active = True
        self.ruleset.action_activate()
        for archive in (lambda: self.ruleset.write({"active": False}), self.ruleset.action_archive):
            with self.assertRaisesRegex(UserError, "is active. Retire it first"):
                archive()
        self.ruleset.action_retire()
        self.ruleset.action_archive()
        self.assertFalse(self.ruleset.active)

    def test_activating_an_archived_draft_brings_it_back(self):
        self.ruleset.active = False
        self.ruleset.action_activate()
        self.assertTrue(self.ruleset.active)

    def test_only_drafts_are_deleted(self):
        draft = self.ruleset.copy()
        draft.unlink()
        self.assertFalse(draft.exists())

    def test_duplicate(self):
        self.ruleset.action_activate()
        twin = self.ruleset.copy()
        self.assertEqual((twin.name, twin.state, twin.version), ("Rules of the year (copy)", "draft", 1))
        self.assertFalse(twin.previous_version_id or twin.policy or twin.policy_hash or twin.date_from)

    def test_duplicate_of_a_row_is_a_row_of_its_own(self):
        self.rule.action_duplicate()
        self.criterion.action_duplicate()
        self.assertEqual(len(set(self.ruleset.rule_ids.mapped("key"))), 4)
        self.assertEqual(len(self.ruleset.criterion_ids), 2)
        twin = self.ruleset.rule_ids.filtered(lambda rule: rule.name == "Top (copy)")
        self.assertEqual((twin.summary, twin.kind), (self.rule.summary, "tier"))


class TestRulesetCompanies(LifecycleCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.env["res.company"].create({"name": "Other"})
        groups = "key_account_mgmt.group_key_account_rule_admin"
        cls.stranger = new_test_user(
            cls.env, "stranger", groups=groups, company_id=cls.other.id, company_ids=[Command.set(cls.other.ids)]
        )

    def test_each_company_has_its_own_active_rule_set(self):
        self.env.user.company_ids |= self.other
        self.ruleset.action_activate()
        twin = self.ruleset.copy({"company_id": self.other.id})
        twin.action_activate()
        self.assertEqual((self.ruleset.state, twin.state), ("active", "active"))
        self.assertEqual(twin.rule_ids.company_id, self.other)

    def test_the_company_of_a_draft_may_change(self):
        self.env.user.company_ids |= self.other
        self.ruleset.company_id = self.other
        self.assertEqual(self.rule.condition_ids.company_id, self.other)

    def test_a_tier_of_another_company_does_not_fit(self):
        tier = self.make_tier("own", 9, company_id=self.other.id)
        with self.assertRaises(UserError):
            self.ruleset.sudo().tier_ids |= tier

    def test_another_companys_administrator_sees_and_changes_nothing(self):
        for row, change, _another in self.parts():
            foreign = row.with_user(self.stranger)
            with self.subTest(model=row._name):
                self.assertFalse(foreign.search([("id", "=", row.id)]))
                with self.assertRaises(AccessError):
                    foreign.read(["id", "company_id"])
                with self.assertRaises(AccessError):
                    foreign.write(change)
                with self.assertRaises(AccessError):
                    foreign.unlink()
        for action in ("action_activate", "action_check", "action_new_version", "copy", "unlink"):
            with self.subTest(action=action), self.assertRaises(AccessError):
                getattr(self.ruleset.with_user(self.stranger), action)()

    def test_he_cannot_put_rows_into_it_either(self):
        rows = [
            ("key.account.rule", {"name": "New", "ruleset_id": self.ruleset.id}),
            ("key.account.rule.condition", {"rule_id": self.rule.id, "metric_id": self.get_metric("revenue").id}),
            ("key.account.criterion.step", {"criterion_id": self.criterion.id, "points": 1}),
        ]
        for model, values in rows:
            with self.subTest(model=model), self.assertRaises(AccessError):
                self.env[model].with_user(self.stranger).create(values)


class TestRulesetRights(LifecycleCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        company = {"company_id": cls.company.id, "company_ids": [Command.set(cls.company.ids)]}
        cls.users = {
            role: new_test_user(cls.env, f"role_{role}", groups=f"key_account_mgmt.group_key_account_{role}", **company)
            for role in ("user", "manager", "rule_admin")
        }
        cls.nobody = new_test_user(cls.env, "role_nobody", groups="base.group_user", **company)

    def test_only_the_rule_administrator_changes_rules(self):
        for role in ("user", "manager"):
            ruleset = self.ruleset.with_user(self.users[role])
            self.assertIn("15 %", ruleset.tier_rule_ids[0].summary)
            for row, change, _another in self.parts():
                with self.subTest(role=role, model=row._name), self.assertRaises(AccessError):
                    row.with_user(self.users[role]).write(change)
            for action in ("action_activate", "action_new_version", "copy", "unlink"):
                with self.subTest(role=role, action=action), self.assertRaises(AccessError):
                    getattr(ruleset, action)()
        self.ruleset.with_user(self.users["rule_admin"]).action_activate()
        with self.assertRaises(AccessError):
            self.ruleset.with_user(self.users["manager"]).action_retire()
        self.ruleset.with_user(self.users["rule_admin"]).action_retire()

    def test_others_see_tiers_but_no_rules(self):
        self.assertTrue(self.get_tier("A").with_user(self.nobody).name)
        with self.assertRaises(AccessError):
            self.ruleset.with_user(self.nobody).read(["name"])

    def test_importing_takes_the_rule_administrator(self):
        with self.assertRaises(AccessError):
            self.env["key.account.ruleset.import"].with_user(self.users["manager"]).create({"file": b"e30="})

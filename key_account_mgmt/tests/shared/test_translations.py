import io
import re

import polib

from odoo.tests import TransactionCase, tagged
from odoo.tools.misc import file_path
from odoo.tools.translate import trans_export

from ..translation_common import PLACEHOLDER

ADDON = "key_account_mgmt"
TAG = re.compile(r"<[^>]+>")
SHOWN_ATTRIBUTE = re.compile(r' (title|string|placeholder|aria-label)="[^"]*"')

# The words agreed on: wherever the English one stands, the Chinese one does.
WORDS = {
    r"rule sets?": "规则集",
    r"tiers?": "客户等级|等级|定级",
    r"metrics?": "指标",
    r"criteri(on|a)": "评分项",
    r"rules?": "规则|定级",
    r"conditions?": "条件",
    r"veto(es|ed)?": "一票否决",
    r"evaluations?": "年度评估|评估明细",
    r"evaluation lines?": "评估明细",
    r"awards?": "奖励",
    r"discount caps?": "折扣上限",
    r"approvals?": "审批",
    r"customers?": "客户",
}
# Names of screens: here the whole term is agreed on.
NAMES = {
    "model:ir.model.fields,field_description:{}.field_res_partner__key_account_tier_id": "客户等级",
    "model:ir.model.fields.selection,name:{}.selection__key_account_rule__kind__veto": "一票否决",
    "model:ir.ui.menu,name:{}.menu_key_account_ruleset": "规则集",
    "model:ir.ui.menu,name:{}.menu_key_account_tier": "客户等级",
    "model:ir.ui.menu,name:{}.menu_key_account_metric": "指标",
    "model:ir.ui.menu,name:{}.menu_key_account_evaluation": "年度评估",
    "model:ir.ui.menu,name:{}.menu_key_account_evaluation_line": "客户评估结果",
}


def read_terms(name):
    return {entry.msgid: entry for entry in polib.pofile(file_path(f"{ADDON}/i18n/{name}")) if not entry.obsolete}


def get_tags(text):
    """The markup of a term, without the attributes that people read."""
    return [SHOWN_ATTRIBUTE.sub("", tag) for tag in TAG.findall(text)]


@tagged("post_install", "-at_install")
class TestTranslations(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with io.BytesIO() as buffer:
            trans_export(False, [ADDON], buffer, "po", cls.env)
            cls.exported = {entry.msgid for entry in polib.pofile(buffer.getvalue().decode())}
        cls.template = read_terms(f"{ADDON}.pot")
        cls.chinese = read_terms("zh_CN.po")
        cls.by_place = {place: entry.msgstr for entry in cls.chinese.values() for place, _line in entry.occurrences}

    def test_the_template_holds_exactly_the_terms_of_the_addon(self):
        advice = "run: make translations"
        self.assertFalse(self.exported - self.template.keys(), f"terms missing in the .pot: {advice}")
        self.assertFalse(self.template.keys() - self.exported, f"terms no longer used in the .pot: {advice}")

    def test_every_term_is_translated_to_chinese(self):
        done = {msgid for msgid, entry in self.chinese.items() if entry.msgstr and not entry.fuzzy}
        self.assertFalse(self.exported - done, "terms without a Chinese translation")
        self.assertFalse(self.chinese.keys() - self.exported, "translations of terms that are gone")

    def test_translations_keep_placeholders_and_markup(self):
        for msgid, entry in self.chinese.items():
            with self.subTest(term=msgid):
                self.assertCountEqual(PLACEHOLDER.findall(msgid), PLACEHOLDER.findall(entry.msgstr))
                self.assertEqual(get_tags(msgid), get_tags(entry.msgstr))
                self.assertEqual(msgid.endswith("\n"), entry.msgstr.endswith("\n"))

    def test_translations_use_the_words_agreed_on(self):
        for msgid, entry in self.chinese.items():
            text = PLACEHOLDER.sub("", TAG.sub("", msgid))
            for english, chinese in WORDS.items():
                if re.search(rf"(?<![\w-]){english}\b", text, re.IGNORECASE):
                    with self.subTest(term=msgid):
                        self.assertRegex(entry.msgstr, chinese)

    def test_screens_go_by_the_names_agreed_on(self):
        found = {place: self.by_place.get(place.format(ADDON)) for place in NAMES}
        self.assertEqual(found, NAMES)

    def test_shipped_records_are_translated_even_where_they_are_frozen(self):
        ruleset = self.env.ref(f"{ADDON}.ruleset_revenue_abc")
        rule = self.env.ref(f"{ADDON}.rule_top_15")
        before = (ruleset.name, rule.name, ruleset.policy)
        self.env["res.lang"]._activate_lang("zh_CN")
        self.env["ir.module.module"]._load_module_terms([ADDON], ["zh_CN"])
        chinese = ruleset.with_context(lang="zh_CN")
        self.assertEqual(chinese.name, self.chinese[ruleset.name].msgstr)
        self.assertEqual(rule.with_context(lang="zh_CN").summary, "如果销售额排名在前 15%：客户等级为 A")
        self.assertEqual((ruleset.name, rule.name, ruleset.policy), before)

    def test_a_language_that_is_installed_later_translates_what_templates_made(self):
        template = self.env["key.account.template"].search([("path", "like", "scorecard")], limit=1)
        early = template._create_draft(self.env.company)
        own, rule = early.rule_ids[:2]
        own.name = "Our best"
        early.action_activate()
        fingerprint = early._get_policy().content_hash
        self.env["res.lang"]._activate_lang("zh_CN")
        self.env["ir.module.module"]._load_module_terms([ADDON], ["zh_CN"])
        late = template._create_draft(self.env.company)
        self.env.invalidate_all()
        for name in ("rule_ids", "criterion_ids", "tier_ids"):
            with self.subTest(name):
                names = {
                    one.key: one.name for one in early.with_context(lang="zh_CN")[name] if "key" in one and one != own
                }
                expected = {one.key: one.name for one in late.with_context(lang="zh_CN")[name] if "key" in one}
                self.assertEqual(names, {key: expected[key] for key in names})
        self.assertEqual(early.with_context(lang="zh_CN").name, template.with_context(lang="zh_CN").name)
        self.assertEqual(own.with_context(lang="zh_CN").name, "Our best")
        self.assertEqual(early._get_policy().content_hash, fingerprint)
        self.assertNotEqual(rule.with_context(lang="zh_CN").name, rule.with_context(lang="en_US").name)

    def test_sentences_built_in_code_have_the_commas_of_the_language(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        for lang, expected in (("en_US", "A 1, B 2, C 3"), ("zh_CN", "A 1，B 2，C 3")):
            with self.subTest(lang=lang):
                formatter = self.env["key.account.formatter"].with_context(lang=lang)
                self.assertEqual(formatter._format_list(["A 1", "B 2", "C 3"]), expected)
                self.assertEqual(formatter._format_list([]), "")

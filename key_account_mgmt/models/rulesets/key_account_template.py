from odoo import fields, models
from odoo.tools import file_open

from .policy_reader import PolicyReader
from .shipped_rows import SHIPPED_VALUE_TYPES
from .template_names import CRITERION_NAMES, RULE_NAMES, TIER_NAMES


class KeyAccountTemplate(models.Model):
    """A method of the literature as a starting rule set: a file in the form of Export, shipped with an addon."""

    _name = "key.account.template"
    _description = "Template of a Key Account Rule Set"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    description = fields.Text(translate=True)
    sequence = fields.Integer(default=10)
    path = fields.Char(required=True, help="The file in its addon, such as key_account_mgmt/data/templates/name.json.")

    def _create_draft(self, company):
        """Create a draft of the template for the company, with the shipped vetoes and value types inactive.

        :param company: ``res.company``
        :return: ``key.account.ruleset``
        :raise UserError: a record that the file refers to is missing, or means something else here
        """
        self.ensure_one()
        reader = PolicyReader.of_file(self.env, self._read_file(), company)
        # The names in the file are English, so names taken from metrics must be English here, too.
        english, name = self.with_context(lang="en_US"), self.name
        values = {**reader.with_lang("en_US").prepare_ruleset(name), "description": english.description}
        draft = english.env["key.account.ruleset"].create(values).with_env(self.env)
        draft.action_add_vetoes()
        SHIPPED_VALUE_TYPES.add_to(draft, active=False)
        self._translate(draft)
        draft.message_post(body=self.env._("Created from the template “%s”.", self.name))
        return draft

    def _read_file(self):
        with file_open(self.path, "rb", filter_ext=(".json",)) as file:
            return file.read()

    # --- Names in every installed language ---

    def _translate(self, draft):
        """Translate the template's name and description, and names by metric or ``key_account_template_names``."""
        languages = self._get_languages()
        for field in ("name", "description"):
            draft.update_field_translations(field, {lang: self.with_context(lang=lang)[field] for lang in languages})
        for criterion in draft.criterion_ids:
            criterion.update_field_translations("name", self._get_criterion_names(criterion))
        self._translate_rules(draft.rule_ids)
        for tier in draft.tier_ids.filtered(lambda tier: tier.company_id and tier.code in TIER_NAMES):
            tier.update_field_translations("name", self._get_translations(TIER_NAMES[tier.code]))

    def _get_criterion_names(self, criterion):
        """Return the method's own name of the criterion, else the metric's name, by language."""
        if criterion.key in CRITERION_NAMES:
            return self._get_translations(CRITERION_NAMES[criterion.key])
        return {lang: criterion.metric_id.with_context(lang=lang).name for lang in self._get_languages()}

    def _translate_rules(self, rules):
        for rule in rules.filtered(lambda rule: rule.key in RULE_NAMES):
            rule.update_field_translations("name", self._get_translations(RULE_NAMES[rule.key]))

    def _get_translations(self, name):
        return {lang: self.with_context(lang=lang).env._(name) for lang in self._get_languages()}

    def _get_languages(self):
        return [code for code, _name in self.env["res.lang"].get_installed()]

import json
from pathlib import PurePosixPath

from odoo import api, fields, models
from odoo.tools import SQL, file_open, file_path

from .kinds.rule_kinds import find_kind
from .policy_reader import PolicyReader
from .shipped_rows import SHIPPED_VALUE_TYPES
from .template_names import CRITERION_NAMES, RULE_NAMES, TIER_NAMES

# The language of names in files and policies.
SOURCE = "en_US"
# Of templates that other addons ship without a picture.
OWN_PICTURE = "/key_account_mgmt/static/img/templates/own.svg"


def _exists(name):
    try:
        return bool(file_path(name))
    except (FileNotFoundError, ValueError):
        return False


def _get_used_parts(content, part_of):
    """Return the parts that the file of a template uses.

    :param part_of: ``{code of the metric: part}``
    """
    kinds = {find_kind(table["kind"]).part for table in content.get("tables", ()) if table["rules"]}
    return kinds | {part_of.get(metric["code"]) for metric in content.get("metrics", ())}


class KeyAccountTemplate(models.Model):
    """A method of the literature as a starting rule set: a file in the form of Export, shipped with an addon."""

    _name = "key.account.template"
    _description = "Template of a Key Account Rule Set"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    summary = fields.Char(translate=True, help="The method in one sentence.")
    description = fields.Text(translate=True)
    sequence = fields.Integer(default=10)
    path = fields.Char(required=True, help="The file in its addon, such as key_account_mgmt/data/templates/name.json.")
    picture = fields.Char(compute="_compute_picture", help="Address of the picture on its card.")
    parts_text = fields.Char(
        "Needed Parts", compute="_compute_parts_text", help="Parts of the addon that the method needs and that are off."
    )

    @api.depends("path")
    def _compute_picture(self):
        """Compute the picture named as the file, beside it in the same addon."""
        for template in self:
            path = PurePosixPath(template.path or "")
            addon = path.parts[0] if path.parts else ""
            name = f"{addon}/static/img/templates/{path.stem}.svg"
            template.picture = f"/{name}" if _exists(name) else OWN_PICTURE

    @api.depends("path")
    @api.depends_context("lang", "uid")
    def _compute_parts_text(self):
        parts = self.env["key.account.part"]
        may_switch = parts._may_switch()
        for template, needed in self._get_off_parts().items():
            labels = self.env["key.account.formatter"]._format_list(parts._get_labels(needed))
            if not needed:
                template.parts_text = False
            elif may_switch:
                template.parts_text = self.env._("Switches on: %s", labels)
            else:
                template.parts_text = self.env._("Needs %s, which an administrator can switch on", labels)

    def _get_off_parts(self):
        """Return the parts that the methods need and that are switched off.

        :return: ``{template: [code of the part]}``
        """
        off = self.env["key.account.part"]._get_off()
        files = {template: json.loads(template._read_file()) if off else {} for template in self}
        metrics = self.env["key.account.metric"].with_context(active_test=False).search([("part", "in", off)])
        part_of = {metric.code: metric.part for metric in metrics}
        return {
            template: [part for part in off if part in _get_used_parts(content, part_of)]
            for template, content in files.items()
        }

    def _create_draft(self, company):
        """Create a draft of the template for the company, with the shipped vetoes and value types inactive.

        :param company: ``res.company``
        :return: ``key.account.ruleset``
        :raise UserError: a record that the file refers to is missing, or means something else here
        """
        self.ensure_one()
        reader = PolicyReader.of_file(self.env, self._read_file(), company)
        # The names in the file are English, so names taken from metrics must be English here, too.
        english, name = self.with_context(lang=SOURCE), self.name
        values = {**reader.with_lang(SOURCE).prepare_ruleset(name), "description": english.description}
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

    # --- Languages that are installed later ---

    @api.model
    def _translate_shipped_names(self, langs):
        """Translate what was made from templates before these languages were installed.

        Names that users changed, or translated themselves, stay. Rule sets in use are translated too: policies hold
        names in the source language, so no decision and no fingerprint changes.
        """
        templates = {template.name: template for template in self.with_context(lang=SOURCE).search([])}
        shipped = {
            "key.account.rule": ([("key", "in", list(RULE_NAMES))], lambda rule: RULE_NAMES[rule.key]),
            "key.account.criterion": (
                [("metric_id", "!=", False)],
                lambda criterion: CRITERION_NAMES.get(criterion.key, criterion.metric_id),
            ),
            "key.account.tier": ([("code", "in", list(TIER_NAMES))], lambda tier: TIER_NAMES[tier.code]),
            "key.account.ruleset": ([("name", "in", list(templates))], lambda ruleset: templates[ruleset.name]),
        }
        for model, (domain, get_name) in shipped.items():
            records = self.env[model].with_context(active_test=False, lang=SOURCE).search(domain)
            missing = {record: self._get_missing_names(record, get_name(record), langs) for record in records}
            self._add_names({record: names for record, names in missing.items() if names})

    def _get_missing_names(self, record, name, langs):
        """Return ``{lang: shipped name}`` for the languages in which a record still has the source's name.

        :param name: a lazy term, or a record with a translated name
        """
        if self._get_shipped_name(name, SOURCE) != record.name:
            return {}
        names = {lang: self._get_shipped_name(name, lang) for lang in langs}
        return {
            lang: text
            for lang, text in names.items()
            if text != record.name and record.with_context(lang=lang).name == record.name
        }

    def _get_shipped_name(self, name, lang):
        known = self.with_context(lang=lang)
        return name.with_context(lang=lang).name if isinstance(name, models.BaseModel) else known.env._(name)

    def _add_names(self, names):
        """Store translations as Odoo's import of terms does, in the database: records in use refuse other changes.

        :param names: ``{record: {lang: name}}``, all of one model
        """
        if not names:
            return
        records = next(iter(names)).union(*names)
        records.flush_recordset(["name"])
        self.env.cr.execute(
            SQL(
                """
                UPDATE %(table)s AS record
                   SET name = record.name || added.names::jsonb
                  FROM unnest(%(ids)s, %(names)s) AS added(id, names)
                 WHERE record.id = added.id
                """,
                table=SQL.identifier(records._table),
                ids=[record.id for record in names],
                names=[json.dumps(added) for added in names.values()],
            )
        )
        records.invalidate_recordset(["name"])

"""Keep those parts of the addon switched on that the database uses; until this version all of them were."""

from odoo import SUPERUSER_ID, api
from odoo.tools import SQL

# A row in one of these tables uses the part.
TABLES = {
    "caps": ["key_account_approval"],
    "credit": ["key_account_award", "key_account_credit_entry"],
    "appraisals": ["key_account_appraisal"],
    "targets": ["key_account_target"],
    "expectations": ["key_account_expectation"],
    "profiles": ["key_account_industry_profile", "key_account_customer_profile"],
    "territories": ["key_account_territory"],
    "costs": ["key_account_service_cost"],
    "comparisons": ["key_account_comparison"],
}

# Choices of the customer profile, which salespeople enter without an appraisal.
PROFILE_GRADES = {"company_size", "project_choice"}


def migrate(cr, version):
    env = api.Environment(cr, SUPERUSER_ID, {})
    _name_parts_of_grades(env)
    parts = _get_parts_of_records(env) | _get_parts_of_rules(env) | _get_parts_of_values(env)
    if env["res.partner"].search_count([("key_account_value_type", "!=", False)], limit=1):
        parts.add("value_types")
    # Companies whose orders are checked against Odoo's own limits, without a rule or an award.
    if env["res.company"].search_count([("key_account_credit_policy", "!=", "warn")], limit=1):
        parts.add("credit")
    if env["res.company"].search_count([("key_account_hour_cost", "!=", 0)], limit=1):
        parts.add("costs")
    env["key.account.part"]._switch_on(sorted(parts))


def _name_parts_of_grades(env):
    """Set the part of the grades that the addon ships; their data are never updated."""
    names = env["ir.model.data"].search([("module", "=", "key_account_mgmt"), ("model", "=", "key.account.metric")])
    metrics = env["key.account.metric"].with_context(active_test=False).browse(names.mapped("res_id")).exists()
    for metric in metrics.filtered(lambda metric: metric.source == "manual" and metric.kind == "choice"):
        metric.part = "profiles" if metric.code in PROFILE_GRADES else "appraisals"


def _get_parts_of_records(env):
    used = {part for part, tables in TABLES.items() if any(_has_rows(env, table) for table in tables)}
    return used | {"caps"}


def _has_rows(env, table):
    return bool(env.execute_query(SQL("SELECT 1 FROM %s LIMIT 1", SQL.identifier(table))))


def _get_parts_of_rules(env):
    """Return the parts of the rule sets that may decide again: those active, and drafts."""
    rulesets = env["key.account.ruleset"].search([("state", "!=", "retired")])
    return {part for ruleset in rulesets for part in ruleset._get_used_parts()}


def _get_parts_of_values(env):
    values = env["key.account.metric.value"]._read_group([], ["metric_id"])
    return {metric.part for (metric,) in values} - {False}

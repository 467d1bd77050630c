"""Conditions of a policy that are fields of the rule: columns of the row."""

from datetime import datetime

from odoo.fields import Command
from odoo.tools import format_date

from ..key_account_cap_vocabulary import CHOICE_COLUMNS, NAMES, NO_TIER, ORDER_DATE

DAY_COLUMNS = {">=": "date_from", "<=": "date_to"}


def prepare_condition(metric, operator, values):
    return {"metric": metric, "measure": "value", "operator": operator, "values": values}


# --- From records to a policy ---


def prepare_column_conditions(rule):
    """Return the columns as conditions of a policy: every filled column must hold."""
    return [
        *(prepare_condition(metric, "in", codes) for metric, codes in rule._get_options().items()),
        *(
            prepare_condition(ORDER_DATE, operator, [f"{rule[column]:%Y%m%d}"])
            for operator, column in DAY_COLUMNS.items()
            if rule[column]
        ),
    ]


def prepare_column_metrics(rules, tiers):
    """Return the metrics of the rules' columns, with the options in use.

    :param tiers: tiers of the rule set, the best one first
    """
    used = [rule._get_options() for rule in rules]
    options = {
        metric: sorted({code for codes in used for code in codes.get(metric, [])})
        for metric in CHOICE_COLUMNS
        if any(metric in codes for codes in used)
    }
    if "customer_tier" in options:
        options["customer_tier"] = [*tiers.mapped("code"), NO_TIER]
    metrics = [prepare_column_metric(rules.env, metric, "choice", codes) for metric, codes in options.items()]
    if any(rule.date_from or rule.date_to for rule in rules):
        metrics.append(prepare_column_metric(rules.env, ORDER_DATE, "number", []))
    return metrics


def prepare_column_metric(env, code, kind, options):
    name = env["key.account.cap.vocabulary"]._get_metric_name(code)
    return {"code": code, "name": name, "kind": kind, "options": options, "of": "line"}


# --- From a policy to records ---


def prepare_column_values(condition, reader):
    """Return a condition of a policy as values of the columns."""
    if condition.metric == ORDER_DATE:
        return {DAY_COLUMNS[condition.operator]: _read_day(condition)}
    column = CHOICE_COLUMNS[condition.metric]
    if condition.metric == "customer_value_type":
        return {column: condition.values[0]}
    codes = [code for code in condition.values if code != NO_TIER]
    known = reader.tiers if condition.metric == "customer_tier" else reader.find_records(condition.metric, codes)
    values = {column: [Command.set([known[code].id for code in codes])]}
    return {**values, "without_tier": True} if NO_TIER in condition.values else values


def find_column_misfit(env, row):
    """Return a message if the columns cannot express the policy: "none of these", or two conditions on one column."""
    seen = set()
    for condition in row.conditions:
        if condition.metric not in NAMES:
            continue
        place = (condition.metric, condition.operator if condition.metric == ORDER_DATE else None)
        if place in seen or not _fits_column(env, condition):
            return env._(
                "Rule “%(rule)s”: the condition on “%(metric)s” does not fit into its column, which takes one list"
                " of allowed values (or a first and a last day).",
                rule=row.name or row.key,
                metric=env["key.account.cap.vocabulary"]._get_metric_name(condition.metric),
            )
        seen.add(place)
    return None


def _fits_column(env, condition):
    if condition.metric == ORDER_DATE:
        return condition.operator in DAY_COLUMNS and _read_day(condition) is not None
    if condition.metric == "customer_value_type":
        known = env["key.account.rule"]._fields["customer_value_type"].get_values(env)
        return condition.operator in ("=", "in") and len(condition.values) == 1 and condition.values[0] in known
    return condition.operator in ("=", "in")


def _read_day(condition):
    try:
        return datetime.strptime(str(condition.values[0]), "%Y%m%d").date()
    except ValueError:
        return None


# --- As sentences ---


def get_column_phrases(rule, say):
    phrases = [
        say._get_choice_phrase(metric, say._get_column_label(metric), names)
        for metric in CHOICE_COLUMNS
        if (names := get_column_names(rule, metric))
    ]
    period = _get_period_phrase(rule)
    return [*phrases, period] if period else phrases


def get_column_names(rule, metric):
    """Return the names chosen in a column; they work on unsaved rows, for sentences shown while the user edits."""
    value = rule[CHOICE_COLUMNS[metric]]
    if metric == "customer_value_type":
        return [value] if value else []
    vocabulary = rule.env["key.account.cap.vocabulary"]
    names = [vocabulary._get_record_name(record) or "" for record in value]
    without = metric == "customer_tier" and rule.without_tier
    return [*names, rule.env._("none")] if without else names


def _get_period_phrase(rule):
    env = rule.env
    first, last = (format_date(env, day) if day else "" for day in (rule.date_from, rule.date_to))
    if first and last:
        return env._("the order date is from %(first)s to %(last)s", first=first, last=last)
    if first:
        return env._("the order date is %(first)s or later", first=first)
    return env._("the order date is %(last)s or earlier", last=last) if last else ""

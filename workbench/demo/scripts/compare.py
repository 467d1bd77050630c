"""Two more methods, as drafts beside the active rule set, and what all three make of the same customers."""

import time

from odoo.fields import Command

# Criteria with their points, and what the tiers go by: the best 15 % are A, the next 20 % B.
METHODS = {
    "Weighted Score": ({"revenue": 50, "invoice_count": 25, "active_months": 25}, "score"),
    "Purchase Frequency": ({"invoice_count": 100}, "invoice_count"),
}
TIERS = {"A": 15, "B": 35, "C": None}


def compare(env, user, evaluation):
    """Compare the methods on the evaluation's period, as ``user``; committed, so that it can be looked at."""
    drafts = [_make_draft(env, evaluation, name, *method) for name, method in METHODS.items()]
    rulesets = evaluation.ruleset_id.union(*drafts)
    comparison = env["key.account.comparison"].with_user(user).create(_prepare(evaluation, rulesets))
    started = time.monotonic()
    env["key.account.collector"]._collect_batches(
        comparison._get_scope(), {"revenue", "invoice_count", "active_months"}
    )
    collecting = time.monotonic() - started
    started = time.monotonic()
    comparison.action_compute()
    seconds = time.monotonic() - started
    env.cr.commit()
    return {
        "rulesets": comparison._get_rulesets().mapped("name"),
        "customers": comparison.customer_count,
        "agreed": comparison.agreed_count,
        "seconds": seconds,
        "collecting": collecting,
    }


def _prepare(evaluation, rulesets):
    return {
        "company_id": evaluation.company_id.id,
        "ruleset_ids": [Command.set(rulesets.ids)],
        "date_from": evaluation.date_from,
        "date_to": evaluation.date_to,
    }


def _make_draft(env, evaluation, name, criteria, ranked):
    """A draft with the tiers of the evaluation's rule set."""
    metrics = {metric.code: metric for metric in env["key.account.metric"].search([])}
    tiers = evaluation.ruleset_id.tier_ids
    draft = env["key.account.ruleset"].create(
        {
            "name": name,
            "company_id": evaluation.company_id.id,
            "tier_ids": [Command.set(tiers.ids)],
            "criterion_ids": [_prepare_criterion(metrics[code], points) for code, points in criteria.items()],
        }
    )
    for place, (code, percent) in enumerate(TIERS.items(), 1):
        tier = tiers.filtered_domain([("code", "=", code)])
        env["key.account.rule"].create(
            {"ruleset_id": draft.id, "sequence": 10 * place, **_prepare_rule(tier, metrics[ranked], percent)}
        )
    return draft


def _prepare_criterion(metric, points):
    values = {"name": metric.name, "metric_id": metric.id, "scale": "percentile", "max_points": points}
    return Command.create(values)


def _prepare_rule(tier, metric, percent):
    condition = {"metric_id": metric.id, "measure": "rank_pct", "operator": "<=", "value": percent}
    return {
        "name": f"Up to {percent} %" if percent else "All others",
        "kind": "tier",
        "tier_id": tier.id,
        "condition_ids": [Command.create(condition)] if percent else [],
    }

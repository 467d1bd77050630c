"""Every template as a draft, all of them on the same customers, side by side."""

from odoo.fields import Command


def compare_methods(env, user, evaluation):
    """Compare them on the evaluation's period, as ``user``; committed, so that it can be looked at.

    Gives back ``[{"name", "customers", "tiers"}]``, tiers as ``[[name, customers]]``, the best first.
    """
    drafts = [template._create_draft(evaluation.company_id) for template in env["key.account.template"].search([])]
    comparison = env["key.account.comparison"].with_user(user).create(_prepare(evaluation, drafts))
    comparison.action_compute()
    env.cr.commit()
    # What the scheduler does while a server runs.
    while comparison.state == "computing":
        env["key.account.comparison"]._cron_compute()
        comparison.invalidate_recordset()
    return [_describe(comparison, draft) for draft in drafts]


def _prepare(evaluation, drafts):
    return {
        "name": f"Every Method, {evaluation.name}",
        "company_id": evaluation.company_id.id,
        "ruleset_ids": [Command.set([draft.id for draft in drafts])],
        "date_from": evaluation.date_from,
        "date_to": evaluation.date_to,
    }


def _describe(comparison, draft):
    groups = comparison.line_ids._read_group(
        [("comparison_id", "=", comparison.id), ("ruleset_id", "=", draft.id)], ["tier_id"], ["__count"]
    )
    counts = {tier.id: count for tier, count in groups}
    tiers = [[tier.name, counts[tier.id]] for tier in draft.tier_ids.sorted("rank") if tier.id in counts]
    return {"name": draft.name, "customers": sum(counts.values()), "tiers": tiers}

"""What an evaluation says, as plain data: for the table and the file of `make demo`."""

from collections import Counter
from decimal import Decimal

BIGGEST = 10


def outcome(evaluation, seconds):
    lines = evaluation.line_ids
    judged = lines.filtered("in_population").sorted(lambda line: (line.rank or len(lines), line.partner_name))
    names = _veto_names(evaluation.policy)
    return {
        "evaluation": evaluation.name,
        "ruleset": evaluation.ruleset_id.display_name,
        "state": dict(evaluation._fields["state"]._description_selection(evaluation.env))[evaluation.state],
        "currency": evaluation.currency_id.name,
        "seconds": seconds,
        "tiers": _tiers(evaluation, judged),
        "vetoes": dict(Counter(name for line in judged for name in _vetoes(line, names))),
        "movements": dict(Counter(lines.mapped("movement"))),
        "biggest": [_described(line) for line in sorted(judged, key=_revenue, reverse=True)[:BIGGEST]],
        "rows": [_row(line, names) for line in judged],
    }


def _veto_names(policy):
    return {
        rule["key"]: rule["name"] for table in policy["tables"] if table["kind"] == "veto" for rule in table["rules"]
    }


def _tiers(evaluation, lines):
    """[name, customers, revenue], best first; the last one is for customers without a tier, if there are any."""
    groups = lines.grouped("tier_id")
    order = evaluation.ruleset_id.tier_ids.sorted("rank")
    if evaluation.env["key.account.tier"] in groups:
        order = [*order, evaluation.env["key.account.tier"]]
    found = [(tier.name or "none", groups.get(tier, lines.browse())) for tier in order]
    return [[name, len(group), str(sum(map(_revenue, group), Decimal(0)))] for name, group in found]


def _revenue(line):
    """From the frozen facts, where it is exact."""
    return Decimal(line.facts.get("revenue") or 0)


def _vetoes(line, names):
    return [names[reason["params"]["rule"]] for reason in line.reasons if reason["code"] == "veto"]


def _row(line, names):
    score = f"{line.score:.6f}".rstrip("0").rstrip(".")
    return [
        line.partner_name,
        str(_revenue(line)),
        score,
        line.rank,
        line.tier_id.name or "",
        ";".join(_vetoes(line, names)),
    ]


def _described(line):
    evaluation = line.evaluation_id
    sentences = line.env["key.account.explainer"]._get_reason_sentences(
        evaluation.policy, line.reasons, evaluation.currency_id
    )
    return {
        "customer": line.partner_name,
        "revenue": str(_revenue(line)),
        "score": f"{line.score:.2f}",
        "rank": line.rank,
        "tier": line.tier_id.name or "none",
        "reasons": [str(sentence) for sentence in sentences],
    }

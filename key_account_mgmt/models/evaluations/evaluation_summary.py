"""The result of an evaluation for readers: counts by tier and movement, as a table and as one line."""

from markupsafe import Markup

from odoo.tools.misc import formatLang

from .evaluation_run import MOVEMENTS


class EvaluationSummary:
    """Read-only: the lines of one evaluation, counted by tier."""

    def __init__(self, evaluation):
        self.evaluation = evaluation
        self.env = evaluation.env

    def get_rows(self):
        """Count the lines by tier and movement.

        :return: rows as ``get_tier_rows`` returns them
        """
        groups = self.env["key.account.evaluation.line"]._read_group(
            [("evaluation_id", "=", self.evaluation.id), ("decided", "=", True)],
            ["tier_id", "movement", "in_population", "vetoed"],
            ["__count", "revenue:sum"],
        )
        rows = [
            {
                "tier": tier,
                "movement": movement,
                "vetoed": vetoed,
                "count": count,
                "revenue": revenue,
                "in_population": inside,
            }
            for tier, movement, inside, vetoed, count, revenue in groups
        ]
        return get_tier_rows(rows)

    def render(self):
        """Render the table of tiers; False without lines."""
        rows = self.get_rows()
        return render_tier_rows(self.env, rows, self.evaluation.currency_id) if rows else False

    def get_counts_text(self):
        """Return the result in one line for the chatter: "Customers: 20 (A 3, B 4, C 13). Vetoes: 1. Overrides: 0."."""
        rows = self.get_rows()
        tiers = self.env["key.account.formatter"]._format_list(
            f"{row['tier'].name} {row['customers']}" for row in rows if row["tier"]
        )
        overrides = self.env["key.account.evaluation.line"].search_count(
            [("evaluation_id", "=", self.evaluation.id), ("override_tier_id", "!=", False)]
        )
        return self.env._(
            "Customers: %(customers)s (%(tiers)s). Vetoes: %(vetoes)s. Overrides: %(overrides)s.",
            customers=sum(row["customers"] for row in rows),
            tiers=tiers or self.env._("no tiers"),
            vetoes=sum(row["vetoes"] for row in rows),
            overrides=overrides,
        )


def get_tier_rows(groups):
    """Combine groups into one row per tier, the best first, lines without a tier last.

    :param groups: dicts of ``tier`` (record), ``movement``, ``vetoed``, ``count``, ``revenue``, ``in_population``
    """
    total = sum(group["revenue"] for group in groups if group["revenue"] > 0)
    rows = {}
    for group in groups:
        row = rows.setdefault(group["tier"], _prepare_tier_row(group["tier"]))
        row["movements"][group["movement"]] += group["count"]
        row["vetoes"] += group["count"] if group["vetoed"] else 0
        if group["in_population"]:
            row["customers"] += group["count"]
            row["revenue"] += group["revenue"]
    for row in rows.values():
        row["share"] = 100.0 * float(row["revenue"]) / float(total) if total else 0.0
    return sorted(rows.values(), key=lambda row: (not row["tier"], row["tier"].rank))


def _prepare_tier_row(tier):
    return {
        "tier": tier,
        "customers": 0,
        "revenue": 0,
        "vetoes": 0,
        "movements": dict.fromkeys((movement for movement, _label in MOVEMENTS), 0),
    }


def render_tier_rows(env, rows, currency):
    """Render the table of tiers, for an evaluation and for a preview.

    :param rows: as ``get_tier_rows`` returns them
    """
    labels = dict(env["key.account.evaluation.line"]._fields["movement"]._description_selection(env))
    return env["ir.qweb"]._render(
        "key_account_mgmt.evaluation_summary",
        {
            "rows": rows,
            # Only movements that occur: in a first evaluation no customer moves up or down.
            "movements": {
                movement: labels[movement]
                for movement, _label in MOVEMENTS
                if any(row["movements"][movement] for row in rows)
            },
            "format_amount": lambda amount: formatLang(env, float(amount), currency_obj=currency),
            "format_number": lambda number: formatLang(env, number, digits=0),
            "format_pct": lambda number: env._("%(number)s %%", number=formatLang(env, number, digits=1)),
        },
    )


def get_list_html(sentences):
    """Format sentences for the chatter: one as it is, several as a list."""
    if len(sentences) == 1:
        return sentences[0]
    return Markup("<ul>%s</ul>") % Markup("").join(Markup("<li>%s</li>") % sentence for sentence in sentences)

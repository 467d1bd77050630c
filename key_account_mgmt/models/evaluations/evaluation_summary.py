"""The result of an evaluation for readers: counts by tier and movement, as a table and as one line."""

import json

from markupsafe import Markup

from odoo.exceptions import UserError
from odoo.tools.misc import formatLang

from .evaluation_run import MOVEMENTS

# Which lines a figure of the table counts; the figures of movements count those of the movement.
FIGURES = {
    "customers": [("in_population", "=", True)],
    "vetoes": [("vetoed", "=", True)],
    "overrides": [("override_tier_id", "!=", False)],
    "missing": [("has_missing", "=", True)],
    **{movement: [("movement", "=", movement)] for movement, _label in MOVEMENTS},
}
ALL_TIERS = "all"
# As what lines are counted; all lines together are the sum.
COUNTED = ("customers", "lost", "kept")


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
            self._get_domain(),
            ["tier_id", "movement", "in_population", "vetoed", "has_missing"],
            ["__count", "override_tier_id:count", "revenue:sum"],
        )
        rows = [
            {
                "tier": tier,
                "movement": movement,
                "vetoed": vetoed,
                "missing": missing,
                "count": count,
                "overrides": overrides,
                "revenue": revenue,
                "in_population": inside,
            }
            for tier, movement, inside, vetoed, missing, count, overrides, revenue in groups
        ]
        return get_tier_rows(rows)

    def _get_domain(self):
        return [("evaluation_id", "=", self.evaluation.id), ("decided", "=", True)]

    def get_figure_domain(self, tier, figure):
        """Return the domain of the lines that a figure of the table counts.

        :param tier: id of a tier, False for lines without a tier, or ``ALL_TIERS``
        :param figure: a key of ``FIGURES``
        """
        if figure not in FIGURES or not (tier == ALL_TIERS or tier is False or type(tier) is int):
            raise UserError(self.env._("The result has no such figure. Open the evaluation and click the figure."))
        of_tier = [] if tier == ALL_TIERS else [("tier_id", "=", tier)]
        return [*self._get_domain(), *of_tier, *FIGURES[figure]]

    def get_figure_title(self, tier, figure):
        """Return the name of the list that a figure opens, such as "Tier B: Down"."""
        label = get_figure_labels(self.env)[figure]
        if tier == ALL_TIERS:
            return label
        name = tier and self.env["key.account.tier"].browse(tier).name
        return self.env._("%(tier)s: %(figure)s", tier=name or self.env._("No tier"), figure=label)

    def render(self):
        """Render the table of tiers, each figure a button that opens its lines; False without lines."""
        rows = self.get_rows()
        return render_tier_rows(self.env, rows, self.evaluation.currency_id, opens=True) if rows else False

    def get_counts_text(self):
        """Return the result in one line for the chatter: "Customers: 20 (A 3, B 4, C 13). Vetoes: 1. Overrides: 0."."""
        rows = self.get_rows()
        tiers = self.env["key.account.formatter"]._format_list(
            f"{row['tier'].name} {row['customers']}" for row in rows if row["tier"]
        )
        return self.env._(
            "Customers: %(customers)s (%(tiers)s). Vetoes: %(vetoes)s. Overrides: %(overrides)s.",
            customers=format_counts(self.env, *(sum(row[name] for row in rows) for name in COUNTED)),
            tiers=tiers or self.env._("no tiers"),
            vetoes=sum(row["vetoes"] for row in rows),
            overrides=sum(row["overrides"] for row in rows),
        )


def get_tier_rows(groups):
    """Combine groups into one row per tier, the best first, lines without a tier last.

    :param groups: dicts of ``tier`` (record), ``movement``, ``vetoed``, ``missing``, ``count``, ``overrides`` (how many
        of them are overridden), ``revenue``, ``in_population``
    """
    total = sum(group["revenue"] for group in groups if group["revenue"] > 0)
    rows = {}
    for group in groups:
        row = rows.setdefault(group["tier"], _prepare_tier_row(group["tier"]))
        row["movements"][group["movement"]] += group["count"]
        row["vetoes"] += group["count"] if group["vetoed"] else 0
        row["missing"] += group["count"] if group["missing"] else 0
        row["overrides"] += group["overrides"]
        row[get_counted_as(group["in_population"], group["movement"])] += group["count"]
        row["revenue"] += group["revenue"]
    for row in rows.values():
        row["share"] = 100.0 * float(row["revenue"]) / float(total) if total else 0.0
    return sorted(rows.values(), key=lambda row: (not row["tier"], row["tier"].rank))


def _prepare_tier_row(tier):
    return {
        "tier": tier,
        "customers": 0,
        "lost": 0,
        "kept": 0,
        "revenue": 0,
        "vetoes": 0,
        "overrides": 0,
        "missing": 0,
        "movements": dict.fromkeys((movement for movement, _label in MOVEMENTS), 0),
    }


def get_figure_labels(env):
    """Return the headings of the columns of figures."""
    return {
        "customers": env._("Customers"),
        **dict(env["key.account.evaluation.line"]._fields["movement"]._description_selection(env)),
        "vetoes": env._("Vetoes"),
        "overrides": env._("Overrides"),
        "missing": env._("Missing Values"),
    }


def get_counted_as(in_population, movement):
    """Return as what a line is counted, one of ``COUNTED``: without business, a customer loses its tier or keeps it."""
    if in_population:
        return "customers"
    return "lost" if movement == "lost" else "kept"


def format_counts(env, customers, lost, kept):
    """Return the numbers of evaluated customers and of those without business in the period: "283 + 17 lost"."""
    return " + ".join(_get_count_texts(env, customers, lost, kept))


def _get_count_texts(env, customers, lost, kept):
    texts = [formatLang(env, customers, digits=0)]
    if lost:
        texts.append(env._("%s lost", formatLang(env, lost, digits=0)))
    if kept:
        texts.append(env._("%s kept by an override", formatLang(env, kept, digits=0)))
    return texts


def render_tier_rows(env, rows, currency, opens=False):
    """Render the table of tiers, for an evaluation and for a preview.

    :param rows: as ``get_tier_rows`` returns them
    :param opens: figures are buttons with their arguments of ``action_open_figure`` as JSON in ``data-figure``
    """
    columns = _get_figure_columns(env, rows)
    figures = [{name: _get_figure(row, name) for name in ("customers", *columns)} for row in rows]
    total = {name: sum(one[name] for one in figures) for name in ("customers", *columns)}
    return env["ir.qweb"]._render(
        "key_account_mgmt.evaluation_summary",
        {
            "rows": [
                (row, _get_cells(numbers, row["tier"].id, opens)) for row, numbers in zip(rows, figures, strict=True)
            ],
            "columns": columns,
            "total": _get_cells(total, ALL_TIERS, opens),
            "revenue": sum(row["revenue"] for row in rows),
            "others": _get_count_texts(env, *(sum(row[name] for row in rows) for name in COUNTED))[1:],
            "format_amount": lambda amount: formatLang(env, float(amount), currency_obj=currency),
            "format_number": lambda number: formatLang(env, number, digits=0),
            "format_pct": lambda number: env._("%(number)s %%", number=formatLang(env, number, digits=1)),
        },
    )


def _get_figure_columns(env, rows):
    """Return ``{figure: heading}``. Vetoes, and what occurs: in a first evaluation no customer moves up."""
    labels = get_figure_labels(env)
    return {
        name: label
        for name, label in labels.items()
        if name != "customers" and (name == "vetoes" or any(_get_figure(row, name) for row in rows))
    }


def _get_figure(row, name):
    return row["movements"][name] if name in row["movements"] else row[name]


def _get_cells(numbers, tier, opens):
    """Return the figures of a row as ``{figure: (number, JSON of what it opens, or False)}``."""
    return {name: (number, opens and json.dumps([tier, name])) for name, number in numbers.items()}


def get_list_html(sentences):
    """Format sentences for the chatter: one as it is, several as a list."""
    if len(sentences) == 1:
        return sentences[0]
    return Markup("<ul>%s</ul>") % Markup("").join(Markup("<li>%s</li>") % sentence for sentence in sentences)

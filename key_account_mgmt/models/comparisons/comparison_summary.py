"""The summary of a comparison for its readers: each rule set, each pair of them, and where all agree."""

from decimal import Decimal


class ComparisonSummary:
    """Read-only: the result of a comparison as values of its template."""

    def __init__(self, comparison):
        self.comparison = comparison
        self.env = comparison.env
        self.formatter = self.env["key.account.formatter"]

    def get_values(self):
        """Return the values of the result's template."""
        methods = self._get_method_rows()
        share = (
            Decimal(100 * self.comparison.agreed_count) / self.comparison.customer_count
            if self.comparison.customer_count
            else Decimal(0)
        )
        return {
            "methods": methods,
            "correlations": self._get_correlation_rows(methods),
            "pairs": [self._get_pair_row(pair, methods) for pair in self.comparison.result["pairs"]],
            "agreement": self.env._(
                "All rule sets agree on %(agreed)s of %(total)s customers (%(share)s).",
                agreed=self._format_count(self.comparison.agreed_count),
                total=self._format_count(self.comparison.customer_count),
                share=self._format_share(share),
            ),
            "agreed_width": round(share),
        }

    def _get_method_rows(self):
        """Return the rule sets under their current names, with their tiers and the coverage of the best tier."""
        methods = self.comparison.result["methods"]
        rulesets = self.env["key.account.ruleset"].browse(method["ruleset_id"] for method in methods).exists()
        names = {ruleset.id: ruleset.display_name for ruleset in rulesets}
        tiers = self.env["key.account.tier"].browse(
            tier["id"] for method in methods for tier in method["tiers"] if tier["id"]
        )
        known = {tier.id: tier for tier in tiers.exists()}
        return [
            {
                "name": names.get(method["ruleset_id"]) or method["name"],
                "scored": method["scored"],
                "tiers": [
                    self._get_tier_cell(tier, known.get(tier["id"]), place)
                    for place, tier in enumerate(method["tiers"], 1)
                ],
                **self._get_top_cells(method["top"]),
            }
            for method in methods
        ]

    def _get_tier_cell(self, tier, record, place):
        return {
            "code": tier["code"],
            "place": place if tier["code"] else None,
            "name": (record and record.name) or tier["code"] or self.env._("No tier"),
            "color": record.color if record else 0,
            "customers": self._format_count(tier["customers"]),
        }

    def _get_top_cells(self, top):
        share = top["share_pct"]
        return {
            "top_customers": self._format_count(top["customers"]),
            "top_revenue": self.formatter._format_amount(top["revenue"], self.comparison.currency_id),
            "top_share": None if share is None else self._format_share(share),
            "top_width": round(float(share or 0)),
        }

    def _get_correlation_rows(self, methods):
        """Return a square of texts: the correlation of each pair of rule sets; None where it is not defined."""
        found = {}
        for pair in self.comparison.result["pairs"]:
            value = pair["correlation"]
            shown = None if value is None else self.formatter._format_number(value, 3)
            found[pair["first"], pair["second"]] = found[pair["second"], pair["first"]] = shown
        places = range(len(methods))
        return [
            {"name": methods[row]["name"], "cells": [found.get((row, column)) for column in places], "own": row}
            for row in places
        ]

    def _get_pair_row(self, pair, methods):
        """Return the matrix of two rule sets as rows of cells."""
        first, second = methods[pair["first"]], methods[pair["second"]]
        counts = {(before, now): count for before, now, count in pair["matrix"]}
        return {
            "first": first,
            "second": second,
            "moves": self.env._(
                "%(count)s customers (%(share)s) are in another tier.",
                count=self._format_count(pair["moved"]),
                share=self._format_share(Decimal(100 * pair["moved"]) / self.comparison.customer_count),
            ),
            "rows": [
                {
                    "tier": before,
                    "cells": [
                        {
                            "same": before["place"] == now["place"],
                            "count": self._format_count(counts.get((before["code"], now["code"]), 0)),
                            "empty": (before["code"], now["code"]) not in counts,
                        }
                        for now in second["tiers"]
                    ],
                }
                for before in first["tiers"]
            ],
        }

    def _format_count(self, number):
        return self.formatter._format_number(number)

    def _format_share(self, number):
        return self.formatter._format_percentage(number, 1)

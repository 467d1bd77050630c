from datetime import datetime
from decimal import Decimal

from odoo import api, models
from odoo.tools import format_date

from ...shared.numbers import exact_text
from ..key_account_cap_vocabulary import CHOICE_COLUMNS
from .key_account_labels import Labels


class KeyAccountPhrase(models.AbstractModel):
    """Rows of discount caps in the user's words."""

    _inherit = "key.account.phrase"

    @api.model
    def _format_day(self, value):
        """A day as policies have it (20261231) in the user's spelling; what is none as it is."""
        try:
            day = datetime.strptime(str(value), "%Y%m%d")
        except ValueError:
            return str(value)
        return format_date(self.env, day.date())

    @api.model
    def _get_column_phrases(self, rule):
        if rule.kind != "discount_cap":
            return super()._get_column_phrases(rule)
        phrases = [
            self._get_column_phrase(metric, names)
            for metric in CHOICE_COLUMNS
            if (names := self._get_column_names(rule, metric))
        ]
        period = self._get_period_phrase(rule)
        return [*phrases, period] if period else phrases

    @api.model
    def _get_column_phrase(self, metric, names):
        labels = Labels(metrics={metric: self._get_column_label(metric)})
        condition = {"metric": metric, "measure": "value", "operator": "in", "values": names}
        return self._get_condition_phrase(condition, labels, None)

    @api.model
    def _get_column_names(self, rule, metric):
        """What is chosen in a column, by name: rows are put into words while they are typed, before they are saved."""
        value = rule[CHOICE_COLUMNS[metric]]
        if metric == "customer_kind":
            return [value] if value else []
        vocabulary = self.env["key.account.cap.vocabulary"]
        names = [vocabulary._get_record_name(record) or "" for record in value]
        without = metric == "customer_tier" and rule.without_tier
        return [*names, self.env._("none")] if without else names

    @api.model
    def _get_period_phrase(self, rule):
        first, last = (format_date(self.env, day) if day else "" for day in (rule.date_from, rule.date_to))
        if first and last:
            return self.env._("the order is made from %(first)s to %(last)s", first=first, last=last)
        if first:
            return self.env._("the order is made from %(first)s on", first=first)
        return self.env._("the order is made until %(last)s", last=last) if last else ""

    @api.model
    def _get_unconditional_sentence(self, kind, outcome):
        if kind != "discount_cap":
            return super()._get_unconditional_sentence(kind, outcome)
        return self.env._("Every other order line: %(outcome)s", outcome=outcome)

    @api.model
    def _get_outcome_phrase(self, rule):
        if rule.kind != "discount_cap":
            return super()._get_outcome_phrase(rule)
        floor = exact_text(rule.margin_floor) if rule.has_margin_floor else None
        return self._get_cap_phrase(exact_text(rule.cap), floor)

    @api.model
    def _get_cap_phrase(self, cap, margin_floor):
        """What a row allows; both are exact numbers in %, the floor may be None."""
        allowed = self.env._("at most %(cap)s discount", cap=self._format_percentage(cap))
        if not Decimal(cap):
            allowed = self.env._("no discount")
        if margin_floor is None:
            return allowed
        floor = self._format_percentage(margin_floor)
        return self.env._("%(allowed)s and at least %(floor)s margin", allowed=allowed, floor=floor)

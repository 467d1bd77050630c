"""Who of Finance may decide on awards, and what the decision writes."""

import math
from decimal import Decimal

from odoo import fields
from odoo.exceptions import AccessError, UserError

from ..shared.access import FINANCE


class AwardDeciders:
    """Who may decide on awards: users of Finance who were not involved in their evaluation."""

    def __init__(self, awards):
        self.awards = awards
        self.env = awards.env

    def check_user(self):
        """Check that the user is of Finance and was not involved. Superuser mode does not bypass the check."""
        if not self.env.user.has_group(FINANCE):
            raise AccessError(
                self.env._(
                    "Finance decides on awards. Ask a user with the access right Key Accounts: Finance / Finance."
                )
            )
        if involved := self._filter_involved(self.env.user)[:1]:
            raise AccessError(
                self.env._(
                    "You created, submitted, changed or applied “%(evaluation)s”, so another finance user must"
                    " decide on %(award)s.",
                    evaluation=involved.evaluation_id.name,
                    award=involved.name,
                )
            )

    def may_decide(self):
        """Return whether the user is of Finance and was not involved in any of the awards."""
        return self.env.user.has_group(FINANCE) and not self._filter_involved(self.env.user)

    def _filter_involved(self, user):
        """Return the awards that a user was involved in, so that another user has to decide on them."""
        authors = {evaluation: evaluation._get_award_authors() for evaluation in self.awards.evaluation_id}
        # sudo: only the identity of the users is read
        return self.awards.filtered(
            lambda award: user in authors[award.evaluation_id] | award.sudo()._get_involved_users()
        )


# What Finance may decide differently from the proposal.
CHANGEABLE = ("approved_amount", "estimated_cost", "valid_until", "expiry_date", "user_id")


class AwardApproval:
    """One decision of Finance to grant awards, as proposed or with changes."""

    def __init__(self, awards, changes, comment, amounts=None):
        """Prepare the decision.

        :param changes: the changes by Finance, for all awards
        :param amounts: ``{award: amount}`` for awards with another amount than proposed
        """
        self.awards = awards
        self.env = awards.env
        self.changes = changes
        self.comment = comment
        self.amounts = amounts or {}

    def get_values(self):
        """Return ``{award: values}``: what approving writes.

        :raises UserError: a change that is not possible
        """
        values = {award: self._get_approved_values(award) for award in self.awards}
        for award in self.awards:
            self._check(award, values[award])
        return values

    def _get_changes(self, award):
        return {**self.changes, "approved_amount": self.amounts[award]} if award in self.amounts else self.changes

    def _get_approved_values(self, award):
        """Return the values of one award; dates that its kind does not have are ignored."""
        changes, is_credit = self._get_changes(award), award.kind == "credit"
        amount = get_amount(award, changes.get("approved_amount", award.proposed))
        if award.currency_id.compare_amounts(amount, award.proposed) and not self.comment:
            raise UserError(self.env._("Say why %s gets another amount than proposed.", award.partner_name))
        cost = changes.get("estimated_cost", amount if is_cost_amount(award) else award.estimated_cost)
        return {
            "state": "approved" if is_credit else "promised",
            "approved_amount": amount,
            "estimated_cost": 0.0 if is_credit else get_amount(award, cost),
            "valid_until": is_credit and fields.Date.to_date(changes.get("valid_until") or False),
            "expiry_date": not is_credit and fields.Date.to_date(changes.get("expiry_date") or False),
            "user_id": changes.get("user_id") or award.user_id.id,
        }

    # -------------------------------------------------------------------------
    # Checks
    # -------------------------------------------------------------------------

    def _check(self, award, values):
        if not award.partner_id:
            raise UserError(
                self.env._("%s was deleted, so the award cannot be granted. Refuse it.", award.partner_name)
            )
        self._check_dates(award, values)
        self._check_responsible(award, values["user_id"])

    def _check_responsible(self, award, user_id):
        """Check that the responsible user has access to the award."""
        # sudo: users of other companies are not readable, and must still be refused with a clear message
        user = self.env["res.users"].sudo().browse(user_id or [])
        if user_id != award.user_id.id and (user.share or award.company_id not in user.company_ids):
            raise UserError(
                self.env._(
                    "%(user)s does not work in %(company)s and cannot be responsible.",
                    user=user.name,
                    company=award.company_id.name,
                )
            )

    def _check_dates(self, award, values):
        today = fields.Date.context_today(award)
        for name in ("valid_until", "expiry_date"):
            if values[name] and values[name] < today:
                raise UserError(
                    self.env._(
                        "The award of %(customer)s would end on %(date)s, which is in the past. Choose a later day, or"
                        " none.",
                        customer=award.partner_name,
                        date=fields.Date.to_string(values[name]),
                    )
                )


def group_by_values(values):
    """Group awards by equal values: ``[(values, awards)]``."""
    groups = {}
    for award, vals in values.items():
        groups.setdefault(tuple(vals.items()), []).append(award)
    return [
        (dict(items), awards[0].union(*awards).with_prefetch(awards[0]._prefetch_ids))
        for items, awards in groups.items()
    ]


def is_cost_amount(award):
    """Return whether the cost is the amount itself, as for a bonus: the cost then follows the amount."""
    return not award.currency_id.compare_amounts(award.estimated_cost, award.proposed)


def get_amount(award, amount):
    """Round an amount that a user entered to the currency of the award."""
    number = _read_number(amount)
    if number is None or not math.isfinite(number) or number < 0:
        raise UserError(
            award.env._(
                "%(amount)s is not a valid amount for %(customer)s. Enter zero or more.",
                amount=amount,
                customer=award.partner_name,
            )
        )
    return award.currency_id.round(number)


def get_percent(env, percent):
    """Return the share that a user entered, as a Decimal: from nothing to less than everything."""
    number = _read_number(percent)
    if number is None or not 0 <= number < 100:
        raise UserError(env._("%s is not a valid share. Enter a percentage from 0 to less than 100.", percent))
    return Decimal(repr(number))


def _read_number(amount):
    try:
        return float(amount or 0)
    except (TypeError, ValueError):
        return None


def get_approved_text(award):
    """Return what was approved, for the chatter."""
    formatter = award.env["key.account.formatter"]
    amount = formatter._format_amount(repr(award.approved_amount), award.currency_id)
    values = {"amount": amount, "comment": award.comment or ""}
    if award.currency_id.compare_amounts(award.approved_amount, award.proposed):
        return award.env._("Approved with another amount: %(amount)s. %(comment)s", **values)
    return award.env._("Approved: %(amount)s. %(comment)s", **values).strip()

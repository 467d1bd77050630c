"""The page of a customer: what it is worth and what comes next, as template values in the user's language."""

from decimal import Decimal

from odoo import fields
from odoo.tools import format_date

from ..credit.res_partner import CREDIT_READERS
from .customer_history import CustomerHistory

# Rewards named one by one; a customer rarely has more.
MOST_REWARDS = 4
OPEN_REWARDS = ("proposed", "promised")


class CustomerPages:
    """The pages of some customers in the current company. Every room is asked once for all of them.

    Each figure is read with the rights of the user.
    """

    def __init__(self, customers):
        self.env = customers.env
        self.customers = customers
        self.company = self.env.company
        self.formatter = self.env["key.account.formatter"]
        self.parts = self.env["key.account.part"]._get_on()
        self.histories = CustomerHistory.of(customers)
        self.caps = customers._get_key_account_general_caps() if "caps" in self.parts else {}
        self.rewards = self._read("key.account.award", ("state", "in", OPEN_REWARDS), ("kind", "!=", "credit"))
        self.approvals = self._read("key.account.approval", ("state", "=", "requested"))
        self.appraisals = self._read("key.account.appraisal", ("state", "=", "draft"))

    def _read(self, model, *conditions):
        """Return the records of all customers that the user may see: ``{customer: records}``."""
        part = {"key.account.award": {"credit"}, "key.account.appraisal": {"appraisals"}}
        needed = part.get(model, {"caps", "credit"})
        if needed.isdisjoint(self.parts) or not self.env[model].has_access("read"):
            return {}
        domain = [("partner_id", "in", self.customers.ids), ("company_id", "=", self.company.id), *conditions]
        return self.env[model].search(domain).grouped("partner_id")

    def render(self, customer):
        """Return the page of one of the customers as HTML."""
        history = self.histories[customer]
        return self.env["ir.qweb"]._render(
            "key_account_mgmt.customer_page",
            {
                "tier": customer.key_account_tier_id,
                "since": customer.key_account_tier_date and format_date(self.env, customer.key_account_tier_date),
                "line": history.in_force,
                "reason": self._get_reason(customer, history),
                "tiles": [tile for tile in self._get_tiles(customer, history) if tile],
                "chart": history.get_chart(),
                "steps": self._get_steps(customer),
            },
        )

    def _get_reason(self, customer, history):
        """Return why the customer has its tier; a line that the user may not see gives no reason."""
        if history.in_force:
            return history.in_force.reason_text
        if customer.key_account_evaluation_id:
            return ""
        if customer.key_account_tier_id:
            return self.env._("The tier was set by hand.")
        return self.env._("Not evaluated yet.")

    # -------------------------------------------------------------------------
    # Tiles
    # -------------------------------------------------------------------------

    def _get_tiles(self, customer, history):
        return [
            history.in_force and self._get_score_tile(history),
            self._get_revenue_tile(customer, history),
            "targets" in self.parts and self._get_target_tile(customer),
            customer in self.caps and self._get_cap_tile(*self.caps[customer]),
            self._sees_credit(customer) and self._get_credit_tile(customer),
            "credit" in self.parts and self._get_reward_tile(self.rewards.get(customer, ())),
        ]

    def _get_tile(self, name, value, *notes, **options):
        """Return the values of a tile; empty notes are left out.

        :param options: ``bar`` in %; ``alert``: what needs attention; ``good``: what is fine
        """
        shown = [note for note in notes if note]
        return {"name": name, "value": value, "notes": shown, "bar": None, "alert": "", "good": "", **options}

    def _get_score_tile(self, history):
        line, before = history.in_force, history.before
        return self._get_tile(
            self.env._("Score"),
            self._format_score(line),
            self.env._("Rank %(rank)s", rank=line.rank) if line.rank else "",
            before
            and self.env._(
                "%(period)s: %(score)s, rank %(rank)s",
                period=history.get_period(before),
                score=self._format_score(before),
                rank=before.rank,
            ),
        )

    def _format_score(self, line):
        return self.formatter._format_number(repr(line.score), 2, trim=True)

    def _get_revenue_tile(self, customer, history):
        return self._get_tile(
            self.env._("Revenue This Year"),
            self._format(customer.key_account_year_revenue),
            *history.get_growth_texts(),
        )

    def _get_target_tile(self, customer):
        name, target = self.env._("Target This Year"), customer.key_account_year_target
        if not target:
            return self._get_tile(name, self.env._("none"))
        courses = dict(customer._fields["key_account_course"]._description_selection(self.env))
        behind = customer.key_account_course == "behind"
        course = courses.get(customer.key_account_course, "")
        return self._get_tile(
            name,
            self.formatter._format_percentage(customer.key_account_target_pct),
            self.env._("of %(amount)s", amount=self._format(target)),
            bar=customer.key_account_target_pct,
            **{"alert" if behind else "good": course},
        )

    def _get_cap_tile(self, cap, has_others):
        if cap is None:
            allowed = self.env._("no general cap")
        elif cap:
            allowed = self.env._("up to %(cap)s", cap=self.formatter._format_percentage(cap))
        else:
            allowed = self.env._("none")
        others = has_others and self.env._("Other caps may hold for some products or orders.")
        return self._get_tile(self.env._("Discount Allowed"), allowed, others)

    def _sees_credit(self, customer):
        return (
            "credit" in self.parts
            and self.env.user.has_groups(CREDIT_READERS)
            and (customer.key_account_uses_credit or customer.key_account_overdue > 0)
        )

    def _get_credit_tile(self, customer):
        state = customer.key_account_credit_state
        limited, overdue = state == "limited", customer.key_account_overdue
        states = dict(customer._fields["key_account_credit_state"]._description_selection(self.env))
        left = self.env._("%(amount)s left", amount=self._format(customer.key_account_credit_free))
        limit = self.env._("Limit: %(amount)s", amount=self._format(customer.key_account_shown_limit))
        return self._get_tile(
            self.env._("Credit"),
            left if limited else states[state],
            limited and limit,
            self.env._("Used: %(amount)s", amount=self._format(customer.key_account_credit_used)),
            bar=customer.key_account_credit_pct if limited else None,
            alert=self.env._("Overdue: %(amount)s", amount=self._format(overdue)) if overdue > 0 else "",
        )

    def _get_reward_tile(self, rewards):
        promised = sum(reward.approved_amount for reward in rewards if reward.state == "promised")
        count = self.formatter._format_number(len(rewards))
        texts = [self._get_reward_text(reward) for reward in rewards[:MOST_REWARDS]]
        value = self._format(promised) if promised else count if rewards else self.env._("none")
        return self._get_tile(self.env._("Rewards Promised"), value, *texts)

    def _get_reward_text(self, reward):
        states = dict(reward._fields["state"]._description_selection(self.env))
        amount = reward.approved_amount if reward.state == "promised" else reward.proposed
        named = self.env._("%(reward)s, %(amount)s", reward=reward.rule_name, amount=self._format(amount))
        return self.env._(
            "%(reward)s (%(state)s)", reward=named if amount else reward.rule_name, state=states[reward.state]
        )

    def _format(self, amount):
        """Format an amount in company currency; whole amounts without decimals."""
        return self.formatter._format_amount(Decimal(repr(amount)), self.company.currency_id, trim=True)

    # -------------------------------------------------------------------------
    # Next steps
    # -------------------------------------------------------------------------

    def _get_steps(self, customer):
        """Return what is planned with the customer or waits for a decision, as ``{"text", "url", "late"}``."""
        approvals = self.approvals.get(customer, self.env["key.account.approval"])
        grades = self.appraisals.get(customer, ())
        steps = [self._get_activity_step(activity) for activity in customer.activity_ids.sorted("date_deadline")[:1]]
        steps += [self._get_approval_step(approval) for approval in approvals]
        if grades:
            text = self.env._("Grades to give: %(number)s", number=self.formatter._format_number(len(grades)))
            steps.append({"text": text, "url": "/odoo/key-account-grades", "late": False})
        return steps

    def _get_activity_step(self, activity):
        text = self.env._(
            "%(activity)s, %(date)s (%(user)s)",
            activity=activity.summary or activity.activity_type_id.name,
            date=format_date(self.env, activity.date_deadline),
            user=activity.user_id.name,
        )
        return {"text": text, "url": False, "late": activity.date_deadline < fields.Date.context_today(activity)}

    def _get_approval_step(self, approval):
        text = self.env._("Waiting for approval: %(approval)s", approval=approval.name)
        return {"text": text, "url": f"/odoo/key.account.approval/{approval.id}", "late": False}

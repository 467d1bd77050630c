from odoo import api, fields, models
from odoo.exceptions import AccessError

from ...rules import CreditUse
from ..credit.res_partner import CREDIT_READERS
from ..credit.sale_order_line import OPEN_FIELD
from ..discounts.key_account_discount_value import ZERO

# Records that an order and its lines refer to, and that the figures disclose something about.
ORDER_REFERENCES = {"company_id", "partner_id", "partner_invoice_id", "pricelist_id", "team_id"}
LINE_REFERENCES = {"product_id", "tax_ids", "combo_item_id", "product_no_variant_attribute_value_ids"}
# The status of an order over its caps, by its consent.
CONSENTED = {"approved": "approved", "requested": "waiting", "lapsed": "changed"}


class SaleOrder(models.Model):
    """Computes what an open form shows in addition to the fields: the customer's tier, the discounts of the order.

    None of it is a field of the form: users would wait for it on each change of a line. The form requests it after its
    own onchange is done.
    """

    _inherit = "sale.order"

    key_account_cap_status = fields.Selection(
        [
            ("within", "Within Cap"),
            ("over", "Over Cap"),
            ("waiting", "Waiting for Approval"),
            ("approved", "Approved"),
            ("changed", "Approved, but Changed Since"),
            ("held", "Held"),
        ],
        string="Discount",
        compute="_compute_key_account_cap_status",
        groups="base.group_user",
        help="Status of the order against its discount caps. Empty: no line has a cap.",
    )
    # Set by the guard: when a customer confirms an order, the guard holds it instead of refusing it.
    key_account_held_on = fields.Datetime(
        "Held Since",
        readonly=True,
        copy=False,
        groups="base.group_user",
        help="When the customer accepted or paid the order although it exceeds its caps or limits.",
    )

    def get_key_account_figures(self, values):
        """Return the figures of the order as it is in the form.

        :param dict values: the changes in the form, as the web client sends them to ``onchange``; for a new order all
            values
        :rtype: dict
        """
        self.check_access("read")
        order = self.new(values, origin=self or None)
        order._check_key_account_references(values)
        # Stored figures of the saved order do not count here.
        order.modified(["order_line"])
        order._judge_key_account_form()
        return order._prepare_key_account_figures()

    def _check_key_account_references(self, values):
        """Raise if values refer to records that the user may not read: remote callers can send any id.

        :raise AccessError: a record that the user may not read, or a line of another order
        """
        lines = self.order_line
        if lines._origin - self._origin.order_line or lines.linked_line_id._origin - self._origin.order_line:
            raise AccessError(self.env._("These lines belong to another order."))
        for records, names in ((self, ORDER_REFERENCES.intersection(values)), (lines, LINE_REFERENCES)):
            for name in names:
                records[name]._origin.check_access("read")

    def _judge_key_account_form(self):
        """Judge the order once, for its figures and its status."""
        verdicts = self.env["key.account.discount"]._judge_orders(self, strict=False)
        # sudo: as in the compute methods of both fields, which would judge once each
        self.sudo()._show_key_account_verdicts(verdicts)
        self._show_key_account_cap_status(verdicts)

    def _prepare_key_account_figures(self):
        """Return the figures of the order. Other addons extend them.

        :return: ``tier`` (name and color); for the discounts ``has_caps`` (in this company), ``capped``, ``over``,
            ``problem``, ``status``, ``status_text``, ``excess_text``, ``remaining_text``, and ``lines`` by id, unsaved
            ones
            by virtual id: ``{"capped", "cap", "given_pct", "over", …}``; for all kinds ``decides`` (kinds of requests
            that wait for the user), ``credit``, and ``alerts`` as returned by ``_prepare_key_account_alerts``
        """
        credit, credit_alerts = self._prepare_key_account_credit_figures()
        tier, verdict = self.key_account_tier_id, self.key_account_verdict or {}
        statuses = dict(self._fields["key_account_cap_status"]._description_selection(self.env))
        lines = verdict.get("lines", {})
        return {
            "tier": tier and {"name": tier.name, "color": tier.color},
            # sudo: whether there are caps does not depend on the user's right to read the company's settings
            "has_caps": bool(self.company_id and self.company_id.sudo()._get_key_account_cap_ruleset()),
            "capped": bool(verdict),
            "over": verdict.get("over", False),
            "problem": verdict.get("problem"),
            "status": self.key_account_cap_status,
            "status_text": statuses.get(self.key_account_cap_status),
            "excess_text": self._format_key_account_amount(verdict.get("excess", 0)),
            "remaining_text": self._format_key_account_amount(verdict.get("remaining", 0)),
            "decides": self._get_key_account_kinds_to_decide(),
            "credit": credit,
            "alerts": self._add_key_account_waiting([*self._prepare_key_account_alerts(verdict), *credit_alerts]),
            "lines": {
                line._origin.id or line.id.ref: lines[str(line.id)] for line in self.order_line if str(line.id) in lines
            },
        }

    def _add_key_account_waiting(self, alerts):
        """Return the alerts; those that wait for an approval with ``waiting_text``: with whom, and since when."""
        if not any(alert["status"] == "waiting" for alert in alerts):
            return alerts
        # sudo: salespeople may know who decides on their orders; only names and the day are shown
        requests = self._origin.sudo()._get_key_account_requests()
        texts = {request.kind: request._get_waiting_text() for request in requests}
        return [
            {**alert, "waiting_text": texts.get(alert["kind"])} if alert["status"] == "waiting" else alert
            for alert in alerts
        ]

    def _get_key_account_kinds_to_decide(self):
        """Return the kinds of the requests that wait for the user's decision."""
        # Without a request nothing is looked up: typing must stay fast.
        waits = self.key_account_approval_state == "waiting"
        return self._origin._get_key_account_requests().filtered("waiting_for_me").mapped("kind") if waits else []

    def _prepare_key_account_alerts(self, verdict):
        """Return what stops the order, or what the user should know about it.

        :return: ``[{"kind", "status", "text"}]``; the status is one of ``key_account_cap_status``, or ``problem`` (the
            text says why there is no judgement), ``blocked`` (no approval is possible) or ``noted`` (the order is not
            stopped)
        """
        if not verdict.get("over"):
            return []
        if verdict.get("problem"):
            return [{"kind": "discount", "status": "problem", "text": verdict["problem"]}]
        text = self.env["key.account.discount"]._describe_excess(
            {"excess": repr(verdict["excess"])}, self.company_id.currency_id
        )
        return [{"kind": "discount", "status": self.key_account_cap_status, "text": text}]

    def _format_key_account_amount(self, amount):
        currency = (self.company_id or self.env.company).currency_id
        return self.env["key.account.formatter"]._format_amount(repr(amount), currency)

    # -------------------------------------------------------------------------
    # The status of an order against its discount caps, in one word
    # -------------------------------------------------------------------------

    @api.depends(
        "key_account_verdict",
        "key_account_has_discount_cap",
        "key_account_over_cap",
        "key_account_approval_state",
        "key_account_held_on",
    )
    def _compute_key_account_cap_status(self):
        asked = self._get_key_account_asked()
        self._show_key_account_cap_status(self.env["key.account.discount"]._judge_orders(asked, strict=False))

    def _show_key_account_cap_status(self, verdicts):
        """Set the status of orders from their verdicts, which only those with a request or an approval need."""
        asked = self._get_key_account_asked()
        consents = self.env["key.account.approval"]._get_consents(asked, "discount", verdicts) if asked else {}
        for order in self:
            order.key_account_cap_status = order._get_key_account_cap_status(consents.get(order))

    def _get_key_account_asked(self):
        """Return the orders over their caps with a request or an approval, which may cover them."""
        # Without one nothing is looked up: typing must stay fast.
        return self.filtered(lambda order: order.key_account_approval_state and order.key_account_over_cap)

    def _get_key_account_cap_status(self, consent):
        """Return the status of one order.

        :param consent: as returned by ``key.account.approval._get_consents``
        """
        if not self.key_account_over_cap:
            return "within" if self.key_account_has_discount_cap else False
        return self._get_key_account_held_status(CONSENTED.get(consent, "over"))

    def _get_key_account_held_status(self, status):
        """Return "held" for an order on hold that still waits for consent, else the status as it is."""
        return "held" if status in ("over", "changed") and self.key_account_held_on else status

    # -------------------------------------------------------------------------
    # The credit of the invoiced customer, among the figures of an order
    # -------------------------------------------------------------------------

    def _prepare_key_account_credit_figures(self):
        """Return the figures of ``_prepare_key_account_credit``, and alerts on exceeded credit.

        Return None and no alerts if limits are not used, without a customer, and for users who may not see them.
        """
        company = self.company_id
        uses_credit = company and company._uses_key_account_credit()
        if not uses_credit or not self.partner_invoice_id or not self.env.user.has_groups(CREDIT_READERS):
            return None, []
        verdict = self._get_key_account_credit_verdict()
        use = verdict.use if verdict else self._get_key_account_credit_use(company)
        alerts = self._prepare_key_account_credit_alerts(verdict, use)
        return self._prepare_key_account_credit(company, use), alerts

    def _get_key_account_credit_verdict(self):
        """Return the credit verdict on the order as it is in the form; None if no limit or overdue amount applies."""
        # Stored amounts of the saved lines do not count here.
        self.env.add_to_compute(self.order_line._fields[OPEN_FIELD], self.order_line)
        return self.env["key.account.credit"]._judge_orders(self, strict=False).get(self)

    def _get_key_account_credit_use(self, company):
        """Return the credit use of the order in the form, in companies that stop no orders.

        In a branch it is the use with less left, of the branch or its parent company.
        """
        customer = self.partner_invoice_id._origin.commercial_partner_id
        exposure, uses = self.env["key.account.exposure"], []
        for limiting in company._get_key_account_limiting():
            limit = customer._get_key_account_limits(customer, limiting)[customer]
            if limit is not None:
                used = exposure._get_exposures(customer, limiting, without_orders=self._origin)[customer].used
                uses.append(CreditUse(limit, used, exposure._get_order_values(self, strict=False).get(self, ZERO)))
        return min(uses, key=lambda use: use.limit - use.used, default=CreditUse(None, ZERO, ZERO))

    def _prepare_key_account_credit(self, company, use):
        """Return the credit figures of the invoiced customer; amounts as text in company currency.

        :param CreditUse use: of this order
        :return: ``state``, ``state_text``, ``overdue_text`` (if overdue amounts stop orders); with a limit, also one of
            zero: ``limit_text``, ``used_text`` (by other documents), ``value_text`` (of this order once it is
            confirmed), ``free_text`` (after that), ``over_text`` (the excess), ``over`` and ``pct``
        """
        customer = self.partner_invoice_id._origin.commercial_partner_id
        state = customer._get_key_account_credit_state(use.limit)
        states = dict(customer._fields["key_account_credit_state"]._description_selection(self.env))
        formatter = self.env["key.account.formatter"]
        credit = {
            "state": state,
            "state_text": states[state],
            "overdue_text": formatter._format_amount(use.overdue, company.currency_id) if use.overdue else False,
        }
        if use.limit is None:
            return credit
        free = use.limit - use.used - use.value
        amounts = {
            "limit_text": use.limit,
            "used_text": use.used,
            "value_text": use.value,
            "free_text": free,
            "over_text": max(ZERO, -free),
        }
        return {
            **credit,
            **{name: formatter._format_amount(amount, company.currency_id) for name, amount in amounts.items()},
            "over": free < 0,
            "pct": customer._get_key_account_credit_pct(use.used + use.value, use.limit),
        }

    # -------------------------------------------------------------------------
    # Exceeded credit
    # -------------------------------------------------------------------------

    def _prepare_key_account_credit_alerts(self, verdict, use):
        """Return no alert or one, as in ``_prepare_key_account_alerts``."""
        if verdict and verdict.problem:
            return [{"kind": "credit", "status": "problem", "text": verdict.problem}]
        if not use.over:
            return []
        details = {"excess": str(use.excess), "overdue": str(use.overdue)}
        text = self.env["key.account.credit"]._describe_excess(details, self.company_id.currency_id)
        return [{"kind": "credit", "status": self._get_key_account_credit_status(verdict), "text": text}]

    def _get_key_account_credit_status(self, verdict):
        """Return the status of an order that exceeds the credit of its customer.

        :param verdict: None if the company stops no orders
        """
        company = verdict.company if verdict else self.company_id
        policy = company._get_key_account_credit_facts().policy
        if policy != "approval":
            return "blocked" if policy == "block" else "noted"
        approvals = self.env["key.account.approval"]
        # Without a request or an approval nothing is looked up: typing must stay fast.
        asked = self.key_account_approval_state
        consent = approvals._get_consents(self, "credit", {self: verdict})[self] if asked else None
        return self._get_key_account_held_status(CONSENTED.get(consent, "over"))

    def action_open_key_account_exposure(self):
        """Open the documents that make up the used credit of the invoiced customer."""
        self.ensure_one()
        return self.partner_invoice_id.with_company(self.company_id).action_open_key_account_exposure()

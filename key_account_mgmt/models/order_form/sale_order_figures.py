from odoo import models
from odoo.exceptions import AccessError

# What an order and its lines name, and the figures tell something of.
ORDER_REFERENCES = {"company_id", "partner_id", "partner_invoice_id", "pricelist_id", "team_id"}
LINE_REFERENCES = {"product_id", "tax_ids", "combo_item_id", "product_no_variant_attribute_value_ids"}


class SaleOrder(models.Model):
    """What an open form shows of an order beside its own fields: the customer's tier, what the order gives away.

    None of it is a field of the form: whoever types would wait for it with each change of a line. The form asks for it
    after its own work is done.
    """

    _inherit = "sale.order"  # pylint: disable=consider-merging-classes-inherited

    def get_key_account_figures(self, values):
        """The figures of the order as it is in the form.

        :param dict values: what was changed in the form, as the web client sends it to ``onchange``; of a new order all
        :rtype: dict
        """
        self.check_access("read")
        order = self.new(values, origin=self or None)
        order._check_key_account_references(values)
        # What is stored of the saved order does not count here.
        order.modified(["order_line"])
        return order._prepare_key_account_figures()

    def _check_key_account_references(self, values):
        """Refuse figures of what the user may not read: values of a remote call name whatever they like.

        :raise AccessError: a record that the user may not read, or a line of another order
        """
        lines = self.order_line
        if lines._origin - self._origin.order_line or lines.linked_line_id._origin - self._origin.order_line:
            raise AccessError(self.env._("These lines belong to another order."))
        for records, names in ((self, ORDER_REFERENCES.intersection(values)), (lines, LINE_REFERENCES)):
            for name in names:
                records[name]._origin.check_access("read")

    def _prepare_key_account_figures(self):
        """The figures, extended by what else is to be shown.

        :return: ``tier`` (name and color), and for the discounts: ``has_caps`` (in this company), ``capped``, ``over``,
            ``problem``, ``status``, ``status_text``, ``excess_text``, ``room_text``, and ``lines`` by id, those that
            were not saved by their virtual id: ``{"capped", "cap", "given_pct", "over", …}``; of all kinds
            ``decides`` (kinds of requests that wait for the user), and ``alerts`` of ``_prepare_key_account_alerts``
        """
        tier, verdict = self.key_account_tier_id, self.key_account_verdict or {}
        statuses = dict(self._fields["key_account_cap_status"]._description_selection(self.env))
        lines = verdict.get("lines", {})
        return {
            "tier": tier and {"name": tier.name, "color": tier.color},
            # sudo: whether there are caps does not depend on who may read the company's settings
            "has_caps": bool(self.company_id.sudo().key_account_cap_ruleset_id),
            "capped": bool(verdict),
            "over": verdict.get("over", False),
            "problem": verdict.get("problem"),
            "status": self.key_account_cap_status,
            "status_text": statuses.get(self.key_account_cap_status),
            "excess_text": self._format_key_account_amount(verdict.get("excess", 0)),
            "room_text": self._format_key_account_amount(verdict.get("room", 0)),
            "decides": self._get_key_account_kinds_to_decide(),
            "alerts": self._prepare_key_account_alerts(verdict),
            "lines": {
                line._origin.id or line.id.ref: lines[str(line.id)] for line in self.order_line if str(line.id) in lines
            },
        }

    def _get_key_account_kinds_to_decide(self):
        """Kinds of the requests that wait for the user's decision."""
        # Without a request nothing is looked up: typing must stay fast.
        waits = self.key_account_approval_state == "waiting"
        return self._origin._get_key_account_requests().filtered("waiting_for_me").mapped("kind") if waits else []

    def _prepare_key_account_alerts(self, verdict):
        """What stops the order, or what somebody should know of it.

        :return: ``[{"kind", "status", "text"}]``; the status is one of ``key_account_cap_status``, or ``problem`` (the
            text says why there is no judgement), ``blocked`` (nobody can be asked) or ``noted`` (nobody is stopped)
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

from odoo import api, models

from ..shared.access import KEY_ACCOUNT_MANAGER

APPROVAL_KINDS = [("discount", "Discount"), ("credit", "Credit")]


class KeyAccountApprovalJudge(models.AbstractModel):
    """What approvals ask of a model that judges orders, and the words of its kind.

    There is one such model for each kind of approval; ``key.account.approval._get_judges`` says which. Besides what is
    here it has ``_judge_orders(orders, strict=True)``: ``{order: verdict}``. A verdict has ``over``, ``problem`` (why
    there is no judgement), ``excess`` (Decimal, company currency), ``get_terms()`` (what somebody consents to, as JSON)
    and ``is_covered(terms)``.
    """

    _name = "key.account.approval.judge"
    _description = "Judge of Orders That May Need Approval"

    @api.model
    def _get_approved_customer(self, order):
        """Whose deal an order is: another commercial partner's is not what somebody consented to."""
        return order.partner_id.commercial_partner_id

    @api.model
    def _get_approver_groups(self):
        """External ids of the groups that decide without a level: the first of them that has members does."""
        return [KEY_ACCOUNT_MANAGER]

    @api.model
    def _get_obstacle(self, order, verdict):
        """Why nobody can be asked, as a sentence with what to do instead; None where somebody can."""
        return

    @api.model
    def _prepare_details(self, verdict):
        """A verdict in the words of the day, as JSON that an approval keeps: amounts as exact text, names."""
        raise NotImplementedError

    @api.model
    def _describe_excess(self, details, currency):
        """By how much an order is over what, in a few words.

        :param dict details: as of ``_prepare_details``
        """
        raise NotImplementedError

    @api.model
    def _get_details_template(self):
        """External id of the template of the table."""
        raise NotImplementedError

    @api.model
    def _get_rendering_values(self, details):
        """What the template knows beside the details and the functions that write amounts."""
        return {}

    @api.model
    def _render_details(self, details, currency):
        """The table as HTML, in the reader's language."""
        if not details:
            return False
        formatter = self.env["key.account.formatter"]

        def amount(value):
            return "" if value is None else formatter._format_amount(value, currency)

        def percentage(value):
            return "" if value is None else formatter._format_percentage(value)

        return self.env["ir.qweb"]._render(
            self._get_details_template(),
            {
                **details,
                **self._get_rendering_values(details),
                "amount": amount,
                "percentage": percentage,
                "number": lambda value: formatter._format_number(value) if value else "",
            },
        )

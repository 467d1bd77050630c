from odoo import api, models

from ..shared.access import KEY_ACCOUNT_MANAGER

APPROVAL_KINDS = [("discount", "Discount"), ("credit", "Credit")]


class KeyAccountApprovalJudge(models.AbstractModel):
    """The interface for approvals of a model that judges orders, and the texts of its kind.

    There is one such model for each kind of approval; ``key.account.approval._get_judges`` names them. In addition to
    the methods here, it has ``_judge_orders(orders, strict=True)``: ``{order: verdict}``. A verdict has ``over``,
    ``problem`` (why there is no judgement), ``excess`` (Decimal, company currency), ``get_terms()`` (the terms that an
    approval covers, as JSON) and ``is_covered(terms)``.
    """

    _name = "key.account.approval.judge"
    _description = "Judge of Orders That May Need Approval"

    @api.model
    def _get_approved_customer(self, order):
        """Return the commercial partner whose deal the order is: an approval covers no other partner's deal."""
        return order.partner_id.commercial_partner_id

    @api.model
    def _get_approver_groups(self):
        """Return external ids of the groups that decide without a level; the first one with members decides."""
        return [KEY_ACCOUNT_MANAGER]

    @api.model
    def _get_obstacle(self, order, verdict):
        """Return a sentence why no approval is possible and what to do instead; None if one is possible."""
        return

    @api.model
    def _prepare_details(self, verdict):
        """Return a verdict as JSON that an approval keeps: names as of today, amounts as exact text."""
        raise NotImplementedError

    @api.model
    def _describe_excess(self, details, currency):
        """Return in a few words which limit an order exceeds, and by how much.

        :param dict details: as returned by ``_prepare_details``
        """
        raise NotImplementedError

    @api.model
    def _compare_details(self, then, now, currency):
        """Return what changed between two of ``_prepare_details``, as ``[(what, then, now)]`` for users."""
        raise NotImplementedError

    @api.model
    def _get_details_template(self):
        """Return the external id of the template of the table."""
        raise NotImplementedError

    @api.model
    def _get_rendering_values(self, details):
        """Return the template's values in addition to the details and the functions that format amounts."""
        return {}

    @api.model
    def _render_details(self, details, currency):
        """Return the table as HTML, in the reader's language."""
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

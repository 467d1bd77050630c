from decimal import ROUND_HALF_UP, Decimal, localcontext

from odoo import api, fields, models
from odoo.tools import SQL
from odoo.tools.misc import split_every

from ..discounts.key_account_discount_value import EXACT, ZERO
from ..discounts.sale_order import FIGURES
from ..shared.numbers import LARGEST_STEPS
from .sale_order_line import FILL_BATCH_SIZE

CUSTOMER_INVOICES = ("out_invoice", "out_receipt")
RECURRENCES = ("monthly", "quarterly", "yearly")


class AccountMove(models.Model):
    """Computes how much credit a draft customer invoice uses.

    It is computed from what users enter: quantity, price, discount and taxes of the lines. Odoo's totals come from
    journal items, which a user who presses *Create Invoice* with a context key can leave out.
    """

    _name = "account.move"
    _inherit = ["account.move", "key.account.protected.columns.mixin"]

    key_account_draft_amount = fields.Monetary(
        "Credit Used as Draft",
        compute="_compute_key_account_draft_amount",
        store=True,
        copy=False,
        prefetch=FIGURES,
        groups="base.group_user",
        help="Total of a draft invoice, taxes included; zero once it is posted or cancelled.",
    )
    key_account_draft_from = fields.Date(
        "Uses Credit from",
        compute="_compute_key_account_draft_amount",
        store=True,
        copy=False,
        prefetch=FIGURES,
        groups="base.group_user",
        help="The next invoice of a series that Odoo posts automatically uses credit from its date.",
    )

    # For the list of drafts that count against the customer's credit.
    _key_account_draft_idx = models.Index(
        "(partner_id, company_id) WHERE state = 'draft' AND key_account_draft_amount > 0"
    )

    @api.depends(
        "state",
        "move_type",
        "currency_id",
        "auto_post",
        "auto_post_origin_id",
        "date",
        "line_ids.display_type",
        "line_ids.quantity",
        "line_ids.price_unit",
        "line_ids.discount",
        "line_ids.tax_ids",
        "line_ids.extra_tax_data",
        "line_ids.sale_line_ids",
    )
    def _compute_key_account_draft_amount(self):
        drafts = self.filtered(lambda move: move.state == "draft" and move.move_type in CUSTOMER_INVOICES)
        (self - drafts).key_account_draft_amount = 0
        (self - drafts).key_account_draft_from = False
        with localcontext(EXACT):
            for move in drafts:
                move.key_account_draft_amount = move._get_key_account_draft_amount()
                move.key_account_draft_from = move._get_key_account_draft_from()

    def _get_key_account_draft_amount(self):
        """Return the total in the draft's currency, taxes included; negative for a future credit note."""
        taxes = self.env["account.tax"]
        lines = self.line_ids.filtered(lambda line: line.display_type == "product")
        base_lines = [self._prepare_product_base_line_for_taxes_computation(line) for line in lines]
        taxes._add_tax_details_in_base_lines(base_lines, self.company_id)
        taxes._round_base_lines_tax_details(base_lines, self.company_id)
        total = sum((self._get_key_account_line_total(base_line["tax_details"]) for base_line in base_lines), ZERO)
        step = Decimal(1).scaleb(-self.currency_id.decimal_places)
        most = LARGEST_STEPS * step
        return float(max(-most, min(total, most)).quantize(step, ROUND_HALF_UP))

    @api.model
    def _get_key_account_line_total(self, details):
        # Odoo assigns the rounding difference of several lines to one of them.
        net = Decimal(repr(details["total_excluded_currency"])) + Decimal(
            repr(details["delta_total_excluded_currency"])
        )
        total = net + sum((Decimal(repr(tax["tax_amount_currency"])) for tax in details["taxes_data"]), ZERO)
        # Negative taxes only count once posted: salespeople can choose those of the order.
        return total if net < 0 else total + self.env["account.tax"]._get_key_account_negative(details)

    def _get_key_account_draft_from(self):
        """Return the date of the next invoice of a recurring series; False for other drafts and for drafts of orders.

        A draft of an order counts at once, since the order no longer counts the drafted quantity.
        """
        comes_by_itself = self.auto_post in RECURRENCES and self.auto_post_origin_id and not self.line_ids.sale_line_ids
        return self.date if comes_by_itself else False

    @api.model
    def _fill_key_account_draft_amounts(self):
        """Compute the amount of drafts that are older than the addon, once; database triggers update the exposure."""
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                "SELECT id FROM account_move WHERE state = 'draft' AND move_type IN %s"
                " AND key_account_draft_amount IS NULL ORDER BY id",
                CUSTOMER_INVOICES,
            )
        )
        for batch in split_every(FILL_BATCH_SIZE, [move_id for [move_id] in rows]):
            drafts = self.browse(batch)
            self.env.add_to_compute(self._fields["key_account_draft_amount"], drafts)
            self.env.add_to_compute(self._fields["key_account_draft_from"], drafts)
            drafts.flush_recordset()
            self.env.invalidate_all()

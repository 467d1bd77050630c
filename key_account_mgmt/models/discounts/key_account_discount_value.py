from decimal import ROUND_HALF_UP, Context, Decimal, localcontext
from typing import Any, NamedTuple

from odoo import api, models
from odoo.exceptions import UserError

# Wide enough for a price times a quantity, both at the largest accepted value.
EXACT = Context(prec=60, rounding=ROUND_HALF_UP)
LARGEST = 1e15
# Odoo rounds each of the amounts that a line has in addition to its price, rounds what it books, and spreads the cents
# that remain when taxes are included in prices.
CENTS = 5
# Odoo's prices are binary fractions: smaller differences are noise and must not tip a rounding.
FLOAT_NOISE = Decimal("0.00000001")
HUNDRED = Decimal(100)
ZERO = Decimal(0)


class PricedDocument(NamedTuple):
    """An order, and what its lines (or those of an invoice made from it) have in common."""

    order: Any
    company: Any
    company_currency: Any
    customer: Any  # commercial partner of the ordering contact
    payer: Any  # commercial partner of the invoiced contact
    currency: Any


class PricedLine(NamedTuple):
    """A line of an order or of an invoice, with all that determines its value; everything from base fields."""

    record: Any  # sale.order.line or account.move.line
    source: Any  # the sale.order.line that knows attributes and combo of the product
    document: PricedDocument
    product: Any
    template: Any  # of the product: read directly, since reading it through the product is slower
    uom: Any
    quantity: float
    price_unit: float
    discount: float
    taxes: Any

    @property
    def terms(self):
        """Return the goods and their price: lines with the same terms, in one currency, cost the same."""
        return self[3:]


class LineValue(NamedTuple):
    """Amounts of a whole line, in company currency and untaxed; ``reference`` is None when there is none."""

    net: Decimal
    reference: Decimal | None
    slack: Decimal
    quantity: Decimal  # in the product's own unit
    unit_net: Decimal  # per that unit, in the currency of the document


class KeyAccountDiscountValue(models.AbstractModel):
    """Computes the value of a line and what the customer pays for it: the only place that computes these figures."""

    _name = "key.account.discount.value"
    _description = "Net and Reference Value of Order Lines"

    @api.model
    def _get_values(self, lines, reference="list_price"):
        """Return the net and reference value of each line; the effective discount is ``1 − net ÷ reference``.

        *Net* is what the customer pays for the whole line without taxes: price × (1 − discount) × quantity, less the
        part of it that is tax included in the price (Odoo's own tax computation says how much), in company currency
        at today's rate (the server's date, never the order's). It is computed from the fields that users enter,
        never read from stored totals.

        *Reference* is what the same quantity is worth at list price: the product's sales price with the extra prices
        of its attributes, converted from the line's unit to the product's as Odoo converts when it delivers (also
        between units of different kinds: by their absolute quantities), less the included part of the product's *own*
        taxes, in company currency. With ``reference="pricelist"`` it is the price that the customer's own pricelist
        (not the order's) gives today. Parts of a complete combo are worth their share of the combo's price; a part
        without its siblings is worth its own list price. There is no reference without product, for the head of a
        combo, for expenses passed on at cost, where the price is zero or less, and for a quantity of zero or less: a
        negative quantity takes money off the order, and nothing in the order shows that goods come back for it.

        Example: 2 dozen at 540.00 EUR with 10 % discount, product 50.00 USD a piece, 1 EUR = 2 USD. Net is
        540 × 0.9 × 2 × 2 = 1,944 USD, reference 24 × 50 = 1,200 USD: no discount, but 62 % more. The same price with
        a 20 % tax included in it is 1,620 USD net. At 24.00 EUR a dozen, net is 86.40 USD: 92.8 % discount.

        :param list[PricedLine] lines: as returned by ``_prepare_order`` and others
        :param reference: ``list_price`` or ``pricelist``, the setting of the rule set; None: not needed
        :rtype: list[LineValue]
        :raise UserError: a price that is no number or beyond 10^15
        :raise MissingRate: a foreign currency without any rate
        """
        with localcontext(EXACT):
            return self._settle(lines, self._get_unsettled_values(lines, reference))

    @api.model
    def _get_unsettled_values(self, lines, reference):
        """Return the values of ``_get_values``, with every deduction counted as a discount."""
        memo = {"rates": {}, "included": {}, "prices": {}, "combos": self._has_combos(lines)}
        prices = self.env["key.account.reference.price"]
        return [self._get_value(line, prices, reference, memo) for line in lines]

    @api.model
    def _has_combos(self, lines):
        """Return whether any line is part of a combo: in most orders none is, and no more is read of the lines."""
        ids = [source_id for line in lines for source_id in line.source._ids]
        return bool(self.env["sale.order.line"].browse(ids).combo_item_id)

    @api.model
    def _get_document_rate(self, document, memo):
        """Return the value of one unit of a document's currency, looked up once for all of its lines."""
        key = id(document)
        if key not in memo["rates"]:
            rate = self.env["key.account.exchange"]._get_rate(document.currency, document, memo["rates"])
            memo["rates"][key] = rate
        return memo["rates"][key]

    @api.model
    def _settle(self, lines, values):
        """Return the same values without deductions that are payments: money that the customer paid before.

        Addons that know such payments extend this; the order alone cannot prove one.
        """
        return values

    @api.model
    def _prepare_order(self, order):
        """Return the lines of an order in the form that ``_get_values`` expects, without titles and notes.

        :rtype: list[PricedLine]
        """
        document = self._prepare_document(order, order.currency_id, order.partner_invoice_id)
        return [
            PricedLine(
                record=line,
                source=line,
                document=document,
                product=(product := line.product_id),
                template=product.product_tmpl_id,
                uom=line.product_uom_id,
                quantity=line.product_uom_qty,
                price_unit=line.price_unit,
                discount=line.discount,
                taxes=line.tax_ids,
            )
            for line in order.order_line
            if not line.display_type
        ]

    @api.model
    def _get_in_own_currency(self, lines):
        """Return the same lines, valued in the currency of their document: no rate is needed."""
        documents = {id(line.document): line.document for line in lines}
        own = {key: one._replace(company_currency=one.currency) for key, one in documents.items()}
        return [line._replace(document=own[id(line.document)]) for line in lines]

    @api.model
    def _prepare_document(self, order, currency, invoiced):
        """Return what the lines of an order, or of its invoice to ``invoiced``, have in common."""
        company = order.company_id or order.env.company
        customer = order.partner_id.commercial_partner_id
        return PricedDocument(
            order=order,
            company=company,
            company_currency=company.currency_id,
            customer=customer,
            payer=invoiced.commercial_partner_id or customer,
            currency=currency or company.currency_id,
        )

    @api.model
    def _get_value(self, line, prices, reference, memo):
        # Line by line: a line with unusable numbers must not count as one worth 0.
        quantity = self._get_exact(line.quantity, line)
        rate = self._get_document_rate(line.document, memo)
        paid = self._get_paid(line, quantity, memo)
        units = quantity * self._get_unit_factor(line)
        worth, slack = None, ZERO
        if reference and line.product and units > 0 and line.template.type != "combo":
            price, slack = prices._get_price(line, reference, memo)
            worth = self._quantize(price * units) if price > 0 else None
        return LineValue(
            net=self._quantize(paid * rate),
            reference=worth,
            slack=self._quantize(slack * units) if worth and slack else ZERO,
            quantity=self._quantize(units),
            unit_net=self._quantize(paid / units) if units else ZERO,
        )

    @api.model
    def _get_paid(self, line, quantity, memo):
        """Return the untaxed amount of the line in the currency of its document.

        For an invoice line, this is the booked amount if it is less than price, discount and taxes give.
        """
        if line.record._name != "account.move.line":
            return self._get_said(line, quantity, memo)
        # Lines of credit notes come with their sign turned; both amounts are computed with the original sign.
        said = line._replace(quantity=line.record.quantity)
        turned = -1 if line.record.move_id.move_type == "out_refund" else 1
        paid = self._get_said(said, self._get_exact(said.quantity, line), memo) * turned
        return paid if self._is_booked(line, paid) else self._get_booked(line)

    @api.model
    def _get_said(self, line, quantity, memo):
        """Return the untaxed amount that results from price, discount and taxes of the line."""
        price = self._get_exact(line.price_unit, line)
        share = 1 - self._get_exact(line.discount, line) / HUNDRED
        if (line.record.extra_tax_data or {}).get("manual_tax_amounts"):
            return self._get_manual_amount(line)
        if line.taxes and (self._has_included_tax(line.taxes, memo) or self._has_lowering_tax(line.taxes, memo)):
            details = self._get_tax_details(line.taxes, price * share, quantity, line)
            untaxed = self._get_exact(details["total_excluded"], line)
            return untaxed - self._get_lowered(untaxed, details, line)
        return price * share * quantity

    @api.model
    def _get_untaxed(self, taxes, price, line):
        """Return ``price``, per product unit, less the taxes included in it."""
        details = self._get_tax_details(taxes, price, 1, line, product_uom=line.template.uom_id)
        return self._get_exact(details["total_excluded"], line)

    @api.model
    def _get_tax_details(self, taxes, price, quantity, line, **options):
        """Return the details of Odoo's own tax computation, not rounded."""
        options = {"product_uom": line.uom, **options}
        return taxes._get_tax_details(
            float(price), float(quantity), rounding_method="round_globally", product=line.product, **options
        )

    @api.model
    def _get_lowered(self, untaxed, details, line):
        """Return the amount that negative taxes deduct from a line with a positive price: in effect a discount."""
        return self.env["account.tax"]._get_key_account_lowered(details["taxes_data"], line) if untaxed >= 0 else ZERO

    @api.model
    def _get_manual_amount(self, line):
        """Return Odoo's figure for lines with own amounts in addition to price and taxes, such as its global discounts.

        Salespeople can write such amounts. Only the part of the total that the line's taxes explain counts as tax: a
        tax of −180.00 on 200.00 is a price.
        """
        taxes = self.env["account.tax"]
        base_line = self._prepare_base_line(line.record)
        taxes._add_tax_details_in_base_line(base_line, line.document.company)
        taxes._round_base_lines_tax_details([base_line], line.document.company)
        total, untaxed = (
            self._get_exact(base_line["tax_details"][name], line)
            for name in ("total_included_currency", "total_excluded_currency")
        )
        quantity = self._get_exact(line.quantity, line) or Decimal(1)
        details = self._get_tax_details(line.taxes, untaxed / quantity, quantity, line, special_mode="total_excluded")
        taxed = self._get_exact(details["total_included"], line)
        if total < taxed - CENTS * Decimal(repr(line.document.currency.rounding)):
            untaxed = untaxed * total / taxed if taxed else total
        return untaxed - self._get_lowered(untaxed, details, line)

    @api.model
    def _prepare_base_line(self, record):
        """Return the line in the form of Odoo's tax computation; Odoo prepares invoice lines through their invoice."""
        if record._name == "account.move.line":
            return record.move_id._prepare_product_base_line_for_taxes_computation(record)
        return record._prepare_base_line_for_taxes_computation()

    @api.model
    def _has_included_tax(self, taxes, memo):
        key = taxes._ids
        if key not in memo["included"]:
            flat = taxes._flatten_taxes_and_sort_them()[0] if taxes else taxes
            memo["included"][key] = any(tax.price_include for tax in flat)
        return memo["included"][key]

    @api.model
    def _has_lowering_tax(self, taxes, memo):
        key = ("lowering", taxes._ids)
        if key not in memo["included"]:
            memo["included"][key] = bool(taxes._get_key_account_lowering())
        return memo["included"][key]

    @api.model
    def _get_unit_factor(self, line):
        """Return the number of product units in one unit of the line."""
        own = line.template.uom_id
        if line.uom == own or not line.uom or not own:
            return Decimal(1)
        return self._get_exact(line.uom.factor, line) / self._get_exact(own.factor, line)

    @api.model
    def _quantize(self, value):
        return value.quantize(FLOAT_NOISE, ROUND_HALF_UP)

    @api.model
    def _get_exact(self, value, line):
        """Return the number that the user typed: Python writes a float as the shortest decimal with its value."""
        # Also refuses infinity and NaN, which lies between no two numbers.
        if not -LARGEST <= value <= LARGEST:
            raise UserError(
                self.env._(
                    "Line “%(line)s” has a price, quantity or discount that cannot be used: %(value)s. Enter a"
                    " smaller number.",
                    line=line.record.display_name,
                    value=value,
                )
            )
        return Decimal(repr(value))

    # -------------------------------------------------------------------------
    # What the customer pays for a line of an invoice is what it books, if that is less than what it says
    # -------------------------------------------------------------------------

    @api.model
    def _is_booked(self, line, paid):
        """Return whether an invoice line books no less than its price, discount and taxes give, apart from cents.

        :param Decimal paid: the amount that they give
        """
        return self._get_booked(line) >= paid - CENTS * Decimal(repr(line.document.currency.rounding))

    @api.model
    def _get_booked(self, line):
        return self._get_exact(-line.record.amount_currency, line)

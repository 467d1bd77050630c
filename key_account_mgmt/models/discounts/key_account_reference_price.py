from decimal import Decimal
from typing import NamedTuple

from odoo import api, fields, models
from odoo.tools import float_round

ZERO = Decimal(0)
ONE = Decimal(1)
HUNDRED = Decimal(100)


class Price(NamedTuple):
    """The price of one unit of a product.

    ``slack`` is the amount that Odoo's own rounding may deduct. ``share`` is the part of the undiscounted price that is
    left when a pricelist shows its discount in the discount column.
    """

    amount: Decimal
    slack: Decimal = ZERO
    share: Decimal = ONE


class KeyAccountReferencePrice(models.AbstractModel):
    """The price that discounts are measured against: list price, or price of the customer's own pricelist."""

    _name = "key.account.reference.price"
    _description = "Reference Price of Products"

    @api.model
    def _get_price(self, line, reference, memo):
        """Return the untaxed price of one unit of the product in company currency, and the slack for Odoo's rounding.

        :param PricedLine line: with a product
        :param str reference: ``list_price`` or ``pricelist``
        :return: ``(price, slack)``, both per unit of the product; the slack is 0 but for parts of combos, and for
            discounts of the customer's pricelist that have more digits than the column for discounts
        :rtype: tuple[Decimal, Decimal]
        """
        price, slack = self._get_gross_price(line, reference, memo)
        included = self._get_included_taxes(line, memo)
        if not included or not price:
            return price, slack
        values = self.env["key.account.discount.value"]
        return values._get_untaxed(included, price, line), slack

    @api.model
    def _get_included_taxes(self, line, memo):
        """Return the product's own taxes when some of them are included in its price.

        The taxes of the line do not matter here: a user who changes them changes what the customer pays, not what the
        product is worth.
        """
        company = line.document.company
        key = ("any", company.id)
        if key not in memo["included"]:
            memo["included"][key] = self.env["account.tax"]._has_key_account_included(company.id)
        if not memo["included"][key]:
            return None
        taxes = line.template.taxes_id
        key = ("own", taxes._ids, company.id)
        if key not in memo["included"]:
            own = taxes._filter_taxes_by_company(company) if taxes else taxes
            included = own and self.env["key.account.discount.value"]._has_included_tax(own, memo)
            memo["included"][key] = own if included else own.browse()
        return memo["included"][key]

    @api.model
    def _get_gross_price(self, line, reference, memo):
        # Known to have no combos, or asked.
        combo_line = self._get_combo_line(line) if memo.get("combos", True) else None
        if combo_line:
            return self._get_part_price(line, combo_line, reference, memo)
        price = self._get_product_price(line, line.product, line.source, line.quantity, reference, memo)
        if line.template.expense_policy == "cost" and line.source.is_expense and line.source.product_id == line.product:
            cost = self.env["key.account.expense.cost"]._get_unit_price(line, price.amount, memo)
            if cost is not None:
                return cost, self._get_rounding_loss(line, 1, memo)
        return price.amount, price.slack

    @api.model
    def _get_product_price(self, line, product, source, quantity, reference, memo):
        """Return the price of one unit of the product on its own, in company currency, with its included taxes.

        :rtype: Price
        """
        template = line.template if product is line.product else product.product_tmpl_id
        extra = self._get_extra(product, template, source)
        if reference == "pricelist":
            pricelist = line.document.customer.property_product_pricelist
            return self._get_pricelist_price(line, pricelist, product, quantity, extra, memo)
        key = (product.id, extra, line.document.company.id)
        if key not in memo["prices"]:
            price = self._get_exact(template.list_price + self._get_variant_extra(product) + extra, line)
            memo["prices"][key] = Price(price * self._get_list_rate(template, line, memo))
        return memo["prices"][key]

    @api.model
    def _get_pricelist_price(self, line, pricelist, product, quantity, extra, memo):
        """Return Odoo's price of a new line for this customer today; without any pricelist, the list price."""
        pricelist = pricelist.with_company(line.document.company)
        product = product.with_company(line.document.company)
        product = product.with_context(no_variant_attributes_price_extra=extra) if extra else product
        unit, date = product.product_tmpl_id.uom_id, fields.Datetime.now()
        amount = (line.uom or unit)._compute_quantity(quantity or 1.0, unit, round=False)
        rules = self._get_pricelist_rules(pricelist, product, date, memo)
        rule = next((rule for rule in rules if rule._is_applicable_for(product, amount)), rules.browse())
        currency = pricelist.currency_id or line.document.company_currency
        asked = {"product": product, "quantity": amount, "uom": unit, "date": date, "currency": currency}
        price, rate = self._get_exact(rule._compute_price(**asked), line), self._get_rate(currency, line, memo)
        if not line.discount or not rule._show_discount():
            return Price(price * rate)
        base = self._get_exact(rule._compute_price_before_discount(**asked), line)
        return self._get_shown_price(price, base, rate)

    @api.model
    def _get_shown_price(self, price, base, rate):
        """Return the price that results when Odoo shows the pricelist's discount in the discount column.

        The column has few digits: 12.345 % becomes 12.35 %.

        :param Decimal price: of the pricelist
        :param Decimal base: before its discount
        """
        if base <= 0 or price >= base:
            return Price(price * rate)
        share = price / base
        digits = self.env["decimal.precision"].precision_get("Discount")
        shown = Decimal(repr(float_round(float(HUNDRED - share * HUNDRED), precision_digits=digits)))
        slack = price - base * (HUNDRED - shown) / HUNDRED
        return Price(price * rate, max(slack, ZERO) * rate, share)

    @api.model
    def _get_pricelist_rules(self, pricelist, product, date, memo):
        """Return the pricelist rules for all products of the judgement: those in the prefetch of the line's product."""
        key = ("rules", pricelist.id)
        known, rules = memo["prices"].get(key, (frozenset(), None))
        if product.id not in known:
            products = product.browse(product._prefetch_ids)
            rules = pricelist._get_applicable_rules(products, date)
            memo["prices"][key] = (frozenset(products._ids), rules)
        return rules

    # -------------------------------------------------------------------------
    # Attributes
    # -------------------------------------------------------------------------

    @api.model
    def _get_variant_extra(self, product):
        # Most products have no attributes: their stored combination says so without reading more tables.
        return product.price_extra if product.combination_indices else 0.0

    @api.model
    def _get_extra(self, product, template, source):
        """Return the extra price of the attribute values chosen on the line that create no variant.

        Of a single-choice attribute only the most expensive value counts: otherwise a user could lower the reference by
        choosing several values with negative extras.
        """
        best = {}
        # Most products cannot be configured and have no such values: their lines are not read.
        for value in source.product_no_variant_attribute_value_ids if template.has_configurable_attributes else ():
            if value.product_tmpl_id != template or value in product.product_template_attribute_value_ids:
                continue
            multiple = value.display_type == "multi"
            key = value.id if multiple else ("line", value.attribute_line_id.id)
            best[key] = max(best.get(key, value.price_extra), value.price_extra)
        return sum(best.values())

    # -------------------------------------------------------------------------
    # Combos
    # -------------------------------------------------------------------------

    @api.model
    def _get_combo_line(self, line):
        """Return the line of the combo that this line is part of, if the combo is complete.

        The price of a combo is for the whole combo; a part sold alone is worth its own price.
        """
        part = line.source
        if not part or not part.combo_item_id or part.product_id != line.product:
            return None
        head = part._get_linked_line()
        combos = head.product_template_id.combo_ids
        parts = self._get_parts(head)
        complete = (
            head.product_id.type == "combo"
            # Exclude a line that claims to be a part but is in another order than the combo.
            and (part | part._origin) & parts
            and parts.combo_item_id.combo_id == combos
            # Exclude a product that the combo does not offer.
            and all(one.product_id == one.combo_item_id.product_id for one in parts)
            and len(parts) == len(combos)
            and len({self._get_own_quantity(one) for one in parts}) == 1
        )
        return head if complete else None

    @api.model
    def _get_own_quantity(self, order_line):
        """Return the quantity in the product's own unit: a dozen of one part and one piece of another are no combo."""
        own = order_line.product_id.uom_id
        quantity = order_line.product_uom_qty * order_line.product_uom_id.factor / own.factor
        # Further digits are float noise. Significant digits, so that one gram of a product kept in tons still counts.
        return float(f"{quantity:.9g}")

    @api.model
    def _get_part_price(self, line, head, reference, memo):
        """Return the part's share of the combo's price, as Odoo prorates it, in company currency."""
        whole = self._get_product_price(line, head.product_id, head, head.product_uom_qty, reference, memo)
        combo = line.source.combo_item_id.combo_id
        weights = self._get_weights(head, line, memo)
        total = sum(weights.values())
        # Where no part is worth anything, Odoo gives all of it to the last one.
        part = weights[combo] / total if total else Decimal(combo == next(reversed(weights)))
        amount = whole.amount * part
        extras = self._get_extras(line.source, line)
        if extras:
            amount += extras * whole.share * self._get_list_rate(line.template, line, memo)
        return amount, whole.slack * part + self._get_rounding_loss(line, len(weights), memo)

    @api.model
    def _get_extras(self, order_line, line):
        """Return the extra price of this choice of a part, on top of the price of the combo."""
        extra = order_line.combo_item_id.extra_price + self._get_extra(
            order_line.product_id, order_line.product_id.product_tmpl_id, order_line
        )
        return self._get_exact(extra, line)

    @api.model
    def _get_rounding_loss(self, line, parts, memo):
        """Return the slack for Odoo's rounding: it rounds each share in the order's currency, the last part takes the
        rest."""
        cent = self._get_exact(line.document.currency.rounding, line) * self._get_rate(
            line.document.currency, line, memo
        )
        return cent * parts / 2

    @api.model
    def _get_weights(self, head, line, memo):
        """Return the weights by which a combo's price is spread: the prices of its parts, as Odoo does.

        Where parts have no price, Odoo assigns the whole price to the last part, and users spread it evenly; neither is
        a discount. No other distribution is accepted, since each part has its own cap. The currency of the weights does
        not matter, as long as all parts share it.
        """
        combos = head.product_template_id.combo_ids
        weights = {combo: self._get_exact(combo.base_price, line) for combo in combos}
        if len(combos.currency_id) > 1:
            weights = {combo: price * self._get_rate(combo.currency_id, line, memo) for combo, price in weights.items()}
        if not any(weights.values()) and self._is_even(head, line):
            return dict.fromkeys(weights, ONE)
        return weights

    @api.model
    def _is_even(self, head, line):
        """Return whether each part of a combo costs the same in the order, apart from the extra price of its choice."""
        prices = [self._get_own_price(part, line) - self._get_extras(part, line) for part in self._get_parts(head)]
        return max(prices) - min(prices) <= self._get_exact(line.document.currency.rounding, line)

    @api.model
    def _get_own_price(self, order_line, line):
        """Return the price per product unit. The quantity is ignored: users may set an invoiced line to 0."""
        asked = line._replace(uom=order_line.product_uom_id, template=order_line.product_id.product_tmpl_id)
        factor = self.env["key.account.discount.value"]._get_unit_factor(asked)
        return self._get_exact(order_line.price_unit, line) / factor

    @api.model
    def _get_parts(self, head):
        return head.order_id.order_line.filtered(lambda one: one.combo_item_id and one._get_linked_line() == head)

    @api.model
    def _get_list_rate(self, template, line, memo):
        """Return the rate of the list price's currency; products without company share one rate."""
        document = line.document
        company = template.company_id
        # Most products belong to no company: then all lines of a document have the same rate.
        key = ("list", id(document), company.id if company else False)
        if key not in memo["rates"]:
            currency = self.env["key.account.exchange"]._get_list_currency(template)
            memo["rates"][key] = self._get_rate(currency, line, memo)
        return memo["rates"][key]

    @api.model
    def _get_rate(self, currency, line, memo):
        return self.env["key.account.exchange"]._get_rate(currency, line.document, memo["rates"])

    @api.model
    def _get_exact(self, value, line):
        return self.env["key.account.discount.value"]._get_exact(value, line)

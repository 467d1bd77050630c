from decimal import Decimal
from typing import NamedTuple

from odoo import api, fields, models
from odoo.tools import float_round

ZERO = Decimal(0)
ONE = Decimal(1)
HUNDRED = Decimal(100)


class Price(NamedTuple):
    """Of one unit of a product. ``slack``: what Odoo's own rounding may take off. ``share``: what is left of the price
    before the discount of a pricelist that shows it in the column for discounts."""

    amount: Decimal
    slack: Decimal = ZERO
    share: Decimal = ONE


class KeyAccountReferencePrice(models.AbstractModel):
    """The price that discounts are measured against: list price, or price of the customer's own pricelist."""

    _name = "key.account.reference.price"
    _description = "Reference Price of Products"

    @api.model
    def _get_price(self, line, reference, memo):
        """Price of one unit of the product, in company currency and untaxed, and what Odoo's own rounding may take off.

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
        """The product's own taxes when some of them are part of its price. The line's taxes do not matter here:
        whoever changes those changes what the customer pays, not what the product is worth."""
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
        """Price of a unit of the product by itself, in company currency, taxes included in it still in it.

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
        """As Odoo prices a new line for this customer today; without any pricelist that is the list price."""
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
        """The price where Odoo shows the pricelist's discount in its column, which has few digits: 12.345 % is 12.35 %.

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
        """Rules for all products of the judgement at once: those known to the prefetch of the line's product."""
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
        """Extra price of attributes chosen on the line that make no variant.

        Of a single-choice attribute one value counts, the dearest: several with negative extras would let anybody
        talk the reference down.
        """
        best = {}
        # What cannot be configured has no such values: most products, so that their lines need not be asked.
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
        """The line of the combo that this line is part of, if the combo is all there: a combo's price is for the
        whole of it, and a part that is sold alone is worth what it costs alone."""
        part = line.source
        if not part or not part.combo_item_id or part.product_id != line.product:
            return None
        head = part._get_linked_line()
        combos = head.product_template_id.combo_ids
        parts = self._get_parts(head)
        complete = (
            head.product_id.type == "combo"
            # Not a part that only says so, in another order than the combo.
            and (part | part._origin) & parts
            and parts.combo_item_id.combo_id == combos
            # Not another product than the one that the combo offers.
            and all(one.product_id == one.combo_item_id.product_id for one in parts)
            and len(parts) == len(combos)
            and len({self._get_own_quantity(one) for one in parts}) == 1
        )
        return head if complete else None

    @api.model
    def _get_own_quantity(self, order_line):
        """How many of the product's own unit: a dozen of one part does not make a whole with a piece of another."""
        own = order_line.product_id.uom_id
        quantity = order_line.product_uom_qty * order_line.product_uom_id.factor / own.factor
        # Less is noise of floats. Digits that count, since a gram of what is kept in tons is not nothing.
        return float(f"{quantity:.9g}")

    @api.model
    def _get_part_price(self, line, head, reference, memo):
        """The part's share of the combo's price, as Odoo prorates it, in company currency."""
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
        """What is to be paid for this choice of a part beside the price of the combo."""
        extra = order_line.combo_item_id.extra_price + self._get_extra(
            order_line.product_id, order_line.product_id.product_tmpl_id, order_line
        )
        return self._get_exact(extra, line)

    @api.model
    def _get_rounding_loss(self, line, parts, memo):
        """Odoo rounds the shares in the order's currency and lets the last part bear what is left."""
        cent = self._get_exact(line.document.currency.rounding, line) * self._get_rate(
            line.document.currency, line, memo
        )
        return cent * parts / 2

    @api.model
    def _get_weights(self, head, line, memo):
        """How a combo's price is spread: by the prices of its parts, as Odoo does.

        Where they have none, Odoo gives all of it to the last one, and people spread it evenly; both are no discount.
        No other way, since each part has a cap of its own. Which currency it is in does not matter where it is one for
        all.
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
        """Whether each part of a combo costs the same in the order, beside what is to be paid for the choice of it."""
        prices = [self._get_own_price(part, line) - self._get_extras(part, line) for part in self._get_parts(head)]
        return max(prices) - min(prices) <= self._get_exact(line.document.currency.rounding, line)

    @api.model
    def _get_own_price(self, order_line, line):
        """Price per one of the product's own unit. The quantity has no say: an invoiced line may be set to none."""
        asked = line._replace(uom=order_line.product_uom_id, template=order_line.product_id.product_tmpl_id)
        factor = self.env["key.account.discount.value"]._get_unit_factor(asked)
        return self._get_exact(order_line.price_unit, line) / factor

    @api.model
    def _get_parts(self, head):
        return head.order_id.order_line.filtered(lambda one: one.combo_item_id and one._get_linked_line() == head)

    @api.model
    def _get_list_rate(self, template, line, memo):
        """What one unit of the currency of the product's list price is worth: one for all that are of no company."""
        document = line.document
        company = template.company_id
        # Most products are of no company, and then it is the same for all of a document.
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

from decimal import Decimal
from typing import NamedTuple

from odoo.fields import Command

from .discount_common import LINE, ORDER

ZERO, CENT = Decimal(0), Decimal("0.01")


class Worth(NamedTuple):
    """Of one unit. ``loss``: what Odoo's rounding of the shares of a combo may take off it."""

    amount: Decimal
    loss: Decimal = ZERO


class RandomCombos:
    """Sets of goods that are sold for less than the goods alone, for ``TestRandomOrders``; and what salespeople write
    over RPC: other goods as a part of a set, other quantities, other prices, parts that are taken out.

    What a part is worth comes from the documentation, and from the records alone: its share of the set's price where
    the set is whole, else its own price.
    """

    @classmethod
    def set_up_combos(cls):
        free = [
            cls._create_product(name=f"Free {number}", list_price=0.0, taxes_id=[], invoice_policy="order")
            for number in range(3)
        ]
        cls.free = cls.good.union(*free) - cls.good
        cls.free.categ_id = cls.capped
        cls.sets = (
            cls.make_set(90.0, cls.good, cls.small)
            | cls.make_set(888.89, cls.good | cls.dear, cls.small, extras={cls.dear: 800.0})
            | cls.make_set(100.0, *free)
        )
        cls.combo_counts = {"sets": 0, "whole": 0, "swaps": 0, "portions": 0}

    @classmethod
    def make_set(cls, price, *choices, extras=None):
        """A combo of one of the goods of each choice."""
        values = [
            {
                "name": choice[0].name,
                "sequence": number,
                "combo_item_ids": [
                    Command.create({"product_id": product.id, "extra_price": (extras or {}).get(product, 0)})
                    for product in choice
                ],
            }
            for number, choice in enumerate(choices)
        ]
        combos = cls.env["product.combo"].create(values)
        return cls._create_product(
            name="Set", type="combo", list_price=price, taxes_id=[], categ_id=cls.capped.id, combo_ids=combos.ids
        )

    # ------------------------------------------------------------------------------------------------------------
    # Random people
    # ------------------------------------------------------------------------------------------------------------

    def pick_parts(self, head, **values):
        """Lines of one of the goods for each choice of a set."""
        pick = self.random.choice
        items = [pick(combo.combo_item_ids) for combo in head.combo_ids]
        taxes = [Command.set(pick([self.tax, self.tax, self.included]).ids)]
        values |= {"discount": pick([0, 0, 0, 5, 15]), "tax_ids": taxes}
        prices = self.pick_prices(head, items)
        return [
            {"product_id": item.product_id.id, "combo_item_id": item.id, **values, **price}
            for item, price in zip(items, prices, strict=True)
        ]

    def pick_prices(self, head, items):
        """As Odoo spreads them, most of the time."""
        count, first = len(items), round(head.list_price, 2)
        even = round(first / count, 2)
        bent = [
            [even] * count,
            [even - 1] * count,
            [first, *[0] * (count - 1)],
            [*[0] * (count - 1), first],
            [1] * count,
        ]
        if self.random.random() < 0.6:
            return [{}] * count
        return [{"price_unit": price} for price in self.random.choice(bent)]

    def pick_part(self):
        parts = self.orders.order_line.filtered("combo_item_id")
        confirmed = parts.filtered(lambda line: line.state == "sale")
        parts = confirmed if confirmed and self.random.random() < 0.4 else parts
        return self.random.choice(parts) if parts else parts

    def do_combo(self):
        """Its own line first, since Odoo spreads its price over parts that know it."""
        pick = self.random.choice
        order = self.pick_order() if self.random.random() < 0.4 else self.create_empty()
        head, quantity = pick(self.sets), {"product_uom_qty": pick([1, 1, 2, 10])}
        line = self.sell(LINE, "create", {"order_id": order.id, "product_id": head.id, **quantity})
        self.sell(LINE, "create", self.pick_parts(head, order_id=order.id, linked_line_id=line, **quantity))
        self.combo_counts["sets"] += 1

    def create_empty(self):
        pricelist = self.random.choice([self.dollars, self.dollars, self.euros])
        values = {"partner_id": self.random.choice(self.customers).id, "pricelist_id": pricelist.id}
        order = self.env[ORDER].browse(self.sell(ORDER, "create", values))
        type(self).orders |= order
        return order

    def do_swap(self):
        """Other goods as a part of a set, mostly at the price of those that were there."""
        part = self.pick_part()
        if not part:
            return
        product = self.random.choice([self.dear, self.dear, self.good, self.small])
        values = {"product_id": product.id, "price_unit": self.random.choice([part.price_unit] * 3 + [1.0])}
        items = part.combo_item_id.combo_id.combo_item_ids.filtered(lambda item: item.product_id == product)
        if items and self.random.random() < 0.5:
            values["combo_item_id"] = items.id
        self.sell(LINE, "write", part.ids, values)
        self.combo_counts["swaps"] += part.product_id != part.combo_item_id.product_id

    def do_portion(self):
        """More or less of a set, or of one part of it."""
        part = self.pick_part()
        quantity = self.random.choice([1, 3, 10, 50])
        lines = part.linked_line_id | part.linked_line_id.linked_line_ids if self.random.random() < 0.7 else part
        if lines:
            self.sell(LINE, "write", lines.ids, {"product_uom_qty": quantity})
            self.combo_counts["portions"] += 1

    # ------------------------------------------------------------------------------------------------------------
    # The obvious computation
    # ------------------------------------------------------------------------------------------------------------

    def get_worth(self, line):
        """Of one unit of the goods of a line.

        :rtype: Worth
        """
        head, product = line.linked_line_id, line.product_id
        if product.type == "combo":
            return Worth(ZERO)
        parts = head.order_id.order_line.filtered(lambda one: one.combo_item_id and one.linked_line_id == head)
        if line not in parts or not self.is_whole(head, parts):
            return Worth(Decimal(repr(product.list_price)))
        rate = 2 if line.order_id.currency_id == self.euro else 1
        share = Decimal(repr(head.product_id.list_price)) * self.get_portion(line, head, parts)
        return Worth(share + Decimal(repr(line.combo_item_id.extra_price)), CENT * rate * len(parts) / 2)

    def is_whole(self, head, parts):
        """Exactly one of each choice, as much of one as of the other, and nothing that the set does not offer."""
        chosen = sorted(part.combo_item_id.combo_id.id for part in parts)
        return (
            head.product_id.type == "combo"
            and chosen == sorted(head.product_id.combo_ids.ids)
            and all(part.product_id == part.combo_item_id.product_id for part in parts)
            and len({self.get_units(part) for part in parts}) == 1
        )

    def get_portion(self, line, head, parts):
        """By the cheapest of each choice; of goods without price, all for the last, or the same for each."""
        choices = list(head.product_id.combo_ids)
        cheapest = [min(Decimal(repr(price)) for price in one.combo_item_ids.mapped("lst_price")) for one in choices]
        mine = choices.index(line.combo_item_id.combo_id)
        if any(cheapest):
            return cheapest[mine] / sum(cheapest)
        prices = [part.price_unit / (12 if part.product_uom_id == self.dozen else 1) for part in parts]
        if round(max(prices) - min(prices), 6) <= 0.01:
            return Decimal(1) / len(choices)
        return Decimal(mine == len(choices) - 1)

    def count_whole(self):
        """Sets that are in confirmed orders, at the end or on the way."""
        heads = self.orders.filtered(lambda order: order.state == "sale").order_line.filtered("linked_line_ids")
        self.combo_counts["whole"] += any(self.is_whole(head, head.linked_line_ids) for head in heads)

from decimal import Decimal

from odoo.fields import Command
from odoo.tests import tagged

from .common import KeyAccountCommon


@tagged("post_install", "-at_install")
class DiscountValueCommon(KeyAccountCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer = cls.make_customer()
        cls.dozen = cls.env.ref("uom.product_uom_dozen")

    @classmethod
    def make_quotation(cls, *lines, **options):
        """A quotation of lines; each is a dict over one unit of the tests' product at its list price."""
        currency = options.pop("currency", None)
        if currency:
            options["pricelist_id"] = cls._create_pricelist(name=currency.name, currency_id=currency.id).id
        base = {"product_id": cls.good.id, "price_unit": 100.0, "tax_ids": []}
        commands = [Command.create({**base, **line}) for line in lines]
        return cls.env["sale.order"].create({"partner_id": cls.customer.id, "order_line": commands, **options})

    @classmethod
    def make_tax(cls, amount=20, included=True, **values):
        include = "tax_included" if included else "tax_excluded"
        return cls.env["account.tax"].create(
            {
                "name": f"{amount} {include} {values}",
                "amount": amount,
                "price_include_override": include,
                "company_id": cls.company.id,
                **values,
            }
        )

    @classmethod
    def get_values(cls, order, reference="list_price"):
        model = cls.env["key.account.discount.value"]
        return model._get_values(model._prepare_order(order.with_company(order.company_id)), reference)

    def assert_value(self, order, net, reference, index=0, by="list_price"):
        value = self.get_values(order, by)[index]
        expected = (Decimal(str(net)), None if reference is None else Decimal(str(reference)))
        cent = Decimal("0.01")
        actual = (value.net.quantize(cent), value.reference and value.reference.quantize(cent))
        self.assertEqual(actual, expected)
        return value

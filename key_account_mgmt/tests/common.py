from decimal import Decimal

from odoo import fields
from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.account.tests.common import AccountTestInvoicingCommon

from ..models.metrics.collection_scope import CollectionScope


@tagged("post_install", "-at_install")
class KeyAccountCommon(AccountTestInvoicingCommon):
    """A company of its own with accounting in US dollars, and builders of what metrics are computed from.

    Builders take dates as text or date, post or confirm what they make, and put no taxes on it, so that
    amounts in tests are the amounts that count. Whatever a test does not say has a harmless default.

    Classes that also need another common class of Odoo's (``AccountPaymentCommon``) name it first: what comes after
    this one sets nothing up.
    """

    @classmethod
    def setUpClass(cls):
        # Not AccountTestInvoicingCommon's own set-up, but that of what it is built on: its products, partners, terms
        # and fiscal positions, which no test here uses, take as long as a test. Where another class of Odoo's stands
        # between (payments), its set-up is needed as well.
        if cls.__mro__[cls.__mro__.index(KeyAccountCommon) + 1] is AccountTestInvoicingCommon:
            super(AccountTestInvoicingCommon, cls).setUpClass()
            cls._set_up_accounting()
        else:
            super().setUpClass()
        # ``make test-odoo`` has switched on all parts; elsewhere only some are.
        cls.env["key.account.part"].sudo()._switch_on_all()
        cls.euro = cls.setup_other_currency("EUR", rates=[("2000-01-01", 0.5)])  # 1 EUR = 2 USD
        cls.good = cls._create_product(name="Goods", list_price=100.0, standard_price=60.0, taxes_id=[])

    @classmethod
    def _set_up_accounting(cls):
        """What the builders need of AccountTestInvoicingCommon: accounts, taxes, and payments by the bank."""
        cls.company_data = cls.collect_company_accounting_data(cls.env.company)
        cls.product_category.with_company(cls.env.company).write(
            {
                "property_account_income_categ_id": cls.company_data["default_account_revenue"].id,
                "property_account_expense_categ_id": cls.company_data["default_account_expense"].id,
            }
        )
        cls.tax_number = 0
        cls.tax_sale_a = cls.company_data["default_tax_sale"]
        cls.tax_purchase_a = cls.company_data["default_tax_purchase"]
        bank = cls.company_data["default_journal_bank"]
        cls.inbound_payment_method_line = bank.inbound_payment_method_line_ids[:1]
        cls.outbound_payment_method_line = bank.outbound_payment_method_line_ids[:1]
        sides = {"debit": cls.inbound_payment_method_line, "credit": cls.outbound_payment_method_line}
        for side, line in sides.items():
            name = f"account_journal_payment_{side}_account_id"
            line.payment_account_id = cls.env["account.chart.template"].ref(name, raise_if_not_found=False)

    @classmethod
    def setup_independent_company(cls, **kwargs):
        """Take the company that ``make test-odoo`` has prepared; elsewhere make one.

        Fix the currency: amounts in tests are US dollars whatever the database's country.
        """
        prepared = cls.env["res.company"].sudo().search([("name", "=", "company_1_data")]).sudo(False)
        if prepared and not kwargs:
            cls.env.user.company_ids = [Command.link(prepared.id)]
            return prepared
        return super().setup_independent_company(**{"currency_id": cls._enable_currency("USD").id, **kwargs})

    @classmethod
    def get_default_groups(cls):
        """The tests' own user may do everything with key accounts and orders."""
        return (
            super().get_default_groups()
            | cls.quick_ref("key_account_mgmt.group_key_account_rule_admin")
            | cls.quick_ref("sales_team.group_sale_manager")
        )

    @classmethod
    def make_customer(cls, **values):
        """A customer; give ``parent_id`` for a child contact."""
        return cls.env["res.partner"].create({"name": "Customer", "is_company": "parent_id" not in values, **values})

    @classmethod
    def make_invoice(cls, partner, amount, date, **options):
        """A posted customer invoice of one line.

        :param amount: untaxed total of the line, in ``currency``
        :param options: ``due`` (default: the date), ``currency``, ``company``, ``product``, ``quantity``,
            ``post`` (default true), ``move_type``, ``lines`` (values of the lines, instead of one), and any field
        """
        company = options.pop("company", cls.company)
        post = options.pop("post", True)
        move = cls.env["account.move"].with_company(company).create(cls._prepare_move(partner, amount, date, options))
        if post:
            move.action_post()
        return move

    @classmethod
    def make_invoices(cls, *invoices):
        """Posted invoices, at once: ``(customer, amount, date)``."""
        values = [cls._prepare_move(partner, amount, date, {}) for partner, amount, date in invoices]
        moves = cls.env["account.move"].with_company(cls.company).create(values)
        moves.action_post()
        return moves

    @classmethod
    def _prepare_move(cls, partner, amount, date, options):
        quantity = options.pop("quantity", 1)
        product = options.pop("product", cls.env["product.product"])
        line = {"name": "Line", "product_id": product.id, "quantity": quantity, "price_unit": amount / quantity}
        currency = options.pop("currency", None)
        if currency:
            options["currency_id"] = currency.id
        lines = options.pop("lines", [line])
        return {
            "move_type": "out_invoice",
            "partner_id": partner.id,
            "invoice_date": date,
            "date": date,
            "invoice_payment_term_id": False,
            "invoice_date_due": options.pop("due", date),
            "invoice_line_ids": [Command.create({"tax_ids": [], **values}) for values in lines],
            **options,
        }

    @classmethod
    def make_refund(cls, partner, amount, date, **options):
        """A posted credit note of one line; ``amount`` is positive, options are those of ``make_invoice``."""
        return cls.make_invoice(partner, amount, date, move_type="out_refund", **options)

    @classmethod
    def make_payment(cls, invoice, date, amount=None, **values):
        """Pay an invoice (or pay back a credit note), wholly or in part, through the payment wizard."""
        if amount is not None:
            values["amount"] = amount
        wizard = (
            cls.env["account.payment.register"]
            .with_context(active_model="account.move", active_ids=invoice.ids)
            .with_company(invoice.company_id)
            .create({"payment_date": date, **values})
        )
        return wizard._create_payments()

    @classmethod
    def make_order(cls, partner, amount, date, **options):
        """A confirmed order of one line, dated ``date`` at noon.

        :param options: ``product``, ``quantity``, ``cost`` (of one unit, in the order's currency), ``company``,
            ``currency``, ``confirm`` (default true), and any field of the order
        """
        company = options.pop("company", cls.company)
        confirm = options.pop("confirm", True)
        order = cls.env["sale.order"].with_company(company).create(cls._prepare_order(partner, amount, options))
        if confirm:
            order.action_confirm()
        # Confirming puts the present moment on an order.
        order.date_order = fields.Datetime.to_datetime(date).replace(hour=12)
        return order

    @classmethod
    def _prepare_order(cls, partner, amount, options):
        quantity = options.pop("quantity", 1)
        line = {
            "product_id": options.pop("product", cls.good).id,
            "product_uom_qty": quantity,
            "price_unit": amount / quantity,
            "tax_ids": [],
        }
        if "cost" in options:
            line["purchase_price"] = options.pop("cost")
        currency = options.pop("currency", None)
        if currency:
            options["pricelist_id"] = cls._create_pricelist(name=currency.name, currency_id=currency.id).id
        return {"partner_id": partner.id, "order_line": [Command.create(line)], **options}

    @classmethod
    def collect(cls, date_from="2024-01-01", date_to="2024-12-31", company=None, **options):
        """Facts of every customer of the population: ``{partner: {code: Decimal | str}}``; options are the scope's."""
        scope = cls.make_scope(date_from, date_to, company, **options)
        facts = cls.env["key.account.collector"]._collect(scope)
        return {cls.env["res.partner"].browse(partner_id): values for partner_id, values in facts}

    @classmethod
    def make_scope(cls, date_from="2024-01-01", date_to="2024-12-31", company=None, **options):
        """What is collected: a period of a company, the year 2024 unless the test says otherwise."""
        return CollectionScope(
            company or cls.company, fields.Date.to_date(date_from), fields.Date.to_date(date_to), **options
        )

    def assert_facts(self, customer, expected, **scope):
        """Check some facts of a customer: ``None`` means missing; other values are compared as exact numbers."""
        facts = self.collect(**{"partner_ids": (customer.id,), "with_business_only": False, **scope})[customer]
        actual = {code: facts.get(code) for code in expected}
        self.assertEqual(
            actual,
            {code: value if value is None else Decimal(str(value)) for code, value in expected.items()},
        )

    @classmethod
    def make_metric(cls, code, kind, options=(), **values):
        """A metric that people enter, named after its code; options are given by their codes."""
        return cls.env["key.account.metric"].create(
            {
                "name": code.replace("_", " ").capitalize(),
                "code": code,
                "kind": kind,
                "option_ids": [Command.create({"code": option, "name": option.capitalize()}) for option in options],
                **values,
            }
        )

    @staticmethod
    def plain(text):
        """The text with plain spaces: amounts have others."""
        return text.replace("\N{NO-BREAK SPACE}", " ")

    # --- Rule sets ---

    @classmethod
    def get_metric(cls, code):
        """The metric with that code; a metric passes through."""
        if not isinstance(code, str):
            return code
        return cls.env["key.account.metric"].search([("code", "=", code)])

    @classmethod
    def get_tier(cls, code):
        """The shared tier with that code (A, B, C ship with the addon); a tier passes through."""
        if not isinstance(code, str):
            return code
        return cls.env["key.account.tier"].search([("code", "=", code), ("company_id", "=", False)])

    @classmethod
    def make_tier(cls, code, rank, **values):
        return cls.env["key.account.tier"].create({"name": code, "code": code, "rank": rank, **values})

    @classmethod
    def make_ruleset(cls, tiers=("A", "B", "C"), activate=False, **values):
        """A draft rule set of the tests' company. When activated at once, it has a tier rule for everybody."""
        tier_ids = [cls.get_tier(tier).id for tier in tiers]
        ruleset = cls.env["key.account.ruleset"].create(
            {"name": "Rules", "company_id": cls.company.id, "tier_ids": [Command.set(tier_ids)], **values}
        )
        if activate:
            if not ruleset.rule_ids:
                cls.make_rule(ruleset, tiers[-1])
            ruleset.action_activate()
        return ruleset

    @classmethod
    def make_rule(cls, ruleset, tier, *conditions, kind="tier", **values):
        """A rule that gives ``tier``, or caps it when ``kind`` is veto.

        :param conditions: ``(metric, operator, value)`` or ``(metric, measure, operator, value)``; the value of a
            choice is the code of an option, or several
        """
        values = {
            "name": f"Rule {len(ruleset.rule_ids) + 1}",
            "ruleset_id": ruleset.id,
            "kind": kind,
            "sequence": 10 * (len(ruleset.rule_ids) + 1),
            "tier_id": cls.get_tier(tier).id,
            "condition_ids": [Command.create(cls._prepare_condition(*condition)) for condition in conditions],
            **values,
        }
        return cls.env["key.account.rule"].create(values)

    @classmethod
    def _prepare_condition(cls, metric, *comparison):
        metric = cls.get_metric(metric)
        measure, operator, value = comparison if len(comparison) == 3 else ("value", *comparison)
        values = {"metric_id": metric.id, "measure": measure, "operator": operator}
        if metric.kind == "choice":
            codes = [value] if isinstance(value, str) else value
            options = metric.option_ids.filtered(lambda option: option.code in codes)
            return {**values, "option_ids": [Command.set(options.ids)]}
        return {**values, "value": value}

    @classmethod
    def make_criterion(cls, ruleset, metric, scale="percentile", max_points=100, steps=(), **values):
        """A criterion; ``steps`` are ``(lower bound, points)``, or ``(code of the option, points)`` for grades."""
        metric = cls.get_metric(metric)
        values = {
            "name": metric.name,
            "ruleset_id": ruleset.id,
            "metric_id": metric.id,
            "scale": scale,
            "max_points": max_points,
            "step_ids": [Command.create(cls._prepare_step(metric, key, points)) for key, points in steps],
            **values,
        }
        return cls.env["key.account.criterion"].create(values)

    @classmethod
    def _prepare_step(cls, metric, key, points):
        if metric.kind != "choice":
            return {"lower_bound": key, "points": points}
        option = metric.option_ids.filtered(lambda option: option.code == key)
        return {"option_id": option.id, "points": points}

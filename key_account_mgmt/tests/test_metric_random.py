import random
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal, localcontext

from dateutil.relativedelta import relativedelta

from odoo.fields import Command
from odoo.tests import freeze_time, tagged

from .common import KeyAccountCommon

FIRST_DAY = date(2022, 7, 1)
LAST_DAY = date(2025, 3, 31)


def exact(number):
    """An amount that Odoo keeps in cents."""
    return Decimal(str(round(number, 2)))


def ratio(dividend, divisor):
    if divisor <= 0:
        return None
    with localcontext(prec=80):
        return (Decimal(dividend) / Decimal(divisor)).quantize(Decimal("1e-12"), ROUND_HALF_UP)


@tagged("post_install", "-at_install")
class TestMetricsOfARandomHistory(KeyAccountCommon):
    """Every metric of a random book against the obvious computation, record by record."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.random = random.Random(20240229)
        cls.other = cls.setup_other_company(currency_id=cls.company.currency_id.id)["company"]
        cls.euro.rate_ids.create(
            {"currency_id": cls.euro.id, "name": "2024-02-01", "rate": 0.4, "company_id": cls.company.id}
        )
        cls.good.with_company(cls.other).standard_price = 7.77
        cls.dear = cls._create_product(name="Dear goods", standard_price=33.33, taxes_id=[])
        cls.customers = cls.env["res.partner"].concat(*(cls.make_customer(name=f"C{index}") for index in range(7)))
        contacts = [cls.make_customer(name="Contact", parent_id=customer.id) for customer in cls.customers[:3]]
        cls.partners = [*cls.customers, *contacts]
        cls._place(cls.partners)
        for _index in range(70):
            cls._make_something()
        cls._prepare_service()
        for _index in range(60):
            cls._serve()

    @classmethod
    def _place(cls, partners):
        """Two countries and none in turn, and a territory of one of them for every other customer."""
        cls.countries = cls.env.ref("base.fr") | cls.env.ref("base.cn")
        cls.territory = cls.env["key.account.territory"].create(
            {"name": "France", "country_ids": cls.countries[:1].ids}
        )
        for index, partner in enumerate(partners):
            partner.country_id = cls.countries[index % 3 : index % 3 + 1]
        cls.customers[::2].with_company(cls.company).key_account_territory_id = cls.territory

    @classmethod
    def _make_something(cls):
        chance = cls.random.random
        partner = cls.random.choice(cls.partners)
        company = cls.other if chance() < 0.15 else cls.company
        if chance() < 0.15:
            cls._make_order(partner, company)
            return
        document = cls._make_document(partner, company)
        if document.state == "posted" and chance() < 0.75:
            cls._pay(document)

    @classmethod
    def _make_document(cls, partner, company):
        chance = cls.random.random
        day = cls._random_day()
        move = cls.make_invoice(
            partner,
            round(cls.random.paretovariate(1) * 40, 2),
            day,
            company=company,
            due=day + timedelta(days=cls.random.choice([0, 14, 30, 60])),
            currency=cls.euro if chance() < 0.3 else None,
            product=cls.random.choice([cls.good, cls.dear, cls.env["product.product"]]),
            quantity=cls.random.randint(1, 3),
            move_type="out_refund" if chance() < 0.2 else "out_invoice",
            post=chance() > 0.1,
        )
        if chance() < 0.05:
            (move if move.state == "draft" else move.with_context(force_delete=True)).button_cancel()
        return move

    @classmethod
    def _pay(cls, document):
        day = document.invoice_date_due + timedelta(days=cls.random.randint(-20, 40))
        currency = document.currency_id
        if cls.random.random() < 0.3:
            part = currency.round(document.amount_residual / 3)
            cls.make_payment(document, day, part or None, currency_id=currency.id)
            day += timedelta(days=cls.random.randint(0, 60))
        if cls.random.random() < 0.8 and document.amount_residual:
            cls.make_payment(document, day)

    @classmethod
    def _make_order(cls, partner, company):
        order = cls.make_order(
            partner, 300, cls._random_day(), quantity=3, company=company, cost=cls.random.choice([0, 12.5, 99])
        )
        if cls.random.random() < 0.7:
            order.order_line.qty_delivered = 3
            invoice = order._create_invoices()
            invoice.invoice_date = cls._random_day()
            invoice.action_post()

    @classmethod
    def _prepare_service(cls):
        """An hour costs something in one company, and nothing in the other. One type of activity has no hours."""
        cls.company.key_account_hour_cost = 37.25
        cls.types = cls.env["mail.activity.type"].create(
            [{"name": f"{hours} h", "key_account_hours": hours} for hours in (0, 0.25, 1.5)]
        )
        cls.colleague = cls.env.user.copy(
            {
                "login": "colleague",
                "company_id": cls.other.id,
                "company_ids": [Command.set((cls.company | cls.other).ids)],
            }
        )

    @classmethod
    def _serve(cls):
        partner, chance = cls.random.choice(cls.partners), cls.random.random
        if chance() < 0.4:
            cls.env["key.account.service.cost"].create(
                {
                    "partner_id": partner.id,
                    "company_id": (cls.other if chance() < 0.3 else cls.company).id,
                    "date": cls._random_day(),
                    "amount": round(cls.random.uniform(-20, 80), 2),
                }
            )
            return
        documents = cls.env[cls.random.choice(["res.partner", "sale.order", "account.move"])].browse()
        if documents._name == "res.partner":
            document = partner
        else:
            document = documents.search([("partner_id", "=", partner.id)], order="id")[-1:] or partner
        cls._do_activity(document)

    @classmethod
    def _do_activity(cls, document):
        activity = document.activity_schedule(
            activity_type_id=cls.random.choice(cls.types).id,
            user_id=(cls.colleague if cls.random.random() < 0.3 else cls.env.user).id,
        )
        if cls.random.random() < 0.8:
            with freeze_time(cls._random_day()):
                activity.action_done()
                cls.env.flush_all()

    @classmethod
    def _random_day(cls):
        return FIRST_DAY + timedelta(days=cls.random.randrange((LAST_DAY - FIRST_DAY).days))

    # ------------------------------------------------------------------------------------------------------------
    # The obvious computation
    # ------------------------------------------------------------------------------------------------------------

    def _expect(self, customer, scope):
        documents = self._get_documents(customer, scope)
        period = [move for move in documents if scope.date_from <= move.invoice_date]
        invoices = [move for move in documents if move.move_type == "out_invoice"]
        facts = {
            **self._expect_sums(documents, period, scope),
            **self._expect_dates(invoices, scope),
            **self._expect_punctuality(invoices, scope),
            "collected_amount": self._expect_collected(customer, scope),
            "order_count": self._expect_orders(customer, scope),
            "outside_territory_pct": self._expect_outside(customer, period, scope),
        }
        facts |= self._expect_service(customer, facts, scope)
        return {code: Decimal(value) for code, value in facts.items() if value is not None}

    def _get_documents(self, customer, scope):
        moves = self.env["account.move"].search([("company_id", "=", scope.company.id), ("state", "=", "posted")])
        return moves.filtered(
            lambda move: (
                move.move_type in ("out_invoice", "out_refund")
                and move.partner_id.commercial_partner_id == customer
                and move.invoice_date <= scope.date_to
            )
        )

    def _untaxed(self, moves):
        return -sum((exact(line.balance) for move in moves for line in move.invoice_line_ids), Decimal(0))

    def _expect_sums(self, documents, period, scope):
        previous_from, previous_to = scope.previous_period
        previous = self._untaxed(m for m in documents if previous_from <= m.invoice_date <= previous_to)
        invoices = [move for move in period if move.move_type == "out_invoice"]
        revenue = self._untaxed(period)
        margin = (revenue - sum(map(self._cost, period))).quantize(Decimal("0.01"), ROUND_HALF_UP)
        largest = max((self._untaxed([move]) for move in invoices), default=None)
        invoiced = self._untaxed(invoices)
        return {
            "revenue": revenue,
            "revenue_previous": previous,
            "growth_pct": ratio((revenue - previous) * 100, previous),
            "margin": margin,
            "margin_pct": ratio(margin * 100, revenue),
            # Nothing is capped, and nothing was awarded.
            "privilege_cost": 0,
            "margin_after_privileges": margin,
            # Nobody entered an expectation.
            "expected_value": revenue if period else None,
            "invoice_count": len(invoices),
            "active_months": len({(move.invoice_date.year, move.invoice_date.month) for move in invoices}),
            "largest_invoice_share_pct": None if largest is None else ratio(largest * 100, revenue),
            "return_rate_pct": ratio((invoiced - revenue) * 100, invoiced),
            **self._expect_averages(revenue, previous, scope),
        }

    def _expect_outside(self, customer, period, scope):
        territory = customer.with_company(scope.company).key_account_territory_id
        placed = [
            move
            for move in period
            if move.move_type == "out_invoice" and move.partner_shipping_id.country_id and territory
        ]
        outside = [move for move in placed if move.partner_shipping_id.country_id not in territory.country_ids]
        return ratio(self._untaxed(outside) * 100, self._untaxed(placed))

    def _expect_service(self, customer, facts, scope):
        hours = sum((self._get_hours(one, customer, scope) for one in self._get_activities()), Decimal(0))
        costs = self.env["key.account.service.cost"].search([("company_id", "=", scope.company.id)])
        entered = sum(
            exact(cost.amount)
            for cost in costs
            if cost.partner_id.commercial_partner_id == customer and scope.date_from <= cost.date <= scope.date_to
        )
        cost = (hours * exact(scope.company.key_account_hour_cost) + entered).quantize(Decimal("0.01"), ROUND_HALF_UP)
        contribution = facts["margin"] - cost
        return {
            "service_hours": hours,
            "cost_to_serve": cost,
            "cost_to_serve_pct": ratio(cost * 100, facts["margin"]),
            "contribution": contribution,
            "contribution_rate_pct": ratio(contribution * 100, facts["revenue"]),
        }

    def _get_activities(self):
        return self.env["mail.activity"].with_context(active_test=False).search([("date_done", "!=", False)])

    def _get_hours(self, activity, customer, scope):
        """What one activity counts for a customer."""
        document = self.env[activity.res_model].browse(activity.res_id)
        partner = document if document._name == "res.partner" else document.partner_id
        company = document.company_id or activity.user_id.company_id
        counts = partner.commercial_partner_id == customer and company == scope.company
        if document._name == "account.move":
            # Among the moves of a customer are those of its payments, too.
            counts &= document.move_type in ("out_invoice", "out_refund")
        return exact(activity.activity_type_id.key_account_hours) * (
            counts and scope.date_from <= activity.date_done <= scope.date_to
        )

    def _expect_averages(self, revenue, previous, scope):
        days = (scope.date_to - scope.date_from).days + 1
        whole_months = scope.date_from.day == 1 and (scope.date_to + timedelta(days=1)).day == 1
        months = relativedelta(scope.date_to + timedelta(days=1), scope.date_from)
        months = months.years * 12 + months.months
        return {
            "revenue_growth": revenue - previous,
            "average_day": ratio(revenue, days),
            "average_month": ratio(revenue, months) if whole_months else ratio(revenue * 365, 12 * days),
        }

    def _cost(self, move):
        total = Decimal(0)
        for line in move.invoice_line_ids:
            product = line.product_id.with_company(move.company_id)
            unit_cost = line.sale_line_ids.purchase_price if line.sale_line_ids else product.standard_price
            total += Decimal(str(unit_cost)) * Decimal(str(line.quantity))
        return -total if move.move_type == "out_refund" else total

    def _expect_dates(self, invoices, scope):
        days = [move.invoice_date for move in invoices]
        if not days:
            return {}
        return {
            "days_since_last_invoice": (scope.date_to - max(days)).days,
            "customer_years": relativedelta(scope.date_to + timedelta(days=1), min(days)).years,
        }

    def _expect_punctuality(self, invoices, scope):
        on_time, days_late, overdue = 0, [], Decimal(0)
        for move in invoices:
            if move.payment_state == "reversed" or not move.amount_total or move.invoice_date_due > scope.date_to:
                continue
            open_amount, settled_on = self._settle(move, scope.date_to)
            rate = exact(move.amount_total_signed) / exact(move.amount_total)
            overdue += (open_amount * rate).quantize(Decimal("0.01"), ROUND_HALF_UP)
            if move.invoice_date_due < scope.date_from:
                continue
            if settled_on and settled_on <= move.invoice_date_due:
                on_time += 1
            else:
                days_late.append(((settled_on or scope.date_to) - move.invoice_date_due).days)
        due = on_time + len(days_late)
        return {
            "on_time_count": on_time,
            "late_count": len(days_late),
            "on_time_pct": ratio(on_time * 100, due),
            "average_days_late": ratio(sum(days_late), due),
            "overdue_amount": overdue,
        }

    def _settle(self, move, as_of):
        """What is open of an invoice at the end of a day, and the day on which it was settled."""
        open_amount = exact(move.amount_total)
        receivable = move.line_ids.filtered(lambda line: line.account_id.account_type == "asset_receivable")
        for part in receivable.matched_credit_ids.sorted("max_date"):
            if part.max_date <= as_of:
                open_amount -= exact(part.debit_amount_currency)
                if not open_amount:
                    return open_amount, part.max_date
        return open_amount, None

    def _expect_collected(self, customer, scope):
        payments = self.env["account.payment"].search([("company_id", "=", scope.company.id)])
        return sum(
            (
                exact(payment.amount_company_currency_signed)
                for payment in payments
                if payment.partner_id.commercial_partner_id == customer
                and scope.date_from <= payment.date <= scope.date_to
            ),
            Decimal(0),
        )

    def _expect_orders(self, customer, scope):
        orders = self.env["sale.order"].search([("company_id", "=", scope.company.id), ("state", "=", "sale")])
        return len(
            [
                order
                for order in orders
                if order.partner_id.commercial_partner_id == customer
                and scope.date_from <= order.date_order.date() <= scope.date_to
            ]
        )

    def test_every_metric_is_what_the_records_say(self):
        periods = [("2024-01-01", "2024-12-31"), ("2023-01-01", "2023-12-31"), ("2024-03-10", "2024-05-20")]
        compared = 0
        for company in (self.company, self.other):
            for date_from, date_to in periods:
                scope = self.make_scope(date_from, date_to, company)
                collected = self.collect(date_from, date_to, company)
                active = self.customers.filtered(
                    lambda customer, scope=scope: any(
                        move.invoice_date >= scope.date_from for move in self._get_documents(customer, scope)
                    )
                )
                self.assertEqual(set(collected), set(active))
                for customer, facts in collected.items():
                    facts.pop("exposure")  # of today, and counted by test_exposure_random
                    with self.subTest(company=company.name, period=date_from, customer=customer.name):
                        self.assertEqual(facts, self._expect(customer, scope))
                        compared += 1
        self.assertGreaterEqual(compared, 15)

from ..discount_common import DiscountWaysCommon


class TestQueriesOfPosting(DiscountWaysCommon):
    """Judging an invoice costs no query for each of its lines."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.good.invoice_policy = "order"

    def count_queries(self, lines, detailed=True):
        """Queries of judging an invoice of so many lines, by whoever posts it, with nothing read before."""
        order = self.make_confirmed(*({"product_uom_qty": 1.0} for _number in range(lines)))
        bill = order._create_invoices()
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        [verdict] = self.env["key.account.discount"]._judge_moves(bill, detailed=detailed).values()
        self.assertEqual(len(verdict.lines), lines if detailed else 0)
        return self.env.cr.sql_log_count - before

    def test_as_many_for_ten_lines_as_for_two(self):
        self.count_queries(2)
        self.assertEqual(self.count_queries(10), self.count_queries(2))

    def test_an_order_that_is_billed_as_it_is_costs_less(self):
        self.count_queries(2, detailed=False)
        whole = self.count_queries(10, detailed=False)
        self.assertEqual(whole, self.count_queries(2, detailed=False))
        self.assertLess(whole, self.count_queries(10))

    def test_what_stays_open_is_not_written_again(self):
        order = self.make_confirmed({"product_uom_qty": 2.0}, {"product_uom_qty": 3.0})
        order._create_invoices()
        self.env.flush_all()
        lines = order.order_line
        self.env.invalidate_all()
        lines.mapped("invoice_lines.move_id.state")
        self.env.add_to_compute(lines._fields["key_account_uninvoiced_amount"], lines)
        lines.mapped("key_account_uninvoiced_amount")
        before = self.env.cr.sql_log_count
        self.env.flush_all()
        self.assertEqual(self.env.cr.sql_log_count, before)
        self.assertEqual(lines.mapped("key_account_uninvoiced_amount"), [0.0, 0.0])

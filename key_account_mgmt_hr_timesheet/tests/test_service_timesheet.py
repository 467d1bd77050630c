from odoo.addons.key_account_mgmt.tests.work_common import WorkCommon


class TestTimesheets(WorkCommon):
    """Hours of timesheets count for the customer of the line, the task or the project."""

    def test_the_customer_is_that_of_the_task_else_of_the_project(self):
        other = self.make_customer()
        contact = self.make_customer(parent_id=self.customer.id)
        project = self.make_project(partner_id=contact.id)
        self.make_timesheet(project, 2)
        self.assert_served(2, 60)
        task = self.make_task(project, partner_id=other.id)
        self.make_timesheet(project, 3, task_id=task.id)
        self.assert_served(2, 60)
        self.assert_served(3, 90, other)
        self.make_timesheet(self.make_project(), 4)
        self.assert_served(2, 60)

    def test_a_line_that_lost_its_customer_has_that_of_its_task_or_project(self):
        project = self.make_project(partner_id=self.customer.id)
        line = self.make_timesheet(project, 2)
        line.partner_id = False
        self.assert_served(2, 60)

    def test_days_and_minutes_are_hours(self):
        project = self.make_project(partner_id=self.customer.id)
        self.make_timesheet(project, 0.5, product_uom_id=self.env.ref("uom.product_uom_day").id)
        self.assert_served(4, 120)
        self.make_timesheet(project, 0.25, product_uom_id=self.env.ref("uom.product_uom_hour").id)
        self.assert_served("4.25", "127.5")
        line = self.make_timesheet(project, 1)
        line.product_uom_id = False
        self.assert_served("5.25", "157.5")

    def test_a_correction_takes_hours_back(self):
        project = self.make_project(partner_id=self.customer.id)
        self.make_timesheet(project, 3)
        self.make_timesheet(project, -1.5)
        self.assert_served("1.5", 45)

    def test_the_days_of_the_period(self):
        project = self.make_project(partner_id=self.customer.id)
        for date, hours in (("2023-12-31", 1), ("2024-01-01", 2), ("2024-12-31", 4), ("2025-01-01", 8)):
            self.make_timesheet(project, hours, date)
        self.assert_served(6, 180)

    def test_lines_that_are_no_timesheets_do_not_count(self):
        account = self.env["account.analytic.account"].create(
            {
                "name": "Account",
                "plan_id": self.env["account.analytic.plan"].create({"name": "Plan"}).id,
                "partner_id": self.customer.id,
            }
        )
        self.env["account.analytic.line"].create(
            {
                "name": "Goods",
                "account_id": account.id,
                "partner_id": self.customer.id,
                "unit_amount": 5,
                "date": "2024-06-15",
                "company_id": self.company.id,
            }
        )
        self.assert_served(0, 0)

    def test_time_that_an_order_sells_is_no_cost_to_serve(self):
        project = self.make_project(partner_id=self.customer.id)
        order = self.make_order(self.customer, 100, "2024-05-01")
        line = self.make_timesheet(project, 3)
        self.make_timesheet(project, 2)
        line.so_line = order.order_line
        self.assert_served(2, 60)

    def test_they_belong_to_a_company(self):
        other = self.setup_other_company(currency_id=self.company.currency_id.id)["company"]
        far = self.make_colleague("far", other)
        project = self.make_project(partner_id=self.customer.id, company_id=other.id)
        self.make_timesheet(project, 3, user=far)
        self.assert_served(0, 0)
        self.assert_served(3, 0, company=other)

    def test_a_customer_that_became_a_contact(self):
        shop = self.make_customer(is_company=False)
        self.make_timesheet(self.make_project(partner_id=shop.id), 2)
        shop.parent_id = self.customer
        self.assert_served(2, 60)

    def test_a_broken_line_leaves_the_cost_missing(self):
        line = self.make_timesheet(self.make_project(partner_id=self.customer.id), 2)
        self.env.flush_all()
        self.env.cr.execute("UPDATE account_analytic_line SET unit_amount = 'NaN' WHERE id = %s", [line.id])
        self.assert_served(None, None)

    def test_hours_without_a_cost_are_noticed(self):
        self.company.key_account_hour_cost = 0
        metrics = self.env["key.account.metric"].search([("code", "=", "cost_to_serve")])
        collector = self.env["key.account.collector"]
        self.assertEqual(collector._get_notices(self.make_scope(), metrics), [])
        self.make_timesheet(self.make_project(partner_id=self.customer.id), 2)
        [notice] = collector._get_notices(self.make_scope(), metrics)
        self.assertIn("has no cost per hour", notice)

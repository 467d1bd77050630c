from .plan_common import PlanCommon


class FitCommon(PlanCommon):
    """Builders of profiles and of prospects, in the company of the tests.

    Industries: banking fits 80 %, farming 0 %; mining is in no profile. ``make_profile`` makes the rows of the example
    of the documentation: 40 + 25 + 20 + 15 points at best.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["key.account.industry.profile"].search([]).unlink()
        cls.env["key.account.customer.profile"].search([]).unlink()
        industries = cls.env["res.partner.industry"].create(
            [{"name": "Banking"}, {"name": "Farming"}, {"name": "Mining"}]
        )
        cls.banking, cls.farming, cls.mining = industries
        cls.china, cls.france = cls.env.ref("base.cn"), cls.env.ref("base.fr")
        states = cls.env["res.country.state"].search([("country_id", "=", cls.china.id)], limit=2)
        cls.inner, cls.outer = states
        cls.listed = cls.env["res.partner.category"].create({"name": "Listed"})
        cls.customer.industry_id = cls.banking

    @classmethod
    def make_profile(cls):
        cls.make_industry(cls.banking, 80)
        cls.make_industry(cls.farming, 0)
        for option, points in (("very_large", 25), ("large", 40), ("medium", 10)):
            cls.make_row(points, choice=("company_size", option))
        cls.make_row(15, country=cls.china)
        cls.make_row(25, state=cls.inner)
        cls.make_row(20, tag=cls.listed)
        cls.make_row(15, choice=("project_choice", "quality"))

    @classmethod
    def make_industry(cls, industry, fit_pct, **values):
        return cls.env["key.account.industry.profile"].create(
            {"industry_id": industry.id, "fit_pct": fit_pct, **values}
        )

    @classmethod
    def make_row(cls, points, **value):
        """A row of the customer profile; see ``prepare_row``."""
        return cls.env["key.account.customer.profile"].create(cls.prepare_row(points, **value))

    @classmethod
    def prepare_row(cls, points, choice=None, country=None, state=None, tag=None, **values):
        """``choice`` is a metric and an option by their codes; a state brings its country along."""
        values = {"points": points, **values}
        if choice:
            metric, option = cls.get_option(*choice)
            return {"feature": "choice", "metric_id": metric.id, "option_id": option.id, **values}
        if tag:
            return {"feature": "tag", "category_id": tag.id, **values}
        country = country or state.country_id
        return {"feature": "region", "country_id": country.id, "state_id": state and state.id, **values}

    @classmethod
    def get_option(cls, metric, option):
        metric = cls.get_metric(metric)
        return metric, metric.option_ids.filtered(lambda row: row.code == option)

    @classmethod
    def choose(cls, customer, metric, option, date_from="2024-01-01", date_to="2024-12-31", **values):
        """Enter a choice of a customer; a year's, by default that of 2024."""
        metric, option = cls.get_option(metric, option)
        return cls.env["key.account.metric.value"].create(
            {
                "partner_id": customer.id,
                "company_id": cls.company.id,
                "metric_id": metric.id,
                "option_id": option.id,
                "date_from": date_from,
                "date_to": date_to,
                **values,
            }
        )

    @classmethod
    def make_prospect(cls, name="Prospect", industry=None, **values):
        return cls.make_customer(name=name, industry_id=(industry or cls.banking).id, **values)

    def assert_fit(self, score, points, customer=None, **scope):
        """``None`` is missing."""
        self.assert_facts(customer or self.customer, {"fit_score": score, "customer_profile_points": points}, **scope)

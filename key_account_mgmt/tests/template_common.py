from .evaluation_common import KeyAccountEvaluationCommon


class TemplateCommon(KeyAccountEvaluationCommon):
    @classmethod
    def get_template(cls, name):
        return cls.env.ref(f"key_account_mgmt.template_{name}")

    @classmethod
    def get_templates(cls):
        return cls.env["key.account.template"].search([])

    @classmethod
    def make_draft(cls, name):
        return cls.get_template(name)._create_draft(cls.company)

    @classmethod
    def give_grade(cls, customer, metric, grade):
        metric = cls.get_metric(metric)
        option = metric.option_ids.filtered(lambda option: option.code == grade)
        cls.env["key.account.metric.value"].create(
            {
                "partner_id": customer.id,
                "company_id": cls.company.id,
                "metric_id": metric.id,
                "option_id": option.id,
                "date_from": "2024-01-01",
                "date_to": "2024-12-31",
            }
        )
